import { readFileSync } from "node:fs";
import { z } from "zod";
import { builtSpan, type Directives, fail, ok, type Result } from "../../ir/index.ts";
import { badDirectives } from "./diagnostics.ts";

const count = z.number().int().min(1);
const directivesSchema = z.strictObject({
  loops: z
    .record(
      z.string(),
      z.strictObject({ unroll: count.optional(), tile: count.optional(), ii: count.optional() }),
    )
    .optional(),
  orders: z.array(z.array(z.string()).min(1)).optional(),
  arrays: z
    .record(
      z.string(),
      z.strictObject({
        partition: z.array(z.union([count, z.literal("complete")])).optional(),
        storage: z.enum(["reg", "lut", "block"]).optional(),
      }),
    )
    .optional(),
  reassociate: z.boolean().optional(),
});

/** Reads a file of directives; what is wrong with it says where in it. */
export function readDirectives(file: string): Result<Directives> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return fail(badDirectives(builtSpan(file), { problem: error.message }));
  }
  const parsed = directivesSchema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const problem = parsed.error.issues
    .map((issue) => `${issue.path.join(".") || "the file"}: ${issue.message}`)
    .join("; ");
  return fail(badDirectives(builtSpan(file), { problem }));
}
