import type { Operation } from "../mlir-wasm/bindings/operation.ts";
import type { Document } from "../mlir-wasm/engine/document.ts";
import { builtSpan, type Diagnostic, type Span } from "../support/diagnostics.ts";
import { importUnsupported } from "./diagnostics.ts";
import { scalarRefusal } from "./scalar-ops.ts";

/** What is in no nest, or holds one together: translate.ts knows each. */
const STRUCTURE: ReadonlySet<string> = new Set([
  "builtin.module",
  "func.func",
  "func.return",
  "affine.apply",
  "affine.load",
  "affine.store",
  "affine.yield",
  "arith.constant",
  "memref.alloc",
  "memref.collapse_shape",
  "memref.copy",
  "memref.expand_shape",
  "memref.get_global",
  "memref.global",
  "memref.load",
  "memref.store",
]);

/** Everything in a lowered module that no kernel can be made of, at the place in the source where it comes from. */
export function unsupportedOperations(document: Document): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  document.operation.walk((op) => {
    const reason = refusal(op);
    if (reason !== undefined)
      found.push(importUnsupported(sourceOf(op, document.file), { op: op.name, reason }));
    return "advance";
  });
  return found;
}

function refusal(op: Operation): string | undefined {
  const { name } = op;
  const types = [...op.operands, ...op.results].map(({ type }) => String(type));
  const odd = types.find((type) => /\?|strided|affine_map|tensor</u.test(type));
  if (odd !== undefined) return `a value of type ${odd} is no array of a known shape`;
  if (name === "affine.for")
    return op.operands.length + op.results.length > 0
      ? "its bounds are no constants, or it hands values on"
      : undefined;
  if (STRUCTURE.has(name)) return undefined;
  if (/^(?:arith|math)\./u.test(name)) return scalarRefusal(name, types);
  return "upstream's passes leave it as it is";
}

/** Where an operation comes from: the first place that its location names, which passes may have fused. */
function sourceOf(op: Operation, file: string): Span {
  const { span } = op.location;
  if (span.line > 0) return span;
  const [, line, column] = /"[^"]*":(\d+):(\d+)/u.exec(op.location.toString()) ?? [];
  return line === undefined ? builtSpan(file) : { file, line: Number(line), column: Number(column) };
}
