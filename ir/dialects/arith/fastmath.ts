import type { Operation } from "../../core/operation.ts";

/** MLIR's fast-math flags. */
export const FASTMATH_FLAGS: readonly string[] = [
  "none",
  "reassoc",
  "nnan",
  "ninf",
  "nsz",
  "arcp",
  "contract",
  "afn",
  "fast",
];

/** The flags of a float operation (`#arith.fastmath<reassoc,nnan>`), as they are written. */
export function fastmathFlags(op: Operation): readonly string[] {
  const attribute = op.attribute("fastmath");
  if (attribute?.kind !== "opaque") return [];
  const [, flags = ""] = /^#arith\.fastmath<([^<>]*)>$/u.exec(attribute.text) ?? [];
  return flags
    .split(",")
    .map((flag) => flag.trim())
    .filter((flag) => flag !== "");
}

/** Whether sums and products of this operation may be taken in another order. */
export function mayReassociate(op: Operation): boolean {
  return fastmathFlags(op).some((flag) => flag === "reassoc" || flag === "fast");
}
