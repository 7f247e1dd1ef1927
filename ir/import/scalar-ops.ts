import type { Operation, Value } from "../core/operation.ts";
import { CMPF_PREDICATES, type CmpfPredicate } from "../dialects/arith/ops.ts";
import type { LoopBuilder } from "../dialects/loops/builder.ts";
import { at } from "../support/bug.ts";

/** What stands for one upstream operation on scalars, in operations that every later level has. */
type ScalarLowering = (b: LoopBuilder, operands: readonly Value[], op: Operation) => Value;

const binary =
  (apply: (b: LoopBuilder, x: Value, y: Value) => Value): ScalarLowering =>
  (b, operands) =>
    apply(b, at(operands, 0), at(operands, 1));
const unary =
  (apply: (b: LoopBuilder, x: Value) => Value): ScalarLowering =>
  (b, operands) =>
    apply(b, at(operands, 0));

const isNumber = (b: LoopBuilder, x: Value): Value => b.cmpf("oeq", x, x);
const not = (b: LoopBuilder, bit: Value): Value => b.xori(bit, b.int(1, 1));
const minimum = (b: LoopBuilder, x: Value, y: Value): Value => b.negf(b.maxf(b.negf(x), b.negf(y)));

/** IEEE 754-2019 maximumNumber and minimumNumber: a NaN gives way to a number. */
const preferNumber = (of: (b: LoopBuilder, x: Value, y: Value) => Value): ScalarLowering =>
  binary((b, x, y) => b.select(isNumber(b, x), b.select(isNumber(b, y), of(b, x, y), x), y));

/** Comparisons in terms of the ordered ones, which hardware has. */
function compareFloats(b: LoopBuilder, predicate: CmpfPredicate, x: Value, y: Value): Value {
  const opposite = NEGATED.get(predicate);
  if (opposite !== undefined) return not(b, compareFloats(b, opposite, x, y));
  if (predicate === "false") return b.int(0, 1);
  if (predicate === "one") return b.ori(b.cmpf("olt", x, y), b.cmpf("ogt", x, y));
  if (predicate === "ord") return b.andi(isNumber(b, x), isNumber(b, y));
  return b.cmpf(predicate, x, y);
}

const NEGATED: ReadonlyMap<CmpfPredicate, CmpfPredicate> = new Map([
  ["true", "false"],
  ["ueq", "one"],
  ["ugt", "ole"],
  ["uge", "olt"],
  ["ult", "oge"],
  ["ule", "ogt"],
  ["une", "oeq"],
  ["uno", "ord"],
]);

function predicateOf(op: Operation): number {
  const attribute = op.attribute("predicate");
  return attribute?.kind === "int" ? Number(attribute.value) : 0;
}

/** The integer type of a result; anything else never gets here. */
function widthOf({ type }: Value): number {
  return type.kind === "int" ? type.width : 32;
}

const INTEGERS: Readonly<Record<string, ScalarLowering>> = {
  "arith.addi": binary((b, x, y) => b.addi(x, y)),
  "arith.subi": binary((b, x, y) => b.subi(x, y)),
  "arith.muli": binary((b, x, y) => b.muli(x, y)),
  "arith.andi": binary((b, x, y) => b.andi(x, y)),
  "arith.ori": binary((b, x, y) => b.ori(x, y)),
  "arith.xori": binary((b, x, y) => b.xori(x, y)),
  "arith.shli": binary((b, x, y) => b.shli(x, y)),
  "arith.shrui": binary((b, x, y) => b.shrui(x, y)),
  "arith.shrsi": binary((b, x, y) => b.shrsi(x, y)),
  "arith.maxsi": binary((b, x, y) => b.maxsi(x, y)),
  "arith.minsi": binary((b, x, y) => b.minsi(x, y)),
  "arith.maxui": binary((b, x, y) => b.select(b.cmpi("ugt", x, y), x, y)),
  "arith.minui": binary((b, x, y) => b.select(b.cmpi("ult", x, y), x, y)),
  "arith.cmpi": (b, operands, op) => b.cmpi(at(ICMP, predicateOf(op)), at(operands, 0), at(operands, 1)),
  "arith.extsi": (b, [x], op) => b.extsi(given(x), widthOf(op.result)),
  "arith.extui": (b, [x], op) => b.extui(given(x), widthOf(op.result)),
  "arith.trunci": (b, [x], op) => b.trunci(given(x), widthOf(op.result)),
  "arith.index_cast": (b, [x], op) => b.indexCast(given(x), op.result.type),
  "arith.select": (b, operands) => b.select(at(operands, 0), at(operands, 1), at(operands, 2)),
};

const FLOATS: Readonly<Record<string, ScalarLowering>> = {
  "arith.addf": binary((b, x, y) => b.addf(x, y)),
  "arith.subf": binary((b, x, y) => b.subf(x, y)),
  "arith.mulf": binary((b, x, y) => b.mulf(x, y)),
  "arith.divf": binary((b, x, y) => b.divf(x, y)),
  "arith.maximumf": binary((b, x, y) => b.maxf(x, y)),
  "arith.minimumf": binary(minimum),
  "arith.maxnumf": preferNumber((b, x, y) => b.maxf(x, y)),
  "arith.minnumf": preferNumber(minimum),
  "arith.negf": unary((b, x) => b.negf(x)),
  "arith.cmpf": (b, operands, op) =>
    compareFloats(b, at(CMPF_PREDICATES, predicateOf(op)), at(operands, 0), at(operands, 1)),
  "arith.sitofp": unary((b, x) => b.toFloat(x)),
  "arith.uitofp": unary((b, x) => b.toFloat(b.extui(x, widthOf(x) + 1))),
  "arith.bitcast": (b, [x], op) => b.bitcast(given(x), op.result.type),
  "math.exp": unary((b, x) => b.exp(x)),
  "math.sqrt": unary((b, x) => b.sqrt(x)),
  "math.rsqrt": unary((b, x) => b.rsqrt(x)),
  "math.absf": unary((b, x) => b.abs(x)),
};

const ICMP = ["eq", "ne", "slt", "sle", "sgt", "sge", "ult", "ule", "ugt", "uge"] as const;

/** The lowering of each operation on scalars that hardware can be made of. */
export const SCALAR_LOWERINGS: Readonly<Record<string, ScalarLowering>> = { ...INTEGERS, ...FLOATS };

function given(value: Value | undefined): Value {
  return at(value === undefined ? [] : [value], 0);
}

/** Why an operation on scalars with these types has no hardware; undefined where it has. */
export function scalarRefusal(name: string, types: readonly string[]): string | undefined {
  const odd = types.find((type) => !/^(?:index|f32|i(?:[1-9]|[1-5]\d|6[0-4]))$/u.test(type));
  if (odd !== undefined) return `there is no arithmetic on ${odd}`;
  const width = Number(/^i(\d+)$/u.exec(types[0] ?? "")?.[1] ?? 0);
  if (name === "arith.sitofp" && width > 32) return "integers of more than 32 bits do not become floats";
  if (name === "arith.uitofp" && width > 31)
    return "unsigned integers of more than 31 bits do not become floats";
  return name in SCALAR_LOWERINGS ? undefined : "there is no such primitive";
}
