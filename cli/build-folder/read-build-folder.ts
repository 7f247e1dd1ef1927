import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { z } from "zod";
import { builtSpan, type Diagnostic, fail, ok, type Result } from "../../ir/index.ts";
import { type Manifest, manifestSchema } from "../schemas/manifest.ts";
import type { LoweringCheck } from "../verify/verify-each.ts";
import { type BuildFiles, MANIFEST_FILE } from "./build-files.ts";
import { buildDamaged, noBuildFolder } from "./diagnostics.ts";

/** A compiled model: what the manifest says, and every file of the build, the manifest's own included. */
export interface CompiledBuild {
  readonly manifest: Manifest;
  readonly files: BuildFiles;
  /** What `--verify-each` found, where it was asked for. */
  readonly checks?: readonly LoweringCheck[];
  /** Lines that a compilation says about itself. */
  readonly notes?: readonly string[];
}

/** Reads a build folder and checks the files that its manifest names against their hashes. */
export function readBuildFolder(folder: string): Result<CompiledBuild> {
  return readFolder(folder, manifestSchema);
}

/** The same with a manifest of another kind. */
export function readFolder<M extends CheckedFiles>(
  folder: string,
  schema: z.ZodType<M>,
): Result<{ readonly manifest: M; readonly files: BuildFiles }> {
  const where = builtSpan(folder);
  if (!isFile(join(folder, MANIFEST_FILE)))
    return fail(noBuildFolder(where, { problem: `it has no ${MANIFEST_FILE}` }));
  const files = new Map<string, Uint8Array>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    files.set(relative(folder, file).split(sep).join("/"), readFileSync(file));
  }
  const manifest = parseManifest(readFileSync(join(folder, MANIFEST_FILE), "utf8"), schema);
  if (!manifest.success) return fail(noBuildFolder(where, { problem: manifest.problem }));
  const damaged = checkHashes(folder, manifest.value, files);
  return damaged.length > 0 ? fail(...damaged) : ok({ manifest: manifest.value, files });
}

/** Whether a folder looks like a build of this or another version. */
export function hasManifest(folder: string): boolean {
  const file = join(folder, MANIFEST_FILE);
  return isFile(file) && readFileSync(file, "utf8").includes('"hidalgo.manifest/');
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** The hash of a file's bytes, as manifests hold it. */
export function hashContent(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** The files that a manifest names. */
type CheckedFiles = Pick<Manifest, "rtl" | "memory"> &
  Partial<Pick<Manifest, "tokenizer" | "calibration_text">>;

function parseManifest<M>(
  text: string,
  schema: z.ZodType<M>,
): { readonly success: true; readonly value: M } | { readonly success: false; readonly problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { success: false, problem: `its ${MANIFEST_FILE} is not JSON` };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { success: true, value: parsed.data };
  const [issue] = parsed.error.issues;
  const place = issue === undefined ? "" : `${issue.path.join(".")}: ${issue.message}`;
  return { success: false, problem: `its ${MANIFEST_FILE} is not hidalgo.manifest/1 (${place})` };
}

function checkHashes(folder: string, manifest: CheckedFiles, files: BuildFiles): readonly Diagnostic[] {
  const named = [
    ...manifest.rtl,
    ...(manifest.calibration_text === undefined ? [] : [manifest.calibration_text]),
    ...manifest.memory.flatMap(({ file, sha256 }) => (file === null ? [] : [{ path: file, sha256 }])),
    ...(manifest.tokenizer === null || manifest.tokenizer === undefined
      ? []
      : [{ path: manifest.tokenizer, sha256: null }]),
  ];
  return named.flatMap(({ path, sha256 }) => {
    const content = files.get(path);
    const where = builtSpan(join(folder, path));
    if (content === undefined) return [buildDamaged(where, { problem: "the file is missing" })];
    if (sha256 === null || hashContent(content) === sha256) return [];
    return [buildDamaged(where, { problem: "the file's contents have changed" })];
  });
}
