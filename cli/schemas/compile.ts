import { z } from "zod";
import { type CompiledBuild, hashContent } from "../build-folder/read-build-folder.ts";
import { manifestSchema, relativePath } from "./manifest.ts";
import { count, sha256 } from "./quantities.ts";

/** `hidalgo.compile/1`: what `compile` wrote, and where. */
export const compileSchema = z.strictObject({
  schema: z.literal("hidalgo.compile/1"),
  output: z.string(),
  files: z.array(z.strictObject({ path: relativePath, bytes: count, sha256 })),
  design: manifestSchema.shape.design,
  estimate: manifestSchema.shape.estimate,
});

/** The result object of a written build. */
export function describeBuild(
  output: string,
  { manifest, files }: CompiledBuild,
): z.infer<typeof compileSchema> {
  const listed = Array.from(files, ([path, content]) => ({
    path,
    bytes: Buffer.byteLength(content),
    sha256: hashContent(content),
  }));
  const { design, estimate } = manifest;
  return { schema: "hidalgo.compile/1", output, files: listed, design, estimate };
}
