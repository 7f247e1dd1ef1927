import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The executable file that `name` stands for on `path` (a PATH variable), or undefined. */
export function findProgram(name: string, path: string): string | undefined {
  const folders = path.split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name)).find(isExecutableFile);
}

function isExecutableFile(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
