import { createHash } from "node:crypto";
import { mkdirSync, readdirSync } from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { PrefixKey } from "../blocks/prefix-key.ts";
import type { SealedBlock } from "./sealed-block.ts";

/** The line before a block's bytes. */
const header = z.object({
  schema: z.literal("hidalgo.kv/1"),
  parent: z.string(),
  tokens: z.array(z.number()),
  sha256: z.string(),
});

/** What lies on disk under a key; the seal is as it was written, the bytes as they were found. */
export type StoredBlock =
  | { readonly kind: "found"; readonly key: PrefixKey; readonly block: SealedBlock }
  | { readonly kind: "unreadable" };

const ENDING = ".kv";
const LINE_END = 10;

/** KV blocks in files, one each, named by the hash of what they hold; the oldest are removed where there are too many. */
export class DiskStore {
  readonly #folder: string;
  readonly #most: number;
  readonly #hashes: Set<string>;

  /** `identity` is all that a block's bytes depend on beside its tokens: model, number formats, layout. */
  constructor(directory: string, identity: string, mostBlocks: number) {
    const name = createHash("sha256").update(identity).digest("hex").slice(0, 16);
    this.#folder = join(directory, name);
    this.#most = mostBlocks;
    mkdirSync(this.#folder, { recursive: true });
    const files = readdirSync(this.#folder).filter((file) => file.endsWith(ENDING));
    this.#hashes = new Set(files.toSorted().map((file) => file.slice(0, -ENDING.length)));
  }

  has(hash: string): boolean {
    return this.#hashes.has(hash);
  }

  /** Writes a block; a reader never sees half of one. */
  async write({ hash, parent, tokens }: PrefixKey, { bytes, sha256 }: SealedBlock): Promise<void> {
    const line = JSON.stringify({ schema: "hidalgo.kv/1", parent, tokens, sha256 });
    const file = this.#file(hash);
    await writeFile(`${file}.part`, Buffer.concat([Buffer.from(`${line}\n`), bytes]));
    await rename(`${file}.part`, file);
    this.#hashes.add(hash);
    for (const oldest of this.#hashes) {
      if (this.#hashes.size <= this.#most) return;
      await this.remove(oldest);
    }
  }

  async read(hash: string): Promise<StoredBlock> {
    try {
      const content = await readFile(this.#file(hash));
      const end = content.indexOf(LINE_END);
      const parsed = header.safeParse(JSON.parse(content.subarray(0, end).toString("utf8")));
      if (end < 0 || !parsed.success) return { kind: "unreadable" };
      const { parent, tokens, sha256 } = parsed.data;
      const bytes = new Uint8Array(content.subarray(end + 1));
      return { kind: "found", key: { hash, parent, tokens }, block: { bytes, sha256 } };
    } catch {
      return { kind: "unreadable" }; // gone, or no JSON: nothing that could be used
    }
  }

  async remove(hash: string): Promise<void> {
    this.#hashes.delete(hash);
    await rm(this.#file(hash), { force: true });
  }

  #file(hash: string): string {
    return join(this.#folder, `${hash}${ENDING}`);
  }
}
