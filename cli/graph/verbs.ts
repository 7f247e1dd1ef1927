import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { ok } from "../../ir/index.ts";
import { MANIFEST_FILE } from "../build-folder/build-files.ts";
import { hashContent, readFolder } from "../build-folder/read-build-folder.ts";
import { writeBuildFolder } from "../build-folder/write-build-folder.ts";
import { type graphCompileSchema, graphManifestSchema } from "../schemas/graph-manifest.ts";
import type { Outcome, Session } from "../verb.ts";
import { watchSession } from "../verbs/tell-story.ts";
import { compileGraphFile, type GraphBuild, type GraphOptions } from "./compile-graph.ts";
import { type SimulateGraphOptions, simulateGraph } from "./simulate-graph.ts";

/** Whether a folder is the build of a graph file. */
export function isGraphBuild(folder: string): boolean {
  const file = join(folder, MANIFEST_FILE);
  return existsSync(file) && /"kind":\s*"graph"/u.test(readFileSync(file, "utf8"));
}

/** `compile` of a graph file: writes the build folder. */
export async function compileGraphVerb(
  model: string,
  target: string,
  options: GraphOptions,
  session: Session,
): Promise<Outcome> {
  const build = await compileGraphFile(model, options, watchSession(session));
  if (build.kind === "error") return build;
  const { files } = build.value;
  const written = await writeBuildFolder(target, files, session.signal);
  if (written.kind === "error") return written;
  session.output.line(`${files.size} files in ${target}`);
  return ok(describeBuild(target, build.value));
}

function describeBuild(output: string, { manifest, files }: GraphBuild): z.infer<typeof graphCompileSchema> {
  const listed = Array.from(files, ([path, content]) => ({
    path,
    bytes: Buffer.byteLength(content),
    sha256: hashContent(content),
  }));
  return { schema: "hidalgo.compile/1", output, files: listed, design: manifest.design };
}

/** `simulate` of a graph: results that differ from the reference's are our bug. */
export async function simulateGraphVerb(
  folder: string,
  options: SimulateGraphOptions,
  session: Session,
): Promise<Outcome> {
  const build = readFolder(folder, graphManifestSchema);
  if (build.kind === "error") return build;
  const result = await simulateGraph(folder, build.value, options, watchSession(session));
  if (result.kind === "error") return result;
  const { value } = result;
  const {
    cycles,
    simulator,
    memory_model: memory,
    matches_reference: matches,
    first_mismatch: first,
  } = value;
  session.output.line(`@${value.function}: ${cycles} cycles on ${simulator}, memory ${memory}`);
  if (matches !== null) session.output.line(`  identical to the interpreter: ${matches ? "yes" : "NO"}`);
  if (first === null) return result;
  const message = `element ${first.index} of ${first.result} differs from the interpreter's`;
  return { kind: "wrong", value, message };
}
