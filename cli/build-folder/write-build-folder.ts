import { existsSync, readdirSync, statSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { type BuildFiles, MANIFEST_FILE } from "./build-files.ts";
import { outputOccupied, outputUnwritable } from "./diagnostics.ts";

/** Whether a build may go to `target`: nothing is there, or an empty folder, or an older build. */
export function checkTarget(target: string): Result<void> {
  if (!existsSync(target)) return ok(undefined);
  const isReplaceable =
    statSync(target).isDirectory() &&
    (readdirSync(target).length === 0 || existsSync(join(target, MANIFEST_FILE)));
  return isReplaceable ? ok(undefined) : fail(outputOccupied(builtSpan(target), {}));
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
  const parent = dirname(place);
  let made: string | undefined;
  let partial: string | undefined;
  try {
    made = await mkdir(parent, { recursive: true });
    partial = await mkdtemp(join(parent, `.${basename(place)}.partial-`));
    await writeFiles(partial, files, signal);
    await moveOver(partial, place);
    return ok(undefined);
  } catch (error) {
    for (const leftover of [partial, made])
      if (leftover !== undefined) await rm(leftover, { recursive: true, force: true });
    if (error instanceof Error && "syscall" in error)
      return fail(outputUnwritable(builtSpan(target), { reason: error.message }));
    throw error;
  }
}

async function writeFiles(folder: string, files: BuildFiles, signal: AbortSignal): Promise<void> {
  for (const [path, content] of files) {
    signal.throwIfAborted();
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content, { signal });
  }
  signal.throwIfAborted();
}

/** Gives a folder the name `place`; what had it goes away. */
async function moveOver(folder: string, place: string): Promise<void> {
  if (!existsSync(place)) {
    await rename(folder, place);
    return;
  }
  const old = `${folder}.old`;
  await rename(place, old);
  try {
    await rename(folder, place);
  } catch (error) {
    await rename(old, place);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}
