import { ok, type Result } from "../../ir/index.ts";
import { readTokenText } from "../evaluate/read-text.ts";
import type { LoadedModel } from "../load-model.ts";
import { calibrationKey, keepCalibration, recallCalibration } from "./cache.ts";
import { type CalibrationText, type CalibrationWatch, collectStatistics } from "./collect-statistics.ts";
import { ownTextSize, tellOwnText } from "./own-text.ts";
import type { Calibration } from "./statistics.ts";

/** Tokens of a calibration text that are taken in, and of one of its windows. */
const mostTokens = 4096;
const window = 512;

/** Where calibration takes its text from and keeps its results. */
export interface CalibrationOptions {
  /** A text file, or tokens that were read from one; undefined: the model's own text, which needs neither file nor tokenizer. */
  readonly text?: string | CalibrationText | undefined;
  /** Folder of earlier results, found by content; undefined: none. */
  readonly cache?: string | undefined;
}

/** Takes the statistics that quantizers ask for, from the beginning of a text file or from the model's own text. */
export function calibrateModel(
  model: Pick<LoadedModel, "checkpoint" | "tokenizer">,
  { text, cache }: CalibrationOptions,
  watch: CalibrationWatch = {},
): Result<Calibration> {
  const { checkpoint } = model;
  const { sha256 } = checkpoint;
  if (text === undefined) {
    const make = (): Calibration => calibrateOnOwnText(checkpoint, watch);
    return ok(throughCache(cache, calibrationKey(sha256, ownTextSize), make));
  }
  const taken = typeof text === "string" ? readText(text, model) : ok(text);
  if (taken.kind === "error") return taken;
  const { source, windows } = taken.value;
  const make = (): Calibration => collectStatistics(checkpoint, taken.value, watch);
  return ok({ ...throughCache(cache, calibrationKey(sha256, windows), make), source });
}

function readText(
  file: string,
  { checkpoint: { config }, tokenizer }: Pick<LoadedModel, "checkpoint" | "tokenizer">,
): Result<CalibrationText> {
  const limit = { tokens: mostTokens, window: Math.min(window, config.maxContext) };
  const text = readTokenText(file, { tokenizer, config }, limit);
  return text.kind === "error" ? text : ok({ source: file, windows: text.value.windows });
}

/** Telling the text is the first half of the work. */
function calibrateOnOwnText(checkpoint: LoadedModel["checkpoint"], watch: CalibrationWatch): Calibration {
  const { onShare, ...rest } = watch;
  const part = (from: number): CalibrationWatch => ({
    ...rest,
    onShare: (share) => onShare?.(from + share / 2),
  });
  return collectStatistics(checkpoint, tellOwnText(checkpoint, ownTextSize, part(0)), part(0.5));
}

function throughCache(folder: string | undefined, key: string, make: () => Calibration): Calibration {
  if (folder === undefined) return make();
  const known = recallCalibration(folder, key);
  if (known !== undefined) return known;
  const made = make();
  keepCalibration(folder, key, made);
  return made;
}
