import { afterAll, beforeEach, expect, test } from "vitest";
import { at } from "../../support/bug.ts";
import type { Result } from "../../support/result.ts";
import type { Session } from "../engine/session.ts";
import { loadMlir } from "../load.ts";
import type { Context } from "./context.ts";
import type { Operation } from "./operation.ts";

const mlir = await loadMlir();
let session: Session = mlir.open();
let context: Context = session.context;

beforeEach(() => {
  session.dispose();
  session = mlir.open();
  context = session.context;
});
afterAll(() => {
  session.dispose();
});

function okValue<T>(result: Result<T>): T {
  if (result.kind === "error") throw new Error(JSON.stringify(result.diagnostics));
  return result.value;
}

function made(operation: Operation | undefined): Operation {
  if (operation === undefined) throw new Error("no operation was made");
  return operation;
}

test("types: made, asked and printed", () => {
  const i8 = context.integerType(8);
  const u4 = context.integerType(4, "unsigned");
  const tensor = okValue(context.tensorType([2, "dynamic"], i8));
  const memref = okValue(context.memrefType([4, 4], context.floatType("bf16")));
  const vector = okValue(context.vectorType([8], context.indexType()));
  const fn = context.functionType([tensor, i8], [memref]);
  expect([i8, u4, tensor, memref, vector, fn].map(String)).toEqual([
    "i8",
    "ui4",
    "tensor<2x?xi8>",
    "memref<4x4xbf16>",
    "vector<8xindex>",
    "(tensor<2x?xi8>, i8) -> memref<4x4xbf16>",
  ]);
  expect([u4.width, u4.signedness, i8.signedness]).toEqual([4, "unsigned", "signless"]);
  expect([tensor.shape, memref.shape, i8.shape]).toEqual([[2, "dynamic"], [4, 4], undefined]);
  expect([memref.elementType?.width, memref.elementType?.isFloat(), vector.elementType?.isIndex()]).toEqual([
    16,
    true,
    true,
  ]);
  expect(fn.inputs?.map(String)).toEqual(["tensor<2x?xi8>", "i8"]);
  expect(fn.results?.map(String)).toEqual(["memref<4x4xbf16>"]);
  expect([tensor.isRankedTensor(), memref.isMemRef(), vector.isVector(), fn.isFunction()]).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(i8.isInteger(8)).toBe(true);
  expect(i8.isInteger(9)).toBe(false);
  expect(context.integerType(8).equals(i8)).toBe(true);
});

test("types and attributes that do not exist are diagnostics", () => {
  expect(context.parseType("tensor<2x").kind).toBe("error");
  expect(context.parseAttribute("dense<").kind).toBe("error");
  expect(context.parseType("i8 i8")).toMatchObject({ kind: "error" });
  const nested = context.vectorType([2], context.functionType([], []));
  expect(nested).toMatchObject({ kind: "error", diagnostics: [{ code: "MLIR0001" }] });
  expect(context.tensorType([2], context.functionType([], [])).kind).toBe("error");
});

test("attributes: made, asked and printed", () => {
  const i8 = context.integerType(8);
  const u8 = context.integerType(8, "unsigned");
  const attributes = [
    context.integerAttribute(i8, -3n),
    context.integerAttribute(u8, 250n),
    context.floatAttribute(context.floatType("f32"), 0.1),
    context.booleanAttribute(true),
    context.unitAttribute(),
    context.stringAttribute('a"ü'),
    context.symbolAttribute("f"),
    context.typeAttribute(i8),
  ];
  const array = context.arrayAttribute(attributes);
  expect(array.asArray()?.map(String)).toEqual([
    "-3 : i8",
    "250 : ui8",
    "1.000000e-01 : f32",
    "true",
    "unit",
    String.raw`"a\22\C3\BC"`,
    "@f",
    "i8",
  ]);
  const [negative, big, tenth, yes, , text, symbol, type] = attributes;
  expect([negative?.asInteger(), big?.asInteger(), tenth?.asFloat()]).toEqual([-3n, 250n, Math.fround(0.1)]);
  expect([yes?.asBoolean(), text?.asString(), symbol?.asSymbol(), type?.asType()?.width]).toEqual([
    true,
    'a"ü',
    "f",
    8,
  ]);
  expect(text?.asInteger()).toBeUndefined();
  const dictionary = context.dictionaryAttribute([{ name: "x", value: array }]);
  expect(dictionary.asDictionary()?.map(({ name }) => name)).toEqual(["x"]);
});

test("dense elements in row-major order", () => {
  const read = (text: string): unknown => okValue(context.parseAttribute(text)).asElements();
  expect(read("dense<[[1, -2], [3, 4]]> : tensor<2x2xi8>")).toEqual([1n, -2n, 3n, 4n]);
  expect(read("dense<0.5> : tensor<3xf32>")).toEqual([0.5, 0.5, 0.5]);
  expect(read("dense<7> : tensor<i32>")).toEqual([7n]);
  expect(read("dense<[true, false]> : tensor<2xi1>")).toEqual([-1n, 0n]);
  expect(read("dense<[250, 3]> : tensor<2xui8>")).toEqual([250n, 3n]);
  expect(read("dense<[-1, 65535]> : tensor<2xi16>")).toEqual([-1n, -1n]);
  expect(read("dense<[1, -1]> : tensor<2xindex>")).toEqual([1n, -1n]);
  expect(read("dense<[5, -6]> : tensor<2xi4>")).toEqual([5n, -6n]);
  expect(read("dense<[1.5, -2.0]> : tensor<2xf16>")).toEqual([1.5, -2]);
  expect(read("dense<[1.5, -2.0]> : tensor<2xf64>")).toEqual([1.5, -2]);
  expect(read("dense<[]> : tensor<0xi8>")).toEqual([]);
  expect(read("dense<1> : tensor<2xi128>")).toBeUndefined();
  expect(read("3 : i8")).toBeUndefined();
});

/** `func.func @f(%x: i32) -> i32 { return %x + 5 }`, built piece by piece. */
function buildAdd(): Operation {
  const document = session.createModule("built");
  const [body] = document.operation.regions[0]?.blocks ?? [];
  if (body === undefined) throw new Error("a module has a body");
  const i32 = context.integerType(32);
  const location = context.fileLocation("built.py", 3, 7);
  const func = made(
    context.builder({ kind: "end", block: body }).create("func.func", {
      location,
      regions: 1,
      attributes: [
        { name: "sym_name", value: context.stringAttribute("f") },
        { name: "function_type", value: context.typeAttribute(context.functionType([i32], [i32])) },
      ],
    }),
  );
  const entry = func.regions[0]?.appendBlock([i32], location);
  const [x] = entry?.arguments ?? [];
  if (entry === undefined || x === undefined) throw new Error("no entry block");
  const builder = context.builder({ kind: "end", block: entry });
  const value = context.integerAttribute(i32, 5n);
  const five = made(
    builder.create("arith.constant", { location, results: "infer", attributes: [{ name: "value", value }] }),
  );
  const operands = [x, ...five.results];
  const sum = made(builder.create("arith.addi", { location, results: "infer", operands }));
  builder.create("func.return", { location, operands: sum.results });
  return document.operation;
}

test("a function built from operations is valid and prints", () => {
  const module = buildAdd();
  expect(module.verify()).toBe(true);
  expect(String(module)).toContain(`func.func @f(%arg0: i32) -> i32 {
    %c5_i32 = arith.constant 5 : i32
    %0 = arith.addi %arg0, %c5_i32 : i32
    return %0 : i32
  }`);
});

test("a walk sees outer before inner, may skip and stop, and may erase", () => {
  const module = buildAdd();
  const seen: string[] = [];
  module.walk((operation) => {
    seen.push(operation.name);
    return "advance";
  });
  expect(seen).toEqual(["builtin.module", "func.func", "arith.constant", "arith.addi", "func.return"]);
  expect(module.walk(({ name }) => (name === "arith.addi" ? "stop" : "advance"))).toBe("stopped");
  const shallow: string[] = [];
  module.walk(({ name }) => {
    shallow.push(name);
    return name === "func.func" ? "skip" : "advance";
  });
  expect(shallow).toEqual(["builtin.module", "func.func"]);
  module.walk((operation) => {
    if (operation.name !== "func.func") return "advance";
    operation.erase();
    return "skip";
  });
  expect(String(module).replaceAll(/\s/gu, "")).toBe("module{}");
});

/** The three operations of the body of the function that `buildAdd` makes. */
function bodyOf(module: Operation): readonly [Operation, Operation, Operation] {
  const func = at(at(at(module.regions, 0).blocks, 0).operations, 0);
  const { operations } = at(at(func.regions, 0).blocks, 0);
  return [at(operations, 0), at(operations, 1), at(operations, 2)];
}

test("values know their uses, their types and where they come from", () => {
  const [constant, sum, end] = bodyOf(buildAdd());
  const five = at(constant.results, 0);
  const x = at(sum.operands, 0);
  expect(five.uses.map(({ operation, operand }) => [operation.name, operand])).toEqual([["arith.addi", 1]]);
  expect(five.definingOperation?.equals(constant)).toBe(true);
  expect(x.definingOperation).toBeUndefined();
  expect([x.index, String(x.type), x.argumentOf?.terminator?.equals(end)]).toEqual([0, "i32", true]);
  sum.setOperand(1, x);
  expect(five.uses).toEqual([]);
  constant.erase();
  expect(String(sum.parent)).toContain("arith.addi %arg0, %arg0");
});

test("operations know their place, their location and their attributes", () => {
  const [constant, sum, end] = bodyOf(buildAdd());
  expect(sum.location.span).toEqual({ file: "built.py", line: 3, column: 7 });
  expect(context.unknownLocation().span.line).toBe(0);
  expect([sum.parent?.name, sum.next?.name, end.next]).toEqual(["func.func", "func.return", undefined]);
  sum.setAttribute("x.note", context.stringAttribute("here"));
  expect(sum.attribute("x.note")?.asString()).toBe("here");
  expect(sum.attributes.map(({ name }) => name).sort()).toEqual(["overflowFlags", "x.note"]);
  expect([sum.removeAttribute("x.note"), sum.removeAttribute("x.note")]).toEqual([true, false]);
  expect(() => {
    constant.erase();
  }).toThrow("its results are used");
});

test("operations move, are copied and replaced", () => {
  const module = buildAdd();
  const [constant, sum, end] = bodyOf(module);
  const twin = constant.clone();
  twin.moveBefore(sum);
  at(constant.results, 0).replaceAllUsesWith(at(twin.results, 0));
  constant.erase();
  sum.remove();
  sum.moveAfter(twin);
  end.moveBefore(sum);
  end.block?.append(end);
  expect(bodyOf(module).map(({ name }) => name)).toEqual(["arith.constant", "arith.addi", "func.return"]);
  expect(module.verify()).toBe(true);
  expect(() => {
    sum.moveAfter(twin.clone());
  }).toThrow("is in no block");
});

test("what stays outside every block goes with the session, in any order of use", () => {
  const location = context.unknownLocation();
  const i32 = context.integerType(32);
  const attributes = [{ name: "value", value: context.integerAttribute(i32, 1n) }];
  const one = made(context.createOperation("arith.constant", { location, results: [i32], attributes }));
  const operands = [...one.results, ...one.results];
  made(context.createOperation("arith.addi", { location, results: [i32], operands }));
  session.dispose();
  expect(() => one.name).toThrow("after its session was disposed");
  expect(mlir.verify("module {}")).toEqual([]);
});

test("types that cannot be inferred: no operation, and the reason among the diagnostics", () => {
  const location = context.unknownLocation();
  expect(context.createOperation("func.call", { location, results: "infer" })).toBeUndefined();
  expect(session.takeDiagnostics("x")[0]?.message).toContain("does not support type inference");
});
