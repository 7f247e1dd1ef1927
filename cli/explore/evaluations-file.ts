import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Evaluation } from "../../dse/index.ts";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { nothingToResume } from "./diagnostics.ts";

/** Designs that were planned, so that an exploration can go on. */
const EVALUATIONS_FILE = "evaluations.json";

const number = z.number();
const evaluation = z.strictObject({
  cells: z.strictObject({ lut: number, ff: number, dsp: number, bram18: number }),
  kernels: z.record(z.string(), z.strictObject({ ii: number, depth: number })),
  cycles: z.strictObject({ decode: number, firstChunk: number, lateChunk: number, lastChunk: number }),
  evidence: z.enum(["replayed", "extrapolated", "planned"]),
  memoryBytes: number,
});
const fileSchema = z.strictObject({ subject: z.string(), designs: z.record(z.string(), evaluation) });

/** Reads what an earlier run of the same exploration (`subject`) has planned. */
export function readEvaluations(folder: string, subject: string): Result<Map<string, Evaluation>> {
  const file = join(folder, EVALUATIONS_FILE);
  const refuse = (problem: string): Result<never> => fail(nothingToResume(builtSpan(folder), { problem }));
  if (!existsSync(file)) return refuse(`there is no ${EVALUATIONS_FILE}`);
  const parsed = fileSchema.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (!parsed.success) return refuse(`${EVALUATIONS_FILE} is damaged`);
  if (parsed.data.subject !== subject) return refuse(`it is of ${parsed.data.subject}`);
  return ok(new Map(Object.entries(parsed.data.designs)));
}

/** Keeps what was planned; called after every round, so that Ctrl-C loses little. */
export function writeEvaluations(
  folder: string,
  subject: string,
  designs: ReadonlyMap<string, Evaluation>,
): void {
  const sorted = [...designs].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const content = { subject, designs: Object.fromEntries(sorted) };
  writeFileSync(join(folder, EVALUATIONS_FILE), `${JSON.stringify(content)}\n`);
}
