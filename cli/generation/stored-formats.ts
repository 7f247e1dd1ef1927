import { parsePrecision } from "../../frontend/index.ts";
import type { Manifest } from "../schemas/manifest.ts";

/** How weights, keys and values are stored, as far as bytes and the energy of a product go. */
export interface StoredFormats {
  readonly weights: "int8" | "int4" | "bf16";
  /** Weights of int4 that share a byte of scale. */
  readonly group: number;
  readonly kvBytes: 1 | 2;
}

/** int8 throughout. */
export const INT8_FORMATS: StoredFormats = { weights: "int8", group: 1, kvBytes: 1 };

/** The formats of a design, by the names that its manifest has; int8 where it says nothing. */
export function storedFormats({
  precision,
  kv_bits: kv,
}: Partial<Pick<Manifest["design"], "precision" | "kv_bits">>): StoredFormats {
  const kvBytes = kv === 16 ? 2 : 1;
  const parsed = parsePrecision(precision ?? "w8a8", {});
  if (parsed.kind === "error" || parsed.value.weights.kind === "f32") return { ...INT8_FORMATS, kvBytes };
  const { weights } = parsed.value;
  return { weights: weights.kind, group: weights.kind === "int4" ? weights.group : 1, kvBytes };
}

/** Bytes of a matrix in a layer or, of int4 models in int8, of the head. */
export function matrixBytes(
  { weights, group }: StoredFormats,
  { count, isHead }: { readonly count: number; readonly isHead: boolean },
): number {
  if (weights === "bf16") return 2 * count;
  return weights === "int8" || isHead ? count : count / 2 + count / group;
}
