import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { buildDamaged } from "../build-folder/diagnostics.ts";
import type { CompiledBuild } from "../build-folder/read-build-folder.ts";
import { parseJson } from "./calibrate-build.ts";
import { CALIBRATION_FILE, calibrationSchema } from "./calibration-schema.ts";

/** A build with the clock that place and route reached, where it was calibrated; any other build as it is. */
export function applyCalibration(build: CompiledBuild): Result<CompiledBuild> {
  const content = build.files.get(CALIBRATION_FILE);
  if (content === undefined) return ok(build);
  const { manifest } = build;
  const damaged = (problem: string): Result<never> =>
    fail(buildDamaged(builtSpan(CALIBRATION_FILE), { problem }));
  const parsed = calibrationSchema.safeParse(parseJson(content));
  if (!parsed.success) return damaged("the file is no calibration");
  if (parsed.data.design !== manifest.design.id) return damaged("the calibration is of other hardware");
  const { clock } = parsed.data;
  if (clock === null) return ok(build);
  const design = { ...manifest.design, clock: { mhz: clock.mhz, source: clock.source } };
  return ok({ ...build, manifest: { ...manifest, design } });
}
