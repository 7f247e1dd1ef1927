import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { ok, type Result } from "../../../ir/index.ts";
import { hashContent } from "../../build-folder/read-build-folder.ts";

/** Results of long computations in a folder, by everything that they follow from; without a folder nothing is kept. */
export class KeptResults {
  readonly #folder: string | undefined;

  constructor(folder: string | undefined) {
    this.#folder = folder;
    if (folder !== undefined) mkdirSync(folder, { recursive: true });
  }

  /** The result for these causes: kept from an earlier run, or computed now and, unless it failed, kept then. */
  async get<T>(
    { causes, schema }: { readonly causes: readonly string[]; readonly schema: z.ZodType<T> },
    compute: () => Promise<Result<T>>,
  ): Promise<Result<T>> {
    if (this.#folder === undefined) return compute();
    const file = join(this.#folder, `${keyOf(causes)}.json`);
    const known = readKept(file, schema);
    if (known !== undefined) return ok(known);
    const computed = await compute();
    if (computed.kind === "ok") writeFileSync(file, `${JSON.stringify(computed.value, undefined, 1)}\n`);
    return computed;
  }
}

function keyOf(causes: readonly string[]): string {
  return hashContent(JSON.stringify(causes)).slice(0, 32);
}

/** Undefined where there is no such file, or none that can be read: then the result is computed again. */
function readKept<T>(file: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}
