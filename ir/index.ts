// The only door of `ir` for other folders.
export * from "./support/bug.ts";
export * from "./support/diagnostics.ts";
export * from "./support/result.ts";
export * from "./core/affine.ts";
export * from "./core/attribute.ts";
export * from "./core/builder.ts";
export * from "./core/constraint.ts";
export * from "./core/dialect.ts";
export * from "./core/op-definition.ts";
export * from "./core/operation.ts";
export * from "./core/pass.ts";
export * from "./core/type.ts";
export * from "./dialects/builtin/ops.ts";
export * from "./dialects/comb/ops.ts";
export * from "./dialects/hw/builder.ts";
export * from "./dialects/hw/ops.ts";
export * from "./dialects/seq/ops.ts";
