import { z } from "zod";

/** `hidalgo.error/1`: the last line of `--json` where there is no result; what is unknown is null. */
export const errorSchema = z.strictObject({
  schema: z.literal("hidalgo.error/1"),
  code: z.string(),
  message: z.string(),
  where: z.string().nullable(),
  expected: z.string().nullable(),
  hint: z.string().nullable(),
});
