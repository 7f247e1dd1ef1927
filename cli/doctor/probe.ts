import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname } from "node:path";
import { z } from "zod";
import { findProgram } from "./find-program.ts";
import type { Tool } from "./tools.ts";

const PROBE_LIMIT_MS = 20_000;

/** What asking for a tool brought: a broken one is there but does not say its version. */
export type Probe =
  | { readonly kind: "found"; readonly version: string; readonly path: string }
  | { readonly kind: "broken"; readonly path: string; readonly problem: string }
  | { readonly kind: "missing" };

/** Looks for a program on `path` and asks it for its version. */
export function probeTool(tool: Tool, path: string): Probe {
  const file = findProgram(tool.name, path);
  if (file === undefined) return { kind: "missing" };
  const run = spawnSync(file, [tool.versionFlag], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: PROBE_LIMIT_MS,
  });
  if (run.error !== undefined) return { kind: "broken", path: file, problem: run.error.message };
  const version = tool.versionPattern.exec(run.stdout)?.groups?.["version"];
  if (version !== undefined) return { kind: "found", version, path: file };
  return { kind: "broken", path: file, problem: `\`${tool.name} ${tool.versionFlag}\` names no version` };
}

const manifestSchema = z.object({ version: z.string() });

/** Looks for an npm package that is installed beside this one. */
export function probePackage(name: string): Probe {
  try {
    const manifest = findPackageJSON(name, import.meta.url);
    if (manifest === undefined) return { kind: "missing" };
    const { version } = manifestSchema.parse(JSON.parse(readFileSync(manifest, "utf8")));
    return { kind: "found", version, path: dirname(manifest) };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND")
      return { kind: "missing" };
    throw error;
  }
}
