import type { CacheShape } from "../../dialects/nn/caches.ts";

/** One layer's cache in float32: [slot, kv head, channel]. */
export interface FloatKv {
  readonly kind: "f32";
  readonly shape: CacheShape;
  readonly keys: Float32Array;
  readonly values: Float32Array;
}
/** One layer's cache in int8, [slot, kv head, channel], with scales [slot, kv head]. */
export interface ByteKv {
  readonly kind: "i8";
  readonly shape: CacheShape;
  readonly keys: Int8Array;
  readonly keyScales: Float32Array;
  readonly values: Int8Array;
  readonly valueScales: Float32Array;
}

/** The caches of a program between steps; everything is 0 at first. */
export class KvState {
  readonly #caches = new Map<string, FloatKv | ByteKv>();

  /** The cache `name` of a layer (undefined: outside `nn.layers`), made on first use. */
  cache(name: string, layer: number | undefined, shape: CacheShape): FloatKv | ByteKv {
    const key = cacheKey(name, layer);
    const known = this.#caches.get(key);
    if (known !== undefined) return known;
    const made = emptyCache(shape);
    this.#caches.set(key, made);
    return made;
  }

  /** The cache `name` of a layer, where a step has touched it. */
  get(name: string, layer?: number): FloatKv | ByteKv | undefined {
    return this.#caches.get(cacheKey(name, layer));
  }

  /** Keeps a cache made elsewhere: a step that begins in the middle of a sequence. */
  set(name: string, layer: number | undefined, cache: FloatKv | ByteKv): void {
    this.#caches.set(cacheKey(name, layer), cache);
  }
}

function cacheKey(name: string, layer: number | undefined): string {
  return layer === undefined ? name : `${name}.${String(layer)}`;
}

/** A cache of zeros. */
export function emptyCache(shape: CacheShape): FloatKv | ByteKv {
  const heads = shape.blocks * shape.block_size * shape.kv_heads;
  const cells = heads * shape.head_dim;
  if (shape.element.kind === "float")
    return { kind: "f32", shape, keys: new Float32Array(cells), values: new Float32Array(cells) };
  return {
    kind: "i8",
    shape,
    keys: new Int8Array(cells),
    keyScales: new Float32Array(heads),
    values: new Int8Array(cells),
    valueScales: new Float32Array(heads),
  };
}
