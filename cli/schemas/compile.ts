import { z } from "zod";
import { type CompiledBuild, hashContent } from "../build-folder/read-build-folder.ts";
import type { LoweringCheck } from "../verify/verify-each.ts";
import { manifestSchema, relativePath } from "./manifest.ts";
import { count, sha256 } from "./quantities.ts";

/** Both sides of a lowering: values that were compared, or the first difference; the other one is null. */
const lowering = z.strictObject({
  levels: z.string(),
  compared: count.nullable(),
  difference: z.string().nullable(),
});

/** `hidalgo.compile/1`: what `compile` wrote, and where. */
export const compileSchema = z.strictObject({
  schema: z.literal("hidalgo.compile/1"),
  output: z.string(),
  files: z.array(z.strictObject({ path: relativePath, bytes: count, sha256 })),
  design: manifestSchema.shape.design,
  estimate: manifestSchema.shape.estimate,
  /** What `--verify-each` found, by lowering; null where it was not asked for. */
  lowerings: z.array(lowering).nullable(),
});

/** The result object of a written build. */
export function describeBuild(
  output: string,
  { manifest, files, checks }: CompiledBuild,
): z.infer<typeof compileSchema> {
  const listed = Array.from(files, ([path, content]) => ({
    path,
    bytes: Buffer.byteLength(content),
    sha256: hashContent(content),
  }));
  const { design, estimate } = manifest;
  const lowerings = checks?.map(describeCheck) ?? null;
  return { schema: "hidalgo.compile/1", output, files: listed, design, estimate, lowerings };
}

function describeCheck({ lowering: levels, outcome }: LoweringCheck): z.infer<typeof lowering> {
  if (outcome.kind === "same") return { levels, compared: outcome.compared, difference: null };
  const difference = outcome.diagnostics.map(({ message }) => message).join("; ");
  return { levels, compared: null, difference };
}
