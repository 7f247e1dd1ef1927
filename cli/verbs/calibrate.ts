import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { calibrateBuild, renderCalibration } from "../calibration/calibrate-build.ts";
import { CALIBRATION_FILE } from "../calibration/calibration-schema.ts";
import { defineVerb } from "../verb.ts";

/** Imports what place and route measured of a build. */
export const calibrate = defineVerb({
  name: "calibrate",
  summary: "Import timing and utilization reports of a vendor's tool into a build",
  declare: (command) => {
    command
      .argument("<reports...>", "Vivado's report_timing_summary and report_utilization, nextpnr's --report")
      .option("--for <build>", "the build that was placed and routed", "build")
      .option("--any-design", "accept reports on a design that contains the accelerator");
  },
  input: z.object({
    reports: z.array(z.string()),
    for: z.string(),
    anyDesign: z.boolean().default(false),
  }),
  run: ({ reports, for: folder, anyDesign }, { output }) => {
    const calibration = calibrateBuild(folder, reports, { anyDesign });
    if (calibration.kind === "ok") {
      const file = join(folder, CALIBRATION_FILE);
      writeFileSync(`${file}.partial`, `${JSON.stringify(calibration.value, undefined, 1)}\n`);
      renameSync(`${file}.partial`, file);
      output.line(renderCalibration(calibration.value));
    }
    return Promise.resolve(calibration);
  },
});
