import type { Operation } from "../../core/operation.ts";
import { bitWidth, type ScalarType, sameType, type Type, type VectorType } from "../../core/type.ts";
import { VectorExtractOp } from "../../dialects/vector/ops.ts";
import { at } from "../../support/bug.ts";
import type { Emitter, EmitterTable } from "./emitter.ts";

function emitExtract(op: Operation, out: Emitter): void {
  const position = VectorExtractOp.match(op)?.attrs.static_position[0];
  const { type } = at(op.operands, 0);
  if (position === undefined || type.kind !== "vector" || position < 0 || position >= type.lanes)
    out.refuse(op, "the vector has no such lane");
  out.bind(op.result, `${out.name(at(op.operands, 0))}[${String(position)}]`);
}

function emitFromElements(op: Operation, out: Emitter): void {
  out.bind(op.result, `[${out.names(op.operands).join(", ")}]`);
}

/** Lanes of 8, 16 and 32 bits go through one shared buffer of bytes, others through the packed bits. */
function emitBitcast(op: Operation, out: Emitter): void {
  const source = at(op.operands, 0);
  const [from, to] = [vectorOf(op, source.type, out), vectorOf(op, op.result.type, out)];
  if (bitWidth(from) !== bitWidth(to)) out.refuse(op, "the widths differ");
  const text = out.name(source);
  const views = [viewName(from.element), viewName(to.element)];
  if (sameType(from, to)) out.alias(op.result, text);
  else if (views[0] === undefined || views[1] === undefined || bitWidth(from) > 8 * SCRATCH_BYTES) {
    out.bind(op.result, `unpackElement(${out.constant(to)}, packElement(${out.constant(from)}, ${text}))`);
  } else {
    out.bind(
      op.result,
      `(storeLanes(${views[0]}, 0, ${text}), loadLanes(${views[1]}, 0, ${String(to.lanes)}))`,
    );
  }
}

/** Size of the shared buffer of bytes. */
export const SCRATCH_BYTES = 4096;

function vectorOf(op: Operation, type: Type, out: Emitter): VectorType {
  return type.kind === "vector" ? type : out.refuse(op, "vectors only");
}

/** Floats are left out: their NaN would keep bits that the packed form does not have. */
function viewName(type: ScalarType): string | undefined {
  if (type.kind !== "int") return undefined;
  return { 8: "scratch8", 16: "scratch16", 32: "scratch32" }[type.width];
}

/** `vector`. */
export const VECTOR_EMITTERS: EmitterTable = {
  "vector.extract": emitExtract,
  "vector.from_elements": emitFromElements,
  "vector.bitcast": emitBitcast,
};
