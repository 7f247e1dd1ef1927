import { existsSync, readdirSync, statSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import type { BuildFiles } from "./build-files.ts";
import { outputOccupied, outputUnwritable } from "./diagnostics.ts";
import { hasManifest } from "./read-build-folder.ts";

/** Whether a build may go to `target`: nothing is there, or an empty folder, or an older build. */
export function checkTarget(target: string): Result<void> {
  if (!existsSync(target)) return ok(undefined);
  const isFolder = statSync(target).isDirectory();
  if (isFolder && (readdirSync(target).length === 0 || hasManifest(target))) return ok(undefined);
  return fail(outputOccupied(builtSpan(target), {}));
}

/**
 * Writes a build folder whole or not at all: beside the target first, then under its name. An older build is
 * replaced. When `signal` is aborted the target stays as it was and the signal's reason is thrown.
 */
export async function writeBuildFolder(
  target: string,
  files: BuildFiles,
  signal: AbortSignal,
): Promise<Result<void>> {
  const free = checkTarget(target);
  if (free.kind === "error") return free;
  const place = resolve(target);
  let firstMade: string | undefined;
  try {
    firstMade = await mkdir(dirname(place), { recursive: true });
    await withScratch(place, async (scratch) => {
      await writeFiles(join(scratch, "new"), files, signal);
      await moveOver(join(scratch, "new"), place, join(scratch, "old"));
    });
    return ok(undefined);
  } catch (error) {
    if (firstMade !== undefined) await rm(firstMade, { recursive: true, force: true });
    if (!(error instanceof Error && "syscall" in error)) throw error;
    return fail(outputUnwritable(builtSpan(target), { reason: error.message }));
  }
}

/** A hidden folder on the same disk as `place`, gone afterwards with all that is still in it. */
async function withScratch(place: string, work: (scratch: string) => Promise<void>): Promise<void> {
  const scratch = await mkdtemp(join(dirname(place), `.${basename(place)}.partial-`));
  try {
    await work(scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function writeFiles(folder: string, files: BuildFiles, signal: AbortSignal): Promise<void> {
  await mkdir(folder);
  for (const [path, content] of files) {
    signal.throwIfAborted();
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content, { signal });
  }
  signal.throwIfAborted();
}

/** Gives a folder the name `place`; what had the name becomes `old`. */
async function moveOver(folder: string, place: string, old: string): Promise<void> {
  const isTaken = existsSync(place);
  if (isTaken) await rename(place, old);
  try {
    await rename(folder, place);
  } catch (error) {
    if (isTaken) await rename(old, place);
    throw error;
  }
}
