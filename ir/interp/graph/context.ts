import type { Operation } from "../../core/operation.ts";
import type { CacheShape } from "../../dialects/nn/caches.ts";
import { findCache } from "../../dialects/nn/caches.ts";
import { present } from "../../support/bug.ts";
import type { KvState } from "./kv-state.ts";
import type { TensorData } from "./tensor.ts";

/**
 * The elements of a weight, row-major, by its name and, inside `nn.layers`, the layer; undefined where there is none.
 * The array is read, not copied.
 */
export type WeightSource = (name: string, layer: number | undefined) => TensorData | undefined;

/** What operations see beside their operands. */
export interface StepContext {
  readonly weights: WeightSource;
  readonly state: KvState;
  /** The running layer inside `nn.layers`. */
  readonly layer: number | undefined;
}

/** The declared shape of the cache that a verified operation names. */
export function cacheShape(op: Operation, name: string): CacheShape {
  return present(findCache(op, name), `cache @${name}`);
}
