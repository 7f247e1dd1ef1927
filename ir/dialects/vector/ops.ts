import { anyType, arrayAttr, i64Attr, ofKind } from "../../core/constraint.ts";
import type { Dialect } from "../../core/dialect.ts";
import { defineOp } from "../../core/op-definition.ts";

export const VectorExtractOp = defineOp("vector.extract", {
  summary: "One lane",
  operands: { vector: ofKind("vector") },
  results: { result: anyType },
  attrs: { static_position: arrayAttr(i64Attr) },
  regions: 0,
  traits: ["pure"],
});
export const VectorFromElementsOp = defineOp("vector.from_elements", {
  summary: "A vector of the operands, lane 0 first",
  operands: {},
  rest: anyType,
  results: { dest: ofKind("vector") },
  attrs: {},
  regions: 0,
  traits: ["pure"],
});
export const VectorBitcastOp = defineOp("vector.bitcast", {
  summary: "The same bits as lanes of another width; lane 0 holds the low bits",
  operands: { source: ofKind("vector") },
  results: { result: ofKind("vector") },
  attrs: {},
  regions: 0,
  traits: ["pure"],
  format: "$source attr-dict `:` type($source) `to` type($result)",
});

export const vectorDialect: Dialect = {
  name: "vector",
  ops: [VectorExtractOp, VectorFromElementsOp, VectorBitcastOp],
};
