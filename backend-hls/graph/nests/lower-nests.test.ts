import fc from "fast-check";
import { expect, test } from "vitest";
import {
  ALL_OPS,
  CompilerBug,
  compileFunction,
  importTensorProgram,
  loadMlir,
  type Operation,
  parseModule,
  present,
  renderDiagnostic,
  ScheduleInterpreter,
  type TensorData,
  verify,
} from "../../../ir/index.ts";
import { decodeResults, encodeArguments, type Interfaces, lowerGraph, PHASES, regionsOf } from "../index.ts";

const mlir = await loadMlir();

function imported(text: string): Operation {
  const module = importTensorProgram(mlir, text, "test.mlir");
  if (module.kind === "error") throw new CompilerBug(module.diagnostics.map(renderDiagnostic).join("\n"));
  return module.value;
}

/** What the schedule computes, every access ordered by tokens, and what the loops do one after the other. */
function bothSides(
  module: Operation,
  beatBytes: number,
  { interfaces = {}, starts = [[0]] }: { interfaces?: Interfaces; starts?: readonly number[][] } = {},
) {
  const lowered = lowerGraph(module, "f", { beatBytes, rowLanes: 1, interfaces });
  if (lowered.kind === "error") throw new CompilerBug(lowered.diagnostics.map(renderDiagnostic).join("\n"));
  const { schedule, memory } = lowered.value;
  expect(verify(schedule, ALL_OPS)).toEqual([]);
  const inputs = regionsOf(memory, "argument").map(
    ({ shape: { width, element } }, number): TensorData =>
      element.kind === "float"
        ? Float32Array.from({ length: width }, (_, index) => Math.sin(7 * index + number))
        : Int8Array.from({ length: width }, (_, index) => ((index * 91 + number) % 255) - 127),
  );
  const func = [...module.walk()].find(({ name }) => name === "func.func");
  const run = compileFunction(present(func, "@f"));
  const memories = inputs.map((data) => data.slice());
  const wanted = run.kind === "ok" ? run.value(...memories) : run;
  const image = encodeArguments(memory, inputs);
  const machine = ScheduleInterpreter.create(schedule, { memories: [image], checkOrder: true });
  if (machine.kind === "error" || wanted.kind === "error") throw new CompilerBug("cannot be run");
  for (const start of starts) {
    machine.value.push(0, start);
    const state = machine.value.finish();
    expect(state.kind === "error" ? state.diagnostics.map(renderDiagnostic) : []).toEqual([]);
    expect(machine.value.popAll(1)).toHaveLength(1);
  }
  const inPlace = regionsOf(memory, "argument").flatMap(({ isWritten }, index) =>
    isWritten === true ? [memories[index]] : [],
  );
  return { found: decodeResults(memory, image), wanted: [...inPlace, ...wanted.value] };
}

const beats = fc.constantFrom(8, 16, 64);
const size = fc.integer({ min: 1, max: 9 });

/** Softmax of a product of two matrices, and a sum that does not wait for it. */
function mixture(m: number, k: number, n: number): string {
  const [a, b, c] = [`tensor<${m}x${k}xf32>`, `tensor<${k}x${n}xf32>`, `tensor<${m}x${n}xf32>`];
  return `func.func @f(%a: ${a}, %b: ${b}) -> (${c}, ${a}, ${b}) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : ${c}
    %z = linalg.fill ins(%zero : f32) outs(%e : ${c}) -> ${c}
    %p = linalg.matmul ins(%a, %b : ${a}, ${b}) outs(%z : ${c}) -> ${c}
    %y = linalg.softmax dimension(1) ins(%p : ${c}) outs(%e : ${c}) -> ${c}
    %f = tensor.empty() : ${a}
    %s = linalg.add ins(%a, %a : ${a}, ${a}) outs(%f : ${a}) -> ${a}
    return %y, %s, %b : ${c}, ${a}, ${b}
  }`;
}

test("products, sums and softmax of any shape", () => {
  fc.assert(
    fc.property(beats, size, size, size, (beatBytes, m, k, n) => {
      const { found, wanted } = bothSides(imported(mixture(m, k, n)), beatBytes);
      expect(found).toEqual(wanted);
    }),
    { numRuns: 12, seed: 20_261 },
  );
});

test("int8 of any shape, constants among them", () => {
  fc.assert(
    fc.property(beats, size, size, (beatBytes, m, n) => {
      const type = `tensor<${m}x${n}xi8>`;
      const values = Array.from({ length: n }, (_, index) => 3 * index - 7).join(", ");
      const text = `func.func @f(%x: ${type}) -> ${type} {
        %c = "tosa.const"() <{values = dense<[[${values}]]> : tensor<1x${n}xi8>}> : () -> tensor<1x${n}xi8>
        %y = tosa.maximum %x, %c : (${type}, tensor<1x${n}xi8>) -> ${type}
        return %y : ${type}
      }`;
      const { found, wanted } = bothSides(imported(text), beatBytes);
      expect(found).toEqual(wanted);
    }),
    { numRuns: 12, seed: 20_261 },
  );
});

test("operations outside of loops are a kernel too", () => {
  const module = parseModule(
    `func.func @f(%x: memref<2xf32>) -> memref<2xf32> {
      %y = memref.alloc() : memref<2xf32>
      %0 = affine.load %x[1] : memref<2xf32>
      affine.store %0, %y[0] : memref<2xf32>
      affine.for %i = 0 to 2 {
        %1 = affine.load %y[0] : memref<2xf32>
        %2 = affine.load %x[%i] : memref<2xf32>
        %3 = arith.addf %1, %2 : f32
        affine.store %3, %y[1] : memref<2xf32>
      }
      return %y : memref<2xf32>
    }`,
    "test.mlir",
  );
  if (module.kind === "error") throw new CompilerBug(module.diagnostics.map(renderDiagnostic).join("\n"));
  const { found, wanted } = bothSides(module.value, 16);
  expect(found).toEqual(wanted);
});

/** An argument that is written to, one of which some cells keep what they held, and a result. */
const IN_PLACE = `func.func @f(%x: memref<3x5xf32>, %y: memref<7xf32>, %z: memref<5xf32>) -> memref<5xf32> {
  affine.for %i = 0 to 3 {
    affine.for %j = 0 to 5 {
      %0 = affine.load %x[%i, %j] : memref<3x5xf32>
      %1 = affine.load %z[%j] : memref<5xf32>
      %2 = arith.addf %0, %1 : f32
      affine.store %2, %x[%i, %j] : memref<3x5xf32>
    }
  }
  affine.for %i = 1 to 3 {
    %0 = affine.load %x[%i, 2] : memref<3x5xf32>
    affine.store %0, %y[2 * %i] : memref<7xf32>
  }
  return %z : memref<5xf32>
}`;

test.each<readonly [Interfaces, boolean]>([
  [{}, false],
  [{ "*": "ram" }, true],
  [{ x: "ram" }, true],
  [{ "*": "ram", y: "m_axi", ret0: "m_axi" }, true],
])("arguments that are written to, with %j", (interfaces, hasPhases) => {
  const parsed = parseModule(IN_PLACE, "test.mlir");
  if (parsed.kind === "error") throw new CompilerBug(parsed.diagnostics.map(renderDiagnostic).join("\n"));
  const { load, run, unload, all } = PHASES;
  const orders = hasPhases
    ? [
        [[0, all]],
        [
          [0, load],
          [0, run],
          [0, unload],
        ],
      ]
    : [[[0]]];
  for (const starts of orders) {
    const { found, wanted } = bothSides(parsed.value, 16, { interfaces, starts });
    expect(found).toEqual(wanted);
  }
});

test("scalars that are the same in every run belong to the nests that want them", () => {
  const module = parseModule(
    `func.func @f(%x: memref<3xf32>) {
      %n = arith.constant 2.0 : f32
      %r = math.sqrt %n : f32
      affine.for %i = 0 to 3 {
        %0 = affine.load %x[%i] : memref<3xf32>
        %1 = arith.mulf %0, %r : f32
        affine.store %1, %x[%i] : memref<3xf32>
      }
      return
    }`,
    "test.mlir",
  );
  if (module.kind === "error") throw new CompilerBug(module.diagnostics.map(renderDiagnostic).join("\n"));
  const { found, wanted } = bothSides(module.value, 16);
  expect(found).toEqual(wanted);
});

test("functions of loops that have no hardware", () => {
  const refusal = (body: string, type = "memref<2xf32>", returned = "%x"): readonly string[] => {
    const text = `func.func @f(%x: ${type}) -> ${type} {\n${body}\nreturn ${returned} : ${type}\n}`;
    const module = parseModule(text, "test.mlir");
    if (module.kind === "error") throw new CompilerBug(module.diagnostics.map(renderDiagnostic).join("\n"));
    const lowered = lowerGraph(module.value, "f", { beatBytes: 16, rowLanes: 1 });
    return lowered.kind === "ok" ? [] : lowered.diagnostics.map(({ message }) => message);
  };
  expect(refusal("", "memref<2xi16>")[0]).toContain("f32, bf16, f16, i8 or i32");
  expect(refusal("", "memref<0xf32>")[0]).toContain("no elements");
  expect(
    refusal(`%0 = affine.load %x[1] : memref<2xf32>
      affine.for %i = 0 to 2 {
        affine.store %0, %x[%i] : memref<2xf32>
      }`),
  ).toEqual(["affine.load cannot be lowered: its result is used by another nest"]);
});
