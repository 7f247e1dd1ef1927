import {
  ArithCmpFOp,
  at,
  CMPF_PREDICATES,
  type CmpfPredicate,
  type FloatPrimitiveName,
  type Operation,
  present,
  type Type,
  type Value,
} from "../../ir/index.ts";
import { type ConvertScope, widthOfType } from "./convert-scope.ts";
import type { NodeId } from "./node.ts";

/** Turns one operation on floats into nodes and binds its result. */
type FloatConverter = (scope: ConvertScope, op: Operation) => void;

/** A float of 16 bits as its float32 (bfloat16 is the upper half of one); anything else as it is. */
function widened(scope: ConvertScope, value: Value): NodeId {
  const { type } = value;
  const node = scope.raw(value);
  const { builder } = scope;
  if (type.kind !== "float" || type.format === "f32") return node;
  return type.format === "bf16"
    ? builder.join([builder.constant(0n, 16), node])
    : builder.float("from_f16", [node], 32);
}

/** A float32 as a float of a type. */
function narrowed(scope: ConvertScope, node: NodeId, type: Type): NodeId {
  if (type.kind !== "float" || type.format === "f32") return node;
  return scope.builder.float(type.format === "bf16" ? "to_bf16" : "to_f16", [node], 16);
}

/** A primitive of float32: floats of 16 bits become float32 before it, and what comes out is rounded. */
function float(primitive: FloatPrimitiveName): FloatConverter {
  return (scope, op) => {
    const { type } = op.result;
    const operands = op.operands.map((value) => widened(scope, value));
    const width = type.kind === "float" ? 32 : widthOfType(type);
    scope.bind(op.result, narrowed(scope, scope.builder.float(primitive, operands, width), type));
  };
}

/** A primitive that floats of 16 bits have of their own. */
function arithmetic(primitive: "add" | "sub" | "mul"): FloatConverter {
  const single = float(primitive);
  return (scope, op) => {
    const { type } = op.result;
    const format = type.kind === "float" ? type.format : "f32";
    if (format !== "bf16" && format !== "f16") {
      single(scope, op);
      return;
    }
    const operands = op.operands.map((value) => scope.raw(value));
    scope.bind(op.result, scope.builder.float(`${format}_${primitive}`, operands, 16));
  };
}

/** Converts to and from the widths that conversion primitives exist for. */
const conversions: Record<string, FloatConverter> = {
  "arith.extf": (scope, op) => {
    scope.bind(op.result, widened(scope, at(op.operands, 0)));
  },
  "arith.truncf": (scope, op) => {
    const source = at(op.operands, 0);
    if (widthOfType(op.result.type) >= widthOfType(source.type))
      return scope.unsupported("arith.truncf between formats of one width", "f32 to f16 or bf16", op);
    scope.bind(op.result, narrowed(scope, scope.raw(source), op.result.type));
  },
  "arith.sitofp": (scope, op) => {
    const node = scope.node(at(op.operands, 0));
    const { type } = op.result;
    const width = present(
      [8, 16, 32, 40].find((size) => size >= scope.builder.widthOf(node)),
      "a conversion width of at most 40 bits",
    );
    if (widthOfType(type) === 16 && widthOfType(at(op.operands, 0).type) > 16)
      return scope.unsupported("arith.sitofp of more than 16 bits to a float of 16", "f32 in between", op);
    const wide = scope.builder.float(
      // 8, 16, 32 and 40 exist
      `sitofp_i${String(width)}` as FloatPrimitiveName,
      [scope.builder.signed(node, width)],
      32,
    );
    scope.bind(op.result, narrowed(scope, wide, type));
  },
  "fx.to_int": (scope, op) => {
    const width = widthOfType(op.result.type);
    if (width !== 8 && width !== 16 && width !== 32)
      return scope.unsupported(`fx.to_int to ${String(width)} bits`, "8, 16 or 32 bits", op);
    scope.bind(
      op.result,
      scope.builder.float(`fptosi_i${width}`, [widened(scope, at(op.operands, 0))], width),
    );
  },
  "fx.scale2": (scope, op) => {
    const exponent = scope.builder.signed(scope.node(at(op.operands, 1)), 32);
    const scaled = scope.builder.float("scale2", [widened(scope, at(op.operands, 0)), exponent], 32);
    scope.bind(op.result, narrowed(scope, scaled, op.result.type));
  },
  "fx.mul_bf16": (scope, op) => {
    const words = [0, 1].map((index) => scope.builder.signed(scope.node(at(op.operands, index)), 16));
    scope.bind(op.result, scope.builder.float("mul_bf16", words, 32));
  },
};

/** Primitives of the ordered float comparisons. */
const ORDERED: ReadonlyMap<CmpfPredicate, FloatPrimitiveName> = new Map([
  ["oeq", "eq"],
  ["ogt", "gt"],
  ["oge", "ge"],
  ["olt", "lt"],
  ["ole", "le"],
]);

/** Comparisons of two floats; their operands are no integers. */
const compare: FloatConverter = (scope, op) => {
  const predicate = at(CMPF_PREDICATES, present(ArithCmpFOp.match(op), op.name).attrs.predicate);
  const primitive = ORDERED.get(predicate);
  if (primitive === undefined)
    return scope.unsupported(`arith.cmpf ${predicate}`, "oeq, ogt, oge, olt or ole", op);
  const operands = op.operands.map((value) => widened(scope, value));
  scope.bind(op.result, scope.builder.float(primitive, operands, 1));
};

/** Converters of operations on floats, by operation name. */
export const FLOAT_CONVERTERS: Readonly<Record<string, FloatConverter>> = {
  ...conversions,
  "arith.cmpf": compare,
  "arith.addf": arithmetic("add"),
  "arith.subf": arithmetic("sub"),
  "arith.mulf": arithmetic("mul"),
  "arith.divf": float("div"),
  "arith.maximumf": float("max"),
  "arith.negf": float("neg"),
  "math.sqrt": float("sqrt"),
  "math.exp": float("exp"),
  "math.rsqrt": float("rsqrt"),
  "math.absf": float("abs"),
  "fx.abs": float("abs"),
  "fx.exp": float("exp"),
  "fx.recip": float("recip"),
  "fx.rsqrt": float("rsqrt"),
  "fx.exponent": float("exponent"),
  "fx.to_bf16": float("to_bf16"),
};
