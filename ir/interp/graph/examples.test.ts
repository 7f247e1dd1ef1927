import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runPasses, withOptions } from "../../core/pass.ts";
import { ALL_OPS } from "../../dialects/registry.ts";
import { mulF32 } from "../../numerics/f32-semantics.ts";
import { dataflowCreateTasks } from "../../passes/dataflow-create-tasks.ts";
import { at } from "../../support/bug.ts";
import { printModule } from "../../text/print/printer.ts";
import { GraphInterpreter } from "./graph-interpreter.ts";
import { byteRows, floatRows, type GraphValue, rowOf } from "./tensor.ts";
import { randomInputs, validModule } from "./testing/run-graph.ts";

fc.configureGlobal({ seed: 20_261 }); // the same cases on every run

const example = (name: string): string =>
  readFileSync(new URL(`../../../examples/${name}.mlir`, import.meta.url), "utf8");

function run(
  text: string,
  name: string,
  inputs: readonly GraphValue[],
  tasks = false,
): readonly GraphValue[] {
  const module = validModule(text);
  if (tasks)
    expect(
      runPasses(module, [withOptions(dataflowCreateTasks)], { registry: ALL_OPS, given: ["quantized"] }).kind,
    ).toBe("changed");
  const answer = new GraphInterpreter(module).call(name, inputs);
  if (answer.kind === "error") throw new Error(answer.diagnostics[0]?.message);
  return answer.value;
}

/** Four positions of one sequence in shuffled blocks. */
const places = fc.integer({ min: 0, max: 60 }).map((first) => {
  const table = [2, 0, 3, 1];
  const positions = [0, 1, 2, 3].map((t) => first + t);
  const slots = positions.map((position) => at(table, Math.floor(position / 16)) * 16 + (position % 16));
  return { positions, slots, table: [table, table, table, table].flat() };
});

describe.each(["qmatmul", "ffn", "attention"])("examples/%s.mlir", (name) => {
  test("prints and parses to the same text", () => {
    const printed = printModule(validModule(example(name)));
    expect(printModule(validModule(printed))).toBe(printed);
  });

  test("computes the same bits as tasks, finite for any finite input", () => {
    fc.assert(
      fc.property(fc.nat(), places, (seed, given) => {
        const inputs = randomInputs(validModule(example(name)), seed, given);
        const wanted = run(example(name), name, inputs);
        expect(run(example(name), name, inputs, true)).toEqual(wanted);
        expect(floatRows(wanted[0]).data.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });
});

test("a quantized product is the exact integer sum times both scales", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const inputs = randomInputs(validModule(example("qmatmul")), seed);
      const [q, w] = [byteRows(inputs[0]), byteRows(inputs[2])];
      const [s, sw] = [floatRows(inputs[1]).data, floatRows(inputs[3]).data];
      const y = floatRows(run(example("qmatmul"), "qmatmul", inputs)[0]);
      for (let t = 0; t < 4; t++) {
        for (let n = 0; n < 96; n++) {
          const sum = rowOf(q, t).reduce((total, value, k) => total + value * at(rowOf(w, n), k), 0);
          expect(at(rowOf(y, t), n)).toBe(mulF32(mulF32(sum, at(sw, n)), at(s, t)));
        }
      }
    }),
    { numRuns: 5 },
  );
});
