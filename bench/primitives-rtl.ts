// Float primitives as Verilog through Verilator, against their definition on JavaScript numbers: a million stratified
// and a million random vectors each, and every word of an operand of 16 bits. Usage: node bench/primitives-rtl.ts [name ...];
// arithmetic on f32, bf16 and f16 by default.
import {
  FLOAT_PRIMITIVES,
  randomOperands,
  randomWords,
  scalarWidth,
  stratifiedOperands,
} from "../ir/index.ts";
import { buildSimulator } from "../sim/index.ts";
import {
  built,
  compareWithHardware,
  PRIMITIVE_NAMES,
  primitiveBench,
  type VectorSource,
} from "./hardware/primitive-bench.ts";

const DEPTH = 65_536;
const ROUNDS = 16;

const ARITHMETIC: readonly string[] = [
  ...["add", "mul", "div", "sqrt"],
  ...["bf16_add", "bf16_sub", "bf16_mul", "mul_bf16", "to_bf16"],
  ...["f16_add", "f16_sub", "f16_mul", "from_f16", "to_f16"],
];

const wanted = process.argv.slice(2);
const names = PRIMITIVE_NAMES.filter((name) => (wanted.length === 0 ? ARITHMETIC : wanted).includes(name));
let wrong = 0;
for (const name of names) {
  const bench = primitiveBench(name, DEPTH);
  const simulator = built(await buildSimulator(bench.top, bench.modules, { engine: "verilator" }));
  const next = randomWords(7);
  const { operands: types } = FLOAT_PRIMITIVES[name];
  let word = 0;
  const runs: readonly (readonly [kind: string, rounds: number, source: VectorSource])[] = [
    ["stratified", ROUNDS, (each) => stratifiedOperands(each, next)],
    ["random", ROUNDS, (each) => randomOperands(each, next)],
    ["exhaustive", types.length === 1 && scalarWidth(types[0]) === 16 ? 1 : 0, () => [word++]],
  ];
  for (const [kind, rounds, source] of runs) {
    if (rounds === 0) continue;
    const { vectors, mismatches, shown } = await compareWithHardware(bench, simulator, rounds, source);
    console.info(
      [
        `${name} (latency ${String(bench.latency)}): ${String(vectors)} ${kind} vectors, ${String(mismatches)} mismatches`,
        ...shown,
      ].join("\n"),
    );
    wrong += mismatches;
  }
  await simulator.close();
}
process.exitCode = wrong === 0 ? 0 : 1;
