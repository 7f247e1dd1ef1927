import { z } from "zod";
import { modelSchema } from "../schemas/design.ts";
import { designId } from "../schemas/manifest.ts";
import { count, sha256 } from "../schemas/quantities.ts";

/** `hidalgo.pack/1`: new weights in a build. */
export const packSchema = z.strictObject({
  schema: z.literal("hidalgo.pack/1"),
  output: z.string(),
  model: modelSchema,
  design: z.strictObject({ id: designId, hash: sha256 }),
  weights: z.strictObject({ bytes: count, sha256, crc32: count }),
  self_test: z.strictObject({ prompt_ids: z.array(count), token_ids: z.array(count) }),
});

/** `hidalgo.pack/1`. */
export type PackResult = z.infer<typeof packSchema>;
