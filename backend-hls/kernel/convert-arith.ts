import {
  AffineApplyOp,
  ArithCmpIOp,
  ArithConstantOp,
  at,
  ICMP_PREDICATES,
  type Operation,
  packElement,
  present,
  roundToFormat,
  type Type,
  VectorExtractOp,
} from "../../ir/index.ts";
import { FLOAT_CONVERTERS } from "./convert-float.ts";
import { type ConvertScope, isInteger, widthOfType } from "./convert-scope.ts";
import { asConstant, linearAdd, linearConstant, linearScale } from "./linear.ts";
import type { NodeId } from "./node.ts";

/** Turns one pure operation into nodes and binds its result. */
type Converter = (scope: ConvertScope, op: Operation) => void;

function operand(scope: ConvertScope, op: Operation, index: number): NodeId {
  return scope.node(at(op.operands, index));
}
function rawOperand(scope: ConvertScope, op: Operation, index: number): NodeId {
  return scope.raw(at(op.operands, index));
}
/** An integer operand as a signed number: one bit counts as 0 or -1 in `arith`, so it stands as it is. */
function capOf(type: Type): number {
  return widthOfType(type);
}

const sums: Record<string, Converter> = {
  "arith.addi": (scope, op) => {
    if (op.result.type.kind === "index") {
      scope.bindLinear(
        op.result,
        linearAdd(scope.linear(at(op.operands, 0)), scope.linear(at(op.operands, 1))),
      );
      return;
    }
    scope.bind(
      op.result,
      scope.builder.add(operand(scope, op, 0), operand(scope, op, 1), capOf(op.result.type)),
    );
  },
  "arith.subi": (scope, op) => {
    if (op.result.type.kind === "index") {
      scope.bindLinear(
        op.result,
        linearAdd(scope.linear(at(op.operands, 0)), linearScale(scope.linear(at(op.operands, 1)), -1)),
      );
      return;
    }
    scope.bind(
      op.result,
      scope.builder.sub(operand(scope, op, 0), operand(scope, op, 1), capOf(op.result.type)),
    );
  },
  "arith.muli": (scope, op) => {
    if (op.result.type.kind === "index") {
      const [left, right] = [scope.linear(at(op.operands, 0)), scope.linear(at(op.operands, 1))];
      const [x, y] = [asConstant(left), asConstant(right)];
      if (y !== undefined) {
        scope.bindLinear(op.result, linearScale(left, y));
        return;
      }
      if (x !== undefined) {
        scope.bindLinear(op.result, linearScale(right, x));
        return;
      }
    }
    scope.bind(
      op.result,
      scope.builder.mul(operand(scope, op, 0), operand(scope, op, 1), capOf(op.result.type)),
    );
  },
};

function bitwise(operator: "and" | "or" | "xor"): Converter {
  return (scope, op) => {
    const [a, b] = [operand(scope, op, 0), operand(scope, op, 1)];
    const width = Math.max(scope.builder.widthOf(a), scope.builder.widthOf(b));
    scope.bind(
      op.result,
      scope.builder.binary(operator, scope.builder.signed(a, width), scope.builder.signed(b, width)),
    );
  };
}
function shift(operator: "shl" | "shru" | "shrs"): Converter {
  return (scope, op) => {
    const [value, amount] = [rawOperand(scope, op, 0), rawOperand(scope, op, 1)];
    const { builder } = scope;
    const width = builder.widthOf(value);
    const known = builder.constantOf(amount);
    if (known === undefined) {
      scope.bind(op.result, builder.binary(operator, value, amount));
      return;
    }
    scope.bind(op.result, shiftByConstant(scope, operator, value, Math.min(width, Number(known))));
  };
}
function shiftByConstant(
  scope: ConvertScope,
  operator: "shl" | "shru" | "shrs",
  value: NodeId,
  amount: number,
): NodeId {
  const { builder } = scope;
  const width = builder.widthOf(value);
  if (amount === 0) return value;
  if (operator === "shl")
    return amount === width
      ? builder.constant(0n, width)
      : builder.join([builder.constant(0n, amount), builder.slice(value, 0, width - amount)]);
  if (operator === "shrs")
    return amount === width
      ? builder.signed(builder.slice(value, width - 1, 1), width)
      : builder.slice(value, amount, width - amount);
  return amount === width
    ? builder.constant(0n, width)
    : builder.join([builder.slice(value, amount, width - amount), builder.constant(0n, amount)]);
}
function extreme(predicate: "sgt" | "slt"): Converter {
  return (scope, op) => {
    const { builder } = scope;
    const [a, b] = [operand(scope, op, 0), operand(scope, op, 1)];
    const width = Math.max(builder.widthOf(a), builder.widthOf(b));
    scope.bind(
      op.result,
      builder.select(builder.compare(predicate, a, b), builder.signed(a, width), builder.signed(b, width)),
    );
  };
}
const casts: Record<string, Converter> = {
  "arith.extsi": (scope, op) => {
    scope.bind(op.result, fromSigned(scope, op));
  },
  "arith.extui": (scope, op) => {
    scope.bind(op.result, unsignedOf(scope, op));
  },
  "arith.trunci": (scope, op) => {
    const node = operand(scope, op, 0);
    const width = widthOfType(op.result.type);
    const cut =
      width === 1
        ? scope.builder.slice(node, 0, 1)
        : scope.builder.widthOf(node) > width
          ? scope.builder.slice(node, 0, width)
          : node;
    scope.bind(op.result, cut);
  },
  "arith.index_cast": (scope, op) => {
    castIndex(scope, op, () => fromSigned(scope, op));
  },
  "arith.index_castui": (scope, op) => {
    castIndex(scope, op, () => unsignedOf(scope, op));
  },
  "arith.bitcast": (scope, op) => {
    scope.bind(op.result, rawOperand(scope, op, 0));
  },
  "vector.bitcast": (scope, op) => {
    scope.bind(op.result, rawOperand(scope, op, 0));
  },
};

function fromSigned(scope: ConvertScope, op: Operation): NodeId {
  return operand(scope, op, 0);
}
/** The operand's bits with a zero above them, so that it reads as non-negative. */
function unsignedOf(scope: ConvertScope, op: Operation): NodeId {
  const { builder } = scope;
  const node = builder.join([rawOperand(scope, op, 0), builder.constant(0n, 1)]);
  return builder.signed(node, Math.min(builder.widthOf(node), widthOfType(op.result.type)));
}
function castIndex(scope: ConvertScope, op: Operation, toIndex: () => NodeId): void {
  const input = at(op.operands, 0);
  if (input.type.kind !== "index") {
    scope.bind(op.result, toIndex());
    return;
  }
  const width = widthOfType(op.result.type);
  const node = scope.node(input);
  scope.bind(op.result, scope.builder.widthOf(node) > width ? scope.builder.slice(node, 0, width) : node);
}

const others: Record<string, Converter> = {
  "arith.constant": (scope, op) => {
    const value = present(ArithConstantOp.match(op), op.name).attrs.value;
    const { type } = op.result;
    if (value.kind === "float" && type.kind === "float") {
      const bits = packElement(type, roundToFormat(type, value.value));
      scope.bind(op.result, scope.builder.constant(bits, widthOfType(type)));
      return;
    }
    if (value.kind !== "int" && value.kind !== "bool")
      return scope.unsupported(`a constant of kind ${value.kind}`, "a number", op);
    const number = value.kind === "int" ? value.value : BigInt(value.value);
    if (type.kind === "index") {
      scope.bindLinear(op.result, linearConstant(Number(number)));
      return;
    }
    const width = widthOfType(type);
    scope.bind(
      op.result,
      width === 1
        ? scope.builder.constant(number, 1)
        : scope.builder.signedConstant(BigInt.asIntN(width, number), width),
    );
  },
  "arith.cmpi": (scope, op) => {
    const predicate = at(ICMP_PREDICATES, present(ArithCmpIOp.match(op), op.name).attrs.predicate);
    const indices = at(op.operands, 0).type.kind === "index";
    const signed =
      indices && predicate.startsWith("u")
        ? at(ICMP_PREDICATES, ICMP_PREDICATES.indexOf(predicate) - 4)
        : predicate;
    const whole = signed.startsWith("u") || !isInteger(at(op.operands, 0).type);
    const get = whole ? rawOperand : operand;
    scope.bind(op.result, scope.builder.compare(signed, get(scope, op, 0), get(scope, op, 1)));
  },
  "arith.select": (scope, op) => {
    scope.bind(
      op.result,
      selectNodes(
        scope,
        operand(scope, op, 0),
        [operand(scope, op, 1), operand(scope, op, 2)],
        op.result.type,
      ),
    );
  },
  "affine.apply": (scope, op) => {
    const view = present(AffineApplyOp.match(op), op.name);
    scope.bindLinear(op.result, at(scope.subscripts(view.attrs.map, view.rest), 0));
  },
  "vector.extract": (scope, op) => {
    const view = present(VectorExtractOp.match(op), op.name);
    const width = widthOfType(op.result.type);
    scope.bind(
      op.result,
      scope.builder.slice(rawOperand(scope, op, 0), at(view.attrs.static_position, 0) * width, width),
    );
  },
  "vector.from_elements": (scope, op) => {
    scope.bind(op.result, scope.builder.join(op.operands.map((value) => scope.raw(value))));
  },
};

/** `condition ? a : b`, integers brought to one width first. */
export function selectNodes(
  scope: ConvertScope,
  condition: NodeId,
  [a, b]: readonly [NodeId, NodeId],
  type: Type,
): NodeId {
  const { builder } = scope;
  if (!isInteger(type)) return builder.select(condition, a, b);
  const width = Math.max(builder.widthOf(a), builder.widthOf(b));
  return builder.select(condition, builder.signed(a, width), builder.signed(b, width));
}

/** Converters of pure operations, by operation name. */
const PURE_CONVERTERS: Readonly<Record<string, Converter>> = {
  ...sums,
  ...casts,
  ...others,
  "arith.andi": bitwise("and"),
  "arith.ori": bitwise("or"),
  "arith.xori": bitwise("xor"),
  "arith.shli": shift("shl"),
  "arith.shrui": shift("shru"),
  "arith.shrsi": shift("shrs"),
  "arith.maxsi": extreme("sgt"),
  "arith.minsi": extreme("slt"),
  ...FLOAT_CONVERTERS,
};

/** Converts a pure operation; false where it is none that is known here. */
export function convertPure(scope: ConvertScope, op: Operation): boolean {
  const converter = PURE_CONVERTERS[op.name];
  if (converter === undefined) return false;
  converter(scope, op);
  return true;
}
