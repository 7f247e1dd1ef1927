import { optional, stringAttr } from "../../core/constraint.ts";
import type { Dialect } from "../../core/dialect.ts";
import { defineOp } from "../../core/op-definition.ts";
import { Block, type Operation, Region } from "../../core/operation.ts";
import { builtSpan } from "../../support/diagnostics.ts";

/** The root of every program. */
export const ModuleOp = defineOp("builtin.module", {
  summary: "A container of top-level operations",
  operands: {},
  results: {},
  attrs: { sym_name: optional(stringAttr) },
  regions: 1,
  traits: ["isolated"],
});

export const builtinDialect: Dialect = { name: "builtin", ops: [ModuleOp] };

/** An empty module. */
export function emptyModule(name?: string): { readonly module: Operation; readonly body: Block } {
  const body = new Block();
  const module = ModuleOp.create({
    operands: {},
    attrs: { sym_name: name },
    regions: [new Region(body)],
    span: builtSpan("module"),
  });
  return { module, body };
}
