import { z } from "zod";

/** What `hidalgo opt` did. */
const optSchema = z.object({
  schema: z.literal("hidalgo.opt/1"),
  /** The passes as they were written, with the functions that each changed. */
  passes: z.array(z.object({ pass: z.string(), changed: z.array(z.string()) })),
  /** Whether every pass was checked by execution. */
  verified: z.boolean(),
});
export type OptResult = z.infer<typeof optSchema>;
