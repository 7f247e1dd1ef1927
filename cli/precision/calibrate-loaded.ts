import { homedir } from "node:os";
import { join } from "node:path";
import {
  type Calibration,
  type CalibrationText,
  calibrateModel,
  type LoadedModel,
} from "../../frontend/index.ts";
import type { Result } from "../../ir/index.ts";
import type { JobWatch } from "../jobs/job-watch.ts";

/** Folder of calibrations of earlier runs: XDG_CACHE_HOME's, or ~/.cache's. */
function cacheFolder(): string {
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "hidalgo", "calibration");
}

/** The statistics of a model on a text (a file's name, or its tokens) or on its own, from an earlier run where there is one. */
export function calibrateLoaded(
  model: Pick<LoadedModel, "checkpoint" | "tokenizer">,
  { calibrate }: { readonly calibrate?: string | CalibrationText | undefined },
  watch: JobWatch,
): Result<Calibration> {
  const calibration = calibrateModel(
    model,
    { text: calibrate, cache: cacheFolder() },
    watchShares("calibration", watch),
  );
  if (calibration.kind === "ok") {
    const { positions, source } = calibration.value;
    watch.onProgress?.(`calibrated on ${positions} tokens: ${source}`);
  }
  return calibration;
}

/** Progress in tenths. */
export function watchShares(
  what: string,
  { onProgress, signal }: JobWatch,
): { readonly onShare: (share: number) => void; readonly signal?: AbortSignal } {
  let told = 0;
  return {
    onShare: (share) => {
      const tenths = Math.floor(10 * share);
      if (tenths > told && tenths < 10) onProgress?.(`${what}: ${10 * tenths} %`);
      told = tenths;
    },
    ...(signal && { signal }),
  };
}
