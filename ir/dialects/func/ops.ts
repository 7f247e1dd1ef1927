import { anyType, stringAttr, typeAttr } from "../../core/constraint.ts";
import type { Dialect } from "../../core/dialect.ts";
import { defineOp } from "../../core/op-definition.ts";

/** A function; its block arguments are the inputs of `function_type`. */
export const FuncOp = defineOp("func.func", {
  summary: "A function",
  operands: {},
  results: {},
  attrs: { sym_name: stringAttr, function_type: typeAttr },
  regions: 1,
  traits: ["isolated", "symbol"],
});
export const ReturnOp = defineOp("func.return", {
  summary: "Ends a function with its results",
  operands: {},
  rest: anyType,
  results: {},
  attrs: {},
  regions: 0,
  traits: ["terminator"],
});

export const funcDialect: Dialect = { name: "func", ops: [FuncOp, ReturnOp] };
