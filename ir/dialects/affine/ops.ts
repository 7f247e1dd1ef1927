import { anyType, i64Attr, mapAttr, ofKind, ofKinds, optional, stringAttr } from "../../core/constraint.ts";
import type { Dialect } from "../../core/dialect.ts";
import { defineOp } from "../../core/op-definition.ts";

const whole = ofKinds("index", "int");

/** A counted loop. Operands are those of the lower bound's map, then those of the upper bound's. Scalars that loop iterations hand on live in rank-0 memrefs. */
export const AffineForOp = defineOp("affine.for", {
  summary: "A counted loop with affine bounds",
  operands: {},
  rest: whole,
  results: {},
  attrs: {
    lowerBound: mapAttr,
    upperBound: mapAttr,
    step: i64Attr,
    /** Directive: unroll this often before scheduling; the trip count, where it is constant, unrolls fully. */
    unroll: optional(i64Attr),
    /** Directive of the innermost loop: begin an iteration every so many cycles at most, and share units accordingly. */
    ii: optional(i64Attr),
    /** Compile-time maximum of the trip count, where the upper bound is a symbol. */
    max_trip: optional(i64Attr),
    /** The loop's name in reports. */
    dim: optional(stringAttr),
  },
  regions: 1,
  traits: [],
});
export const AffineYieldOp = defineOp("affine.yield", {
  summary: "Ends the body of an affine operation",
  operands: {},
  rest: anyType,
  results: {},
  attrs: {},
  regions: 0,
  traits: ["terminator"],
});
export const AffineLoadOp = defineOp("affine.load", {
  summary: "Reads a cell; the map turns the operands behind the memref into subscripts",
  operands: { memref: ofKind("memref") },
  rest: whole,
  results: { result: anyType },
  attrs: { map: mapAttr },
  regions: 0,
  traits: [],
});
export const AffineStoreOp = defineOp("affine.store", {
  summary: "Writes a cell",
  operands: { value: anyType, memref: ofKind("memref") },
  rest: whole,
  results: {},
  attrs: { map: mapAttr },
  regions: 0,
  traits: [],
});
export const AffineApplyOp = defineOp("affine.apply", {
  summary: "The value of a one-result affine map",
  operands: {},
  rest: whole,
  results: { result: ofKind("index") },
  attrs: { map: mapAttr },
  regions: 0,
  traits: ["pure"],
});

export const affineDialect: Dialect = {
  name: "affine",
  ops: [AffineForOp, AffineYieldOp, AffineLoadOp, AffineStoreOp, AffineApplyOp],
};
