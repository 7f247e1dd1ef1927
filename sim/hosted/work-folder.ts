import { rmSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtSpan, fail, type Result } from "../../ir/index.ts";
import { cannotWrite } from "../diagnostics.ts";
import { atProcessEnd } from "./process-end.ts";

/** A folder for generated files; `remove` deletes it unless the caller named it. */
export interface WorkFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/** The folder that the caller named, or a temporary one. */
export async function openWorkFolder(named: string | undefined): Promise<WorkFolder> {
  if (named !== undefined) {
    await mkdir(named, { recursive: true });
    return { path: named, remove: () => Promise.resolve() };
  }
  const path = await mkdtemp(join(tmpdir(), "hidalgo-sim-"));
  const forget = atProcessEnd(() => {
    rmSync(path, { recursive: true, force: true });
  });
  return {
    path,
    remove: async () => {
      await rm(path, { recursive: true, force: true });
      forget();
    },
  };
}

/** Writes files into a folder; their full names. */
export async function writeFiles(
  folder: string,
  files: Iterable<readonly [string, string]>,
): Promise<readonly string[]> {
  const names: string[] = [];
  for (const [name, text] of files) {
    const path = join(folder, name);
    await writeFile(path, text);
    names.push(path);
  }
  return names;
}

/** What `action` gives; a folder or file that cannot be written (full, read-only, not there) is a diagnostic. */
export async function reportingFiles<T>(action: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof Error) || !("syscall" in error)) throw error;
    const path = "path" in error && typeof error.path === "string" ? error.path : "a generated file";
    return fail(cannotWrite(builtSpan(path), { path, reason: error.message }));
  }
}

/** Makes the waveform file: engines themselves say nothing when they cannot. */
export async function checkTrace(file: string | undefined): Promise<void> {
  if (file !== undefined) await writeFile(file, "");
}
