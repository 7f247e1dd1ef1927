import { anyType, integer } from "../../core/constraint.ts";
import type { Dialect } from "../../core/dialect.ts";
import { defineOp } from "../../core/op-definition.ts";

/** Two regions: then, else (its block is empty but for the yield where there is no else). */
export const ScfIfOp = defineOp("scf.if", {
  summary: "Runs one of two regions",
  operands: { condition: integer(1) },
  results: {},
  restResults: anyType,
  attrs: {},
  regions: 2,
  traits: [],
});
export const ScfYieldOp = defineOp("scf.yield", {
  summary: "Ends a region with its results",
  operands: {},
  rest: anyType,
  results: {},
  attrs: {},
  regions: 0,
  traits: ["terminator"],
});

export const scfDialect: Dialect = { name: "scf", ops: [ScfIfOp, ScfYieldOp] };
