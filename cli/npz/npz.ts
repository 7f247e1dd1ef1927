import { readFileSync } from "node:fs";
import { unzipSync, zipSync } from "fflate";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { badArrays } from "./diagnostics.ts";
import { type NumpyArray, parseNpy, writeNpy } from "./npy.ts";

/** Arrays by name. */
export type NumpyArrays = ReadonlyMap<string, NumpyArray>;

/** The first day that a zip file can hold: the same input gives the same bytes. */
const NO_TIME = new Date(1980, 0, 1);

/** Reads a .npz file. */
export function readNpz(path: string): Result<NumpyArrays> {
  const where = builtSpan(path);
  let entries: Readonly<Record<string, Uint8Array>>;
  try {
    entries = unzipSync(readFileSync(path));
  } catch (error) {
    return fail(badArrays(where, { problem: error instanceof Error ? error.message : String(error) }));
  }
  const arrays = new Map<string, NumpyArray>();
  for (const [file, content] of Object.entries(entries)) {
    const name = file.replace(/\.npy$/u, "");
    const array = parseNpy(content);
    if (typeof array === "string") return fail(badArrays(where, { problem: `${name}: ${array}` }));
    arrays.set(name, array);
  }
  return ok(arrays);
}

/** The bytes of a .npz file. */
export function writeNpz(arrays: NumpyArrays): Uint8Array {
  const entries = Array.from(arrays, ([name, array]) => [`${name}.npy`, writeNpy(array)] as const);
  return zipSync(Object.fromEntries(entries), { mtime: NO_TIME });
}
