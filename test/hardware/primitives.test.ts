import { expect, test } from "vitest";
import {
  built,
  compareWithHardware,
  PRIMITIVE_NAMES,
  primitiveBench,
  type VectorSource,
} from "../../bench/hardware/primitive-bench.ts";
import { at, randomOperands, randomWords, stratifiedOperands } from "../../ir/index.ts";
import { buildBatch, buildSimulator, type EngineName, findTool } from "../../sim/index.ts";

/** Every second vector is aimed at where arithmetic goes wrong. */
function vectors(seed: number): VectorSource {
  const next = randomWords(seed);
  let count = 0;
  return (types) => (count++ % 2 === 0 ? stratifiedOperands(types, next) : randomOperands(types, next));
}

test.for(PRIMITIVE_NAMES)("%s in hardware is its definition on 16384 pairs", async (name) => {
  const bench = primitiveBench(name, 4096);
  const simulator = built(await buildSimulator(bench.top, bench.modules, { engine: "embedded" }));
  expect((await compareWithHardware(bench, simulator, 4, vectors(1))).shown).toEqual([]);
});

const hosted: readonly (readonly [EngineName, string, number])[] = [
  ["icarus", "iverilog", 256],
  ["verilator", "verilator", 4096],
];

test.for(hosted)(
  "%s runs the Verilog of all primitives as defined",
  { timeout: 240_000 },
  async ([engine, tool, depth], { skip }) => {
    skip(findTool(tool) === undefined, `${tool} is not installed`);
    const benches = PRIMITIVE_NAMES.map((name) => primitiveBench(name, depth));
    const simulators = built(await buildBatch(benches, { engine }));
    for (const [index, bench] of benches.entries()) {
      const simulator = at(simulators, index);
      expect((await compareWithHardware(bench, simulator, 2, vectors(2))).shown).toEqual([]);
      await simulator.close();
    }
  },
);
