import { createHash } from "node:crypto";

/**
 * What a full block of the KV memory holds: its tokens behind everything before them. `hash` is chained over all
 * blocks from the sequence's start (vLLM's prefix caching), `parent` is the hash of the block before.
 */
export interface PrefixKey {
  readonly hash: string;
  readonly parent: string;
  readonly tokens: readonly number[];
}

/** The parent of a sequence's first block; requests with another salt share nothing. */
export function prefixRoot(salt = ""): string {
  return createHash("sha256").update("hidalgo-kv/1\0").update(salt).digest("hex");
}

/** The key of the block that holds `tokens` behind the blocks of `parent`. */
export function prefixKey(parent: string, tokens: readonly number[]): PrefixKey {
  const bytes = new Uint8Array(Int32Array.from(tokens).buffer);
  const hash = createHash("sha256").update(parent).update(bytes);
  return { hash: hash.digest("hex"), parent, tokens };
}

/** Whether two keys name the same contents: a hash alone is not believed. */
export function sameContents(a: PrefixKey, b: PrefixKey): boolean {
  return (
    a.hash === b.hash &&
    a.parent === b.parent &&
    a.tokens.length === b.tokens.length &&
    a.tokens.every((token, i) => token === b.tokens[i])
  );
}
