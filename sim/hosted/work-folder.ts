import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

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
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Writes files into a folder; their full names. */
export async function writeFiles(folder: string, files: Iterable<readonly [string, string]>): Promise<readonly string[]> {
  const names: string[] = [];
  for (const [name, text] of files) {
    const path = join(folder, name);
    await writeFile(path, text);
    names.push(path);
  }
  return names;
}
