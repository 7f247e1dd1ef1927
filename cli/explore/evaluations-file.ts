import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { nothingToResume } from "./diagnostics.ts";

/** Designs that were planned, so that an exploration can go on. */
const EVALUATIONS_FILE = "evaluations.json";

/** Reads what an earlier run of the same exploration (`subject`) has planned, by the key of each design. */
export function readEvaluations<Evaluation>(
  folder: string,
  subject: string,
  evaluation: z.ZodType<Evaluation>,
): Result<Map<string, Evaluation>> {
  const file = join(folder, EVALUATIONS_FILE);
  const refuse = (problem: string): Result<never> => fail(nothingToResume(builtSpan(folder), { problem }));
  if (!existsSync(file)) return refuse(`there is no ${EVALUATIONS_FILE}`);
  const schema = z.strictObject({ subject: z.string(), designs: z.record(z.string(), evaluation) });
  const parsed = schema.safeParse(contentOf(file));
  if (!parsed.success) return refuse(`${EVALUATIONS_FILE} is damaged`);
  if (parsed.data.subject !== subject) return refuse(`it is of ${parsed.data.subject}`);
  return ok(new Map(Object.entries(parsed.data.designs)));
}

/** Undefined where the file ends before its content does. */
function contentOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** Keeps what was planned; called after every round, so that Ctrl-C loses little. */
export function writeEvaluations(
  folder: string,
  subject: string,
  designs: ReadonlyMap<string | number, unknown>,
): void {
  const entries = [...designs].map(([key, design]) => [String(key), design] as const);
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const content = { subject, designs: Object.fromEntries(sorted) };
  writeFileSync(join(folder, EVALUATIONS_FILE), `${JSON.stringify(content)}\n`);
}
