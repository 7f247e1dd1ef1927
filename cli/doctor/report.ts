import { z } from "zod";

const toolSchema = z.strictObject({
  name: z.string(),
  status: z.enum(["found", "broken", "missing"]),
  version: z.string().nullable(),
  path: z.string().nullable(),
  needed_for: z.string(),
  /** What is wrong with a broken tool. */
  problem: z.string().nullable(),
  /** The exact command that would get a tool that is not found; null where no package manager is known. */
  get: z.string().nullable(),
});

/** `hidalgo.doctor/1`. */
export const doctorSchema = z.strictObject({
  schema: z.literal("hidalgo.doctor/1"),
  version: z.string(),
  node: z.strictObject({ version: z.string(), path: z.string() }),
  platform: z.string(),
  tools: z.array(toolSchema),
  /** Which simulators `--engine rtl` can use here. */
  engines: z.strictObject({ embedded: z.boolean(), verilator: z.boolean() }),
  /** One command for all external programs that are missing; null when none is, or no package manager is known. */
  install: z.string().nullable(),
});

/** What doctor found. */
export type DoctorReport = z.infer<typeof doctorSchema>;

/** One line of what doctor found. */
export type ToolReport = DoctorReport["tools"][number];
