import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { CompilerBug } from "../ir/index.ts";

/** The folder that holds package.json: the checkout, or the installed package (whose code sits in dist/). */
export function packageRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new CompilerBug(`no package.json above ${import.meta.dirname}`);
    folder = parent;
  }
  return folder;
}

const manifestSchema = z.object({ version: z.string() });

/** This package's version, as npm knows it. */
export function packageVersion(): string {
  const text = readFileSync(join(packageRoot(), "package.json"), "utf8");
  return manifestSchema.parse(JSON.parse(text)).version;
}
