import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ALL_OPS,
  at,
  CompilerBug,
  dataflowCreateTasks,
  GraphInterpreter,
  type GraphValue,
  graphTensor,
  type Operation,
  parseModule,
  present,
  renderDiagnostic,
  ScheduleInterpreter,
  type TensorData,
  tensorType,
  verify,
  withOptions,
} from "../../ir/index.ts";
import { decodeResults, encodeArguments, type GraphDesign, lowerGraph } from "./index.ts";
import { randomTensor } from "./testing/random-tensor.ts";

function moduleOf(text: string): Operation {
  const parsed = parseModule(text, "test.mlir");
  const problems = parsed.kind === "error" ? parsed.diagnostics : verify(parsed.value, ALL_OPS);
  if (parsed.kind === "error" || problems.length > 0)
    throw new CompilerBug(problems.map(renderDiagnostic).join("\n"));
  return parsed.value;
}

function argsOf(module: Operation) {
  const func = [...module.walk()].find((op) => op.name === "func.func");
  return at(present(func, "a function").regions, 0).block.args;
}

/** Random inputs, but for those given by name. */
function inputsOf(
  module: Operation,
  seed: number,
  given: Readonly<Record<string, Int32Array>>,
): readonly GraphValue[] {
  return argsOf(module).map((arg, index) => {
    if (arg.type.kind !== "tensor") throw new CompilerBug("only tensors");
    const type = tensorType(arg.type.shape, arg.type.element);
    return graphTensor(type, given[arg.hint ?? ""] ?? randomTensor(type, seed + index));
  });
}

function dataOf(values: readonly GraphValue[]): readonly TensorData[] {
  return values.flatMap((value) => (value.kind === "tensor" ? [value.data] : []));
}

/** A function with the arrays that are not random. */
interface Case {
  readonly text: string;
  readonly name: string;
  readonly design: GraphDesign;
  readonly seed: number;
  readonly given?: Readonly<Record<string, Int32Array>>;
  readonly tasks?: boolean;
}

/** What the schedule computes, every access ordered by tokens, and what the graph interpreter does. */
function bothSides({ text, name, design, seed, given = {}, tasks = false }: Case) {
  const module = moduleOf(text);
  const inputs = inputsOf(module, seed, given);
  const wanted = new GraphInterpreter(moduleOf(text)).call(name, inputs);
  if (tasks) withOptions(dataflowCreateTasks).run(module);
  const lowered = lowerGraph(module, name, design);
  if (wanted.kind === "error" || lowered.kind === "error") throw new CompilerBug("cannot be lowered or run");
  const { schedule, memory } = lowered.value;
  expect(verify(schedule, ALL_OPS)).toEqual([]);
  const image = encodeArguments(memory, dataOf(inputs));
  const machine = ScheduleInterpreter.create(schedule, { memories: [image], checkOrder: true });
  if (machine.kind === "error") throw new CompilerBug(machine.diagnostics.map(renderDiagnostic).join("\n"));
  machine.value.push(0, [0]);
  const state = machine.value.finish();
  expect(state.kind === "error" ? state.diagnostics.map(renderDiagnostic) : []).toEqual([]);
  expect(machine.value.popAll(1)).toHaveLength(1);
  return { found: decodeResults(memory, image), wanted: dataOf(wanted.value) };
}

const designs: fc.Arbitrary<GraphDesign> = fc.record({
  beatBytes: fc.constantFrom(8, 16, 32),
  rowLanes: fc.constantFrom(1, 2, 4),
});
const places = fc.integer({ min: 0, max: 60 }).map((first) => {
  const table = [2, 0, 3, 1];
  const positions = [0, 1, 2, 3].map((row) => first + row);
  const slots = positions.map((position) => at(table, Math.floor(position / 16)) * 16 + (position % 16));
  return {
    positions: Int32Array.from(positions),
    slots: Int32Array.from(slots),
    table: Int32Array.from([table, table, table, table].flat()),
  };
});

describe.each(["qmatmul", "ffn", "attention"])("examples/%s.mlir", (name) => {
  const text = readFileSync(new URL(`../../examples/${name}.mlir`, import.meta.url), "utf8");
  test("the schedule computes the bits of the graph, whatever the array", () => {
    fc.assert(
      fc.property(designs, fc.nat(1000), places, fc.boolean(), (design, seed, given, tasks) => {
        const { found, wanted } = bothSides({ text, name, design, seed, given: { ...given }, tasks });
        expect(found).toEqual(wanted);
      }),
      { numRuns: 4, seed: 20_261 },
    );
  });
});

const size = fc.integer({ min: 8, max: 40 });
const rows = fc.integer({ min: 1, max: 5 });

test("products of any shape", () => {
  fc.assert(
    fc.property(designs, rows, size, fc.integer({ min: 1, max: 20 }), (design, t, k, n) => {
      const [q, s, w, sw, y] = [
        `tensor<${t}x${k}xi8>`,
        `tensor<${t}xf32>`,
        `tensor<${n}x${k}xi8>`,
        `tensor<${n}xf32>`,
        `tensor<${t}x${n}xf32>`,
      ];
      const text = `func.func @f(%q: ${q}, %s: ${s}, %w: ${w}, %sw: ${sw}) -> ${y} {
        %y = nn.qlinear %q, %s, %w, %sw : (${q}, ${s}, ${w}, ${sw}) -> ${y}
        return %y : ${y}
      }`;
      const { found, wanted } = bothSides({ text, name: "f", design, seed: t + k });
      expect(found).toEqual(wanted);
    }),
    { numRuns: 10, seed: 20_261 },
  );
});

/** Lookup, two norms, a split, a rotation, a sum and a choice: every kind that the examples leave out, merged where it can be. */
function mixture(t: number, half: number, vocab: number): string {
  const n = 4 * half;
  const x = `tensor<${t}x${n}xf32>`;
  const h = `tensor<${t}x${2 * half}xf32>`;
  const c = `tensor<${t}x${half}xf32>`;
  const [q, s] = [`tensor<${t}x${n}xi8>`, `tensor<${t}xf32>`];
  const [g, ids, table] = [`tensor<${n}xf32>`, `tensor<${t}xi32>`, `tensor<${vocab}x${n}xf32>`];
  return `func.func @f(%table: ${table}, %ids: ${ids}, %d: ${x}, %g: ${g}, %c: ${c}, %s: ${c}) -> (${h}, ${q}, ${s}, ${q}, ${ids}, ${x}) {
    %e = nn.embedding %table, %ids : (${table}, ${ids}) -> ${x}
    %x = nn.add %e, %d : ${x}
    %z = nn.add %x, %d : ${x}
    %a, %b = "nn.split"(%z) : (${x}) -> (${h}, ${h})
    %r = nn.rope %b, %c, %s : (${h}, ${c}, ${c}) -> ${h}
    %q0, %s0 = nn.norm_quantize %x, %g {eps = 1.0e-05 : f32} : (${x}, ${g}) -> (${q}, ${s})
    %q1, %s1 = nn.norm_quantize %z, %g {eps = 1.0e-06 : f32} : (${x}, ${g}) -> (${q}, ${s})
    %i = nn.argmax %z : (${x}) -> ${ids}
    return %r, %q0, %s0, %q1, %i, %z : ${h}, ${q}, ${s}, ${q}, ${ids}, ${x}
  }`;
}

test("kinds of operations that the examples leave out", () => {
  fc.assert(
    fc.property(designs, rows, fc.integer({ min: 2, max: 9 }), fc.nat(9), (design, t, half, first) => {
      const ids = Int32Array.from({ length: t }, (_, row) => (first + 3 * row) % 11);
      const { found, wanted } = bothSides({
        text: mixture(t, half, 11),
        name: "f",
        design,
        seed: first,
        given: { ids },
      });
      expect(found).toEqual(wanted);
    }),
    { numRuns: 8, seed: 20_261 },
  );
});

function refusal(text: string, name = "f"): readonly string[] {
  const lowered = lowerGraph(moduleOf(text), name, { beatBytes: 16, rowLanes: 1 });
  return lowered.kind === "ok" ? [] : lowered.diagnostics.map(({ code }) => code);
}

test("what cannot be lowered is a diagnostic", () => {
  const x = "tensor<2x8xf32>";
  expect(refusal(`func.func @f(%x: ${x}) -> ${x} {\nreturn %x : ${x}\n}`, "g")).toEqual(["HLS0051"]);
  expect(refusal(`func.func @f(%x: ${x}) {\nreturn\n}`)).toEqual(["HLS0052"]);
  expect(
    refusal(`func.func @f(%x: ${x}, %w: tensor<3x8xf32>) -> tensor<2x3xf32> {
    %y = nn.linear %x, %w : (${x}, tensor<3x8xf32>) -> tensor<2x3xf32>
    return %y : tensor<2x3xf32>
  }`),
  ).toEqual(["HLS0050"]);
});
