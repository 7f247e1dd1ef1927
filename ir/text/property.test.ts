import fc from "fast-check";
import { expect, test } from "vitest";
import type { AffineExpr } from "../core/affine.ts";
import type { Attribute } from "../core/attribute.ts";
import { Block, Operation, Region, type Value } from "../core/operation.ts";
import { f32, i64, indexType, intType, printType, type ScalarType, type Type } from "../core/type.ts";
import { at, present } from "../support/bug.ts";
import { builtSpan, renderDiagnostic } from "../support/diagnostics.ts";
import { floatOfBits, printFloat, quote, unquote } from "./literal.ts";
import { parseModule } from "./parse/parse-module.ts";
import { printGeneric, printModule } from "./print/printer.ts";

const span = builtSpan("property");
const RUNS = { numRuns: 300, seed: 20_260_101 };

function parsed(text: string): Operation {
  const result = parseModule(text, "property.mlir");
  expect(result.kind === "error" ? result.diagnostics.map(renderDiagnostic) : []).toEqual([]);
  return present(result.kind === "ok" ? result.value : undefined, "module");
}

const scalar: fc.Arbitrary<ScalarType> = fc.oneof(
  fc.integer({ min: 1, max: 600 }).map(intType),
  fc.constantFrom<ScalarType>(
    f32,
    { kind: "float", format: "f16" },
    { kind: "float", format: "bf16" },
    { kind: "float", format: "f64" },
    indexType,
  ),
);
const vector = fc.record({
  kind: fc.constant("vector" as const),
  lanes: fc.integer({ min: 1, max: 64 }),
  element: scalar,
});
const element = fc.oneof(scalar, vector);
const bundle = fc.record({
  kind: fc.constant("bundle" as const),
  fields: fc.array(element, { maxLength: 4 }),
});
const size = fc.integer({ min: 0, max: 9 });
const leaf: fc.Arbitrary<Type> = fc.oneof(
  element,
  bundle,
  fc.record({
    kind: fc.constant("tensor" as const),
    shape: fc.array(fc.option(size, { nil: undefined }), { maxLength: 3 }),
    element: scalar,
  }),
  fc.record({ kind: fc.constant("memref" as const), shape: fc.array(size, { maxLength: 3 }), element }),
  fc.record({
    kind: fc.constant("stream" as const),
    element: fc.oneof(element, bundle, fc.constant({ kind: "token" as const })),
  }),
  fc.record({ kind: fc.constant("memory" as const), bytes: fc.integer({ min: 1, max: 128 }) }),
  fc.record({
    kind: fc.constant("firmem" as const),
    depth: fc.integer({ min: 1, max: 9999 }),
    width: fc.integer({ min: 1, max: 512 }),
  }),
  fc.constantFrom<Type>({ kind: "token" }, { kind: "clock" }),
);
const type: fc.Arbitrary<Type> = fc.oneof(
  leaf,
  fc.record({
    kind: fc.constant("function" as const),
    inputs: fc.array(leaf, { maxLength: 3 }),
    results: fc.array(leaf, { maxLength: 3 }),
  }),
);

const expr: fc.Arbitrary<AffineExpr> = fc.letrec<{ expr: AffineExpr }>((tie) => ({
  expr: fc.oneof(
    { maxDepth: 4 },
    fc.record({
      kind: fc.constantFrom("dim" as const, "symbol" as const),
      index: fc.integer({ min: 0, max: 2 }),
    }),
    fc.record({ kind: fc.constant("constant" as const), value: fc.integer({ min: -1000, max: 1000 }) }),
    fc.record({
      kind: fc.constant("binary" as const),
      op: fc.constantFrom(
        "+" as const,
        "*" as const,
        "mod" as const,
        "floordiv" as const,
        "ceildiv" as const,
      ),
      left: tie("expr"),
      right: tie("expr"),
    }),
  ),
})).expr;
const text = fc.string({ unit: "grapheme", maxLength: 12 });
const floatValue = fc.oneof(fc.double(), fc.constantFrom(-0, Infinity, -Infinity, Number.NaN, 5e-324));
const int: fc.Arbitrary<Attribute> = fc.record({
  kind: fc.constant("int" as const),
  value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  type: fc.constantFrom<Type>(i64, intType(65), indexType),
});
const dense: fc.Arbitrary<Attribute> = fc
  .tuple(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }), fc.boolean())
  .chain(([shape, isFloat]) => {
    const count = shape.reduce((product, each) => product * each, 1);
    const values: fc.Arbitrary<readonly (number | bigint)[]> = isFloat
      ? fc.array(floatValue, { minLength: count, maxLength: count })
      : fc.array(fc.bigInt({ min: -128n, max: 127n }), { minLength: count, maxLength: count });
    return values.map(
      (list): Attribute => ({
        kind: "dense",
        type: { kind: "tensor", shape, element: isFloat ? f32 : intType(8) },
        values: list,
      }),
    );
  });
const attribute: fc.Arbitrary<Attribute> = fc.letrec<{ attribute: Attribute }>((tie) => ({
  attribute: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    int,
    dense,
    fc.record({
      kind: fc.constant("float" as const),
      value: floatValue,
      type: fc.constantFrom<Type>(f32, { kind: "float", format: "f64" }),
    }),
    fc.record({ kind: fc.constant("string" as const), value: text }),
    fc.record({ kind: fc.constant("bool" as const), value: fc.boolean() }),
    fc.constant({ kind: "unit" as const }),
    fc.record({ kind: fc.constant("symbol" as const), name: text }),
    fc.record({ kind: fc.constant("type" as const), type }),
    fc.record({
      kind: fc.constant("affine_map" as const),
      map: fc.array(expr, { maxLength: 3 }).map((results) => ({ dims: 3, symbols: 3, results })),
    }),
    fc.record({
      kind: fc.constant("array" as const),
      elements: fc.array(tie("attribute"), { maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant("dict" as const),
      entries: fc.dictionary(text, tie("attribute"), { maxKeys: 3 }),
    }),
  ),
})).attribute;

/** A recipe for an operation: which earlier values it reads is an index that is taken modulo their number. */
interface Recipe {
  readonly name: string;
  readonly reads: readonly number[];
  readonly results: readonly Type[];
  readonly hint: string | undefined;
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly regions: readonly (readonly Recipe[])[];
}
const recipe: fc.Arbitrary<Recipe> = fc.letrec<{ recipe: Recipe; region: readonly Recipe[] }>((tie) => ({
  region: fc.array(tie("recipe"), { maxLength: 4 }),
  recipe: fc.record({
    name: fc.constantFrom(
      "a.b",
      "foreign.op",
      "comb.add",
      "arith.constant",
      "hw.constant",
      "comb.extract",
      "scf.if",
      "affine.for",
      "seq.compreg",
      "dataflow.read",
    ),
    reads: fc.array(fc.nat({ max: 50 }), { maxLength: 3 }),
    results: fc.array(leaf, { maxLength: 2 }),
    hint: fc.option(fc.oneof(fc.constantFrom("x", "x_0", "y"), text), { nil: undefined }),
    attributes: fc.dictionary(fc.constantFrom("value", "lowBit", "name", "k"), attribute, { maxKeys: 3 }),
    regions: fc.oneof({ maxDepth: 3 }, fc.constant([]), fc.array(tie("region"), { maxLength: 2 })),
  }),
})).recipe;

function build(recipes: readonly Recipe[], visible: readonly Value[]): Block {
  const block = new Block([i64], ["x"]);
  const values = [...visible, ...block.args];
  for (const { name, reads, results, hint, attributes, regions } of recipes) {
    const op = new Operation({
      name,
      span,
      attributes,
      resultTypes: results,
      operands: reads.map((index) => at(values, index % values.length)),
      regions: regions.map((inner) => new Region(build(inner, values))),
    });
    for (const result of op.results) result.hint = hint;
    block.append(op);
    values.push(...op.results);
  }
  return block;
}

test("any operations print and read back to the same text, in both forms", () => {
  fc.assert(
    fc.property(fc.array(recipe, { maxLength: 8 }), (recipes) => {
      const root = new Operation({ name: "test.root", span, regions: [new Region(build(recipes, []))] });
      const body = new Block();
      body.append(root);
      const module = new Operation({ name: "builtin.module", span, regions: [new Region(body)] });
      for (const print of [printModule, printGeneric]) {
        const first = print(module);
        expect(print(parsed(first))).toBe(first);
      }
    }),
    RUNS,
  );
});

test("attributes come back as they were", () => {
  fc.assert(
    fc.property(attribute, (value) => {
      const body = new Block();
      body.append(new Operation({ name: "a.b", span, attributes: { value } }));
      const module = new Operation({ name: "builtin.module", span, regions: [new Region(body)] });
      const op = at(at(parsed(printModule(module)).regions, 0).block.ops, 0);
      expect(op.attribute("value")).toEqual(value);
    }),
    { ...RUNS, numRuns: 1000 },
  );
});

test("types come back as they were", () => {
  fc.assert(
    fc.property(type, (wanted) => {
      const module = parsed(`"a.b"() {t = ${printType(wanted)}} : () -> ()`);
      const found = at(at(module.regions, 0).block.ops, 0).attribute("t");
      expect(found).toEqual({ kind: "type", type: wanted });
    }),
    { ...RUNS, numRuns: 1000 },
  );
});

test("floats and strings round-trip exactly", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), fc.nat({ max: 65_535 }), text, (value, bits, string) => {
      const printed = printFloat(value, "f64");
      expect(printed.includes("0x") ? floatOfBits(BigInt(printed), "f64") : Number(printed)).toBe(value);
      const half = present(floatOfBits(BigInt(bits), "bf16"), "float");
      if (!Number.isNaN(half)) expect(Math.fround(half)).toBe(half);
      expect(unquote(quote(string))).toBe(string);
    }),
    { ...RUNS, numRuns: 2000 },
  );
});

test("text of any kind is answered, never thrown at", () => {
  const words = [
    "%a",
    "=",
    '"a.b"',
    "(",
    ")",
    "{",
    "}",
    ":",
    "->",
    "i8",
    "^bb0",
    "func.func",
    "@f",
    "affine.for",
    "to",
    "hw.module",
    "in",
    ",",
    "dense",
    "<",
    ">",
    "[",
    "]",
    "1",
    "1.5",
    "\n",
    "scf.if",
    "!x",
    "#m",
    "comb.add",
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words), { maxLength: 40 }), (list) => {
      expect(["ok", "error"]).toContain(parseModule(list.join(" "), "noise.mlir").kind);
    }),
    { ...RUNS, numRuns: 3000 },
  );
});
