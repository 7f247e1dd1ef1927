import { basename } from "node:path";
import { z } from "zod";
import type { CalibrationText } from "../../frontend/index.ts";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import type { BuildFiles } from "./build-files.ts";
import { buildDamaged } from "./diagnostics.ts";

/** Tokens of the text that a build was calibrated on, where that was a file. */
export const CALIBRATION_TEXT_FILE = "calibration-text.json";

const calibrationText = z.strictObject({
  source: z.string(),
  windows: z.array(z.array(z.int().nonnegative())),
});

/** The file with which a build's numbers can be made again: the tokens that were taken in, and the name of the text, without its folder. */
export function writeCalibrationText({ source, windows }: CalibrationText): string {
  return `${JSON.stringify({ source: basename(source), windows })}\n`;
}

/** What a build was calibrated on; undefined: nothing, or the model's own text. */
export function readCalibrationText(files: BuildFiles): Result<CalibrationText | undefined> {
  const content = files.get(CALIBRATION_TEXT_FILE);
  if (content === undefined) return ok(undefined);
  try {
    const json: unknown = JSON.parse(
      typeof content === "string" ? content : Buffer.from(content).toString("utf8"),
    );
    const parsed = calibrationText.safeParse(json);
    if (parsed.success) return ok(parsed.data);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return fail(buildDamaged(builtSpan(CALIBRATION_TEXT_FILE), { problem: "it is no calibration text" }));
}
