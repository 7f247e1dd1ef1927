import { describe, expect, test } from "vitest";
import {
  ALL_OPS,
  at,
  compileFunction,
  importTensorProgram,
  isTensorProgram,
  loadMlir,
  type Operation,
  parseModule,
  present,
  printModule,
  renderDiagnostic,
  verify,
} from "../index.ts";

const mlir = await loadMlir();

function imported(text: string): Operation {
  const module = importTensorProgram(mlir, text, "test.mlir");
  if (module.kind === "error") throw new Error(module.diagnostics.map(renderDiagnostic).join("\n"));
  expect(verify(module.value, ALL_OPS)).toEqual([]);
  return module.value;
}

/** What the first function of a program gives for one array. */
function run(text: string, input: Float32Array | Int32Array): readonly number[] {
  const func = [...imported(text).walk()].find(({ name }) => name === "func.func");
  const compiled = compileFunction(present(func, "a function"));
  const result = compiled.kind === "ok" ? compiled.value(input) : compiled;
  if (result.kind === "error") throw new Error(result.diagnostics.map(renderDiagnostic).join("\n"));
  const value = at(result.value, 0);
  return typeof value === "object" ? Array.from(value, Number) : [Number(value)];
}

/** `linalg.map` of one operation over four numbers. */
function mapped(operation: string): string {
  return `func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %y = linalg.map ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) (%a: f32, %o: f32) {
    %c = arith.constant 0.5 : f32
    ${operation}
    linalg.yield %r : f32
  }
  return %y : tensor<4xf32>
}`;
}

test("programs are told by their operations", () => {
  expect(isTensorProgram(mapped("%r = math.exp %a : f32"))).toBe(true);
  expect(isTensorProgram('%0 = "tosa.add"(%a, %b) : (tensor<2xi8>, tensor<2xi8>) -> tensor<2xi8>')).toBe(
    true,
  );
  expect(isTensorProgram("// linalg.matmul\n%y = nn.add %x, %x : tensor<2x8xf32>")).toBe(false);
  expect(isTensorProgram('%y = nn.add %x, %x {name = "a"} : tensor<2x8xf32>')).toBe(false);
});

describe("operations in terms of our primitives", () => {
  const input = Float32Array.of(-1.5, 0.25, Number.NaN, 3);
  test.each<readonly [string, (x: number) => number]>([
    ["%r = arith.maxnumf %a, %c : f32", (x) => (Number.isNaN(x) ? 0.5 : Math.max(x, 0.5))],
    ["%r = arith.minnumf %c, %a : f32", (x) => (Number.isNaN(x) ? 0.5 : Math.min(x, 0.5))],
    ["%r = arith.minimumf %a, %c : f32", (x) => Math.min(x, 0.5)],
    ["%r = arith.maximumf %a, %c : f32", (x) => Math.max(x, 0.5)],
    ["%r = arith.divf %c, %a : f32", (x) => Math.fround(0.5 / x)],
    ["%r = math.absf %a : f32", Math.abs],
    ["%r = math.sqrt %a : f32", (x) => Math.fround(Math.sqrt(x))],
    ["%b = arith.cmpf ult, %a, %c : f32\n%r = arith.uitofp %b : i1 to f32", (x) => (x >= 0.5 ? 0 : 1)],
    [
      "%b = arith.cmpf one, %a, %c : f32\n%r = arith.uitofp %b : i1 to f32",
      (x) => (x < 0.5 || x > 0.5 ? 1 : 0),
    ],
    ["%b = arith.cmpf uno, %a, %c : f32\n%r = arith.uitofp %b : i1 to f32", (x) => (Number.isNaN(x) ? 1 : 0)],
    [
      "%b = arith.cmpf ord, %a, %c : f32\n%r = arith.sitofp %b : i1 to f32",
      (x) => (Number.isNaN(x) ? 0 : -1),
    ],
  ])("%s", (operation, meaning) => {
    expect(run(mapped(operation), input)).toEqual([...input].map((x) => meaning(x) + 0));
  });
  test("tanh, by upstream's expansion", () => {
    const found = run(mapped("%r = math.tanh %a : f32"), input);
    [-1.5, 0.25].forEach((x, index) => {
      expect(found[index]).toBeCloseTo(Math.tanh(x), 6);
    });
  });
});

test("arrays returned under another shape, of rank 0 too; unsigned extremes", () => {
  const text = `func.func @f(%x: tensor<2x3xi32>) -> (tensor<i32>, tensor<3x2xi32>) {
    %e = "tosa.reduce_sum"(%x) <{axis = 0 : i32}> : (tensor<2x3xi32>) -> tensor<1x3xi32>
    %s = "tosa.reduce_max"(%e) <{axis = 1 : i32}> : (tensor<1x3xi32>) -> tensor<1x1xi32>
    %n = tosa.const_shape {values = dense<> : tensor<0xindex>} : () -> !tosa.shape<0>
    %r = tosa.reshape %s, %n : (tensor<1x1xi32>, !tosa.shape<0>) -> tensor<i32>
    %t = tosa.transpose %x {perms = array<i32: 1, 0>} : (tensor<2x3xi32>) -> tensor<3x2xi32>
    return %r, %t : tensor<i32>, tensor<3x2xi32>
  }`;
  expect(run(text, Int32Array.of(1, -2, 3, 4, 50, 6))).toEqual([48]);
});

test("what was lowered is text of ours", () => {
  const module = imported(mapped("%r = math.exp %a : f32"));
  const text = printModule(module);
  const again = parseModule(text, "again.mlir");
  expect(again.kind === "ok" && printModule(again.value)).toBe(text);
  expect(text).toContain("func.func @f(%x: memref<4xf32>) -> memref<4xf32>");
});

test.each([
  ["math.erf %a : f32", "math.erf", 5],
  ["math.log %a : f32", "math.log", 5],
  ["arith.remf %a, %a : f32", "arith.remf", 5],
])("no primitive, its name and line: %s", (operation, name, line) => {
  const result = importTensorProgram(mlir, mapped(`%r = ${operation}`), "test.mlir");
  expect(result).toMatchObject({
    kind: "error",
    diagnostics: [{ code: "IR0030", where: { file: "test.mlir", line } }],
  });
  expect(result.kind === "error" && result.diagnostics[0]?.message).toContain(name);
});

test("types and shapes that hardware has not", () => {
  const refusal = (text: string): readonly string[] => {
    const result = importTensorProgram(mlir, text, "test.mlir");
    return result.kind === "ok" ? [] : result.diagnostics.map(({ code }) => code);
  };
  expect(new Set(refusal(mapped("%r = math.exp %a : f32").replaceAll("f32", "f64")))).toEqual(
    new Set(["IR0030"]),
  );
  expect(
    refusal(
      "func.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {\n%y = tosa.abs %x : (tensor<?xf32>) -> tensor<?xf32>\nreturn %y : tensor<?xf32>\n}",
    ),
  ).toContain("IR0030");
  expect(
    refusal("func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {\n%y = tosa.abs %x : tensor<4xf32>\n}"),
  ).toEqual(["MLIR0001"]);
});
