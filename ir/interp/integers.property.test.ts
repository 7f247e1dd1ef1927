import fc from "fast-check";
import { expect, test } from "vitest";
import type { Operation, Value } from "../core/operation.ts";
import { bitWidth, i64, indexType, intType, type ScalarType } from "../core/type.ts";
import { at } from "../support/bug.ts";
import { compileFunction } from "./compile.ts";
import { packElement, unpackElement } from "./pack.ts";
import { functionOf, type Program } from "./testing/program.ts";
import type { ElementValue } from "./values.ts";

/** Widths on both sides of each limit of the representation. */
const TYPES: readonly ScalarType[] = [...[1, 2, 5, 8, 16, 31, 32, 33, 48, 64, 80].map(intType), indexType];
const BINARY = [
  "addi",
  "subi",
  "muli",
  "andi",
  "ori",
  "xori",
  "shli",
  "shrui",
  "shrsi",
  "maxsi",
  "minsi",
] as const;

type Step =
  | { readonly kind: "constant"; readonly type: number; readonly bits: bigint }
  | { readonly kind: "binary"; readonly op: number; readonly a: number; readonly b: number }
  | { readonly kind: "compare"; readonly predicate: number; readonly a: number; readonly b: number }
  | { readonly kind: "select"; readonly condition: number; readonly a: number; readonly b: number }
  | { readonly kind: "convert"; readonly a: number; readonly type: number; readonly isSigned: boolean };

const pick = fc.nat(1000);
const bits = fc.oneof(
  fc.bigInt(0n, (1n << 80n) - 1n),
  fc.bigInt(0n, 90n),
  fc.constantFrom(8n, 16n, 31n, 32n, 33n),
  fc.bigInt(0n, 40n).map((n) => (1n << n) - 1n),
  fc.bigInt(0n, 79n).map((n) => 1n << n),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("constant" as const), type: pick, bits }),
  fc.record({ kind: fc.constant("binary" as const), op: pick, a: pick, b: pick }),
  fc.record({ kind: fc.constant("binary" as const), op: pick, a: pick, b: pick }),
  fc.record({ kind: fc.constant("compare" as const), predicate: fc.nat(9), a: pick, b: pick }),
  fc.record({ kind: fc.constant("select" as const), condition: pick, a: pick, b: pick }),
  fc.record({ kind: fc.constant("convert" as const), a: pick, type: pick, isSigned: fc.boolean() }),
);

/** The unsigned bits of every value, computed on bigints alone. */
interface Known {
  readonly value: Value;
  readonly type: ScalarType;
  readonly bits: bigint;
}

const signed = (known: Known): bigint => BigInt.asIntN(bitWidth(known.type), known.bits);

const MEANINGS: Readonly<Record<(typeof BINARY)[number], (a: Known, b: Known) => bigint>> = {
  addi: (a, b) => signed(a) + signed(b),
  subi: (a, b) => signed(a) - signed(b),
  muli: (a, b) => signed(a) * signed(b),
  andi: (a, b) => a.bits & b.bits,
  ori: (a, b) => a.bits | b.bits,
  xori: (a, b) => a.bits ^ b.bits,
  shli: (a, b) => (b.bits >= bitWidth(a.type) ? 0n : a.bits << b.bits),
  shrui: (a, b) => (b.bits >= bitWidth(a.type) ? 0n : a.bits >> b.bits),
  shrsi: (a, b) => signed(a) >> (b.bits >= bitWidth(a.type) ? 80n : b.bits),
  maxsi: (a, b) => at(inOrder(a, b), 1),
  minsi: (a, b) => at(inOrder(a, b), 0),
};

function inOrder(a: Known, b: Known): readonly bigint[] {
  return signed(a) < signed(b) ? [signed(a), signed(b)] : [signed(b), signed(a)];
}

function evaluateCompare(predicate: number, a: Known, b: Known): boolean {
  const [x, y] = predicate < 6 ? [signed(a), signed(b)] : [a.bits, b.bits];
  return at([x === y, x !== y, x < y, x <= y, x > y, x >= y, x < y, x <= y, x > y, x >= y], predicate);
}

function convert(p: Program, from: Known, to: ScalarType, isSigned: boolean): Known | undefined {
  const [a, b] = [bitWidth(from.type), bitWidth(to)];
  const value = BigInt.asUintN(b, isSigned ? signed(from) : from.bits);
  const isIndex = from.type.kind === "index" || to.kind === "index";
  if (from.type.kind === "index" && to.kind === "index") return undefined;
  const name = isIndex
    ? isSigned
      ? "index_cast"
      : "index_castui"
    : a > b
      ? "trunci"
      : isSigned
        ? "extsi"
        : "extui";
  if (!isIndex && a === b) return undefined;
  return { value: p.op(`arith.${name}`, [from.value], to), type: to, bits: value };
}

function appendStep(p: Program, s: Step, known: readonly Known[]): Known | undefined {
  const choose = (n: number, fits: (k: Known) => boolean = () => true): Known | undefined => {
    const fitting = known.filter(fits);
    return fitting[n % Math.max(1, fitting.length)];
  };
  if (s.kind === "constant") {
    const type = at(TYPES, s.type % TYPES.length);
    const value = BigInt.asUintN(bitWidth(type), s.bits);
    return { value: p.constant(BigInt.asIntN(bitWidth(type), s.bits), type), type, bits: value };
  }
  const a = choose(s.a);
  if (a === undefined) return undefined;
  if (s.kind === "convert") return convert(p, a, at(TYPES, s.type % TYPES.length), s.isSigned);
  const b = choose(s.b, (k) => k.type === a.type) ?? a;
  if (s.kind === "binary") {
    const op = at(BINARY, s.op % BINARY.length);
    return {
      value: p.op(`arith.${op}`, [a.value, b.value], a.type),
      type: a.type,
      bits: BigInt.asUintN(bitWidth(a.type), MEANINGS[op](a, b)),
    };
  }
  if (s.kind === "compare") {
    const predicate = { kind: "int", value: BigInt(s.predicate), type: i64 } as const;
    return {
      value: p.op("arith.cmpi", [a.value, b.value], intType(1), { predicate }),
      type: intType(1),
      bits: evaluateCompare(s.predicate, a, b) ? 1n : 0n,
    };
  }
  const condition = choose(s.condition, (k) => k.type === intType(1));
  if (condition === undefined) return undefined;
  return {
    value: p.op("arith.select", [condition.value, a.value, b.value], a.type),
    type: a.type,
    bits: condition.bits === 1n ? a.bits : b.bits,
  };
}

/** A function of one argument of every type, its arguments, and the bits that it has to return. */
function makeBody(
  steps: readonly Step[],
  inputs: readonly bigint[],
): {
  func: Operation;
  args: readonly ElementValue[];
  wanted: readonly bigint[];
  types: readonly ScalarType[];
} {
  let known: Known[] = [];
  const func = functionOf(TYPES, (p, ...args) => {
    known = args.map((value, index) => {
      const type = at(TYPES, index);
      return { value, type, bits: BigInt.asUintN(bitWidth(type), at(inputs, index)) };
    });
    for (const s of steps) {
      const next = appendStep(p, s, known);
      if (next !== undefined) known.push(next);
    }
    return known.map((k) => k.value);
  });
  const args = TYPES.map((type, index) => unpackElement(type, at(inputs, index)) as ElementValue); // a scalar
  return { func, args, wanted: known.map((k) => k.bits), types: known.map((k) => k.type) };
}

test("random integer bodies compute what a naive evaluation on bigints does", () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 5, maxLength: 60 }),
      fc.array(bits, { minLength: TYPES.length, maxLength: TYPES.length }),
      (steps, inputs) => {
        const { func, args, wanted, types } = makeBody(steps, inputs);
        const compiled = compileFunction(func);
        if (compiled.kind === "error") throw new Error(compiled.diagnostics[0]?.message);
        const result = compiled.value(...args);
        if (result.kind === "error") throw new Error(result.diagnostics[0]?.message);
        expect(result.value.map((value, index) => packElement(at(types, index), value))).toEqual(wanted);
        expect(result.value).toEqual(wanted.map((w, index) => unpackElement(at(types, index), w))); // normal form
      },
    ),
    { seed: 2, numRuns: 1000 },
  );
});
