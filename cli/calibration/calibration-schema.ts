import { z } from "zod";
import { designId } from "../schemas/manifest.ts";
import { count, sha256 } from "../schemas/quantities.ts";
import { RESOURCES } from "./report.ts";

/** `hidalgo.calibration/1`, `calibration.json` in a build: what a vendor's tool measured of the hardware. */
export const calibrationSchema = z.strictObject({
  schema: z.literal("hidalgo.calibration/1"),
  design: designId,
  clock: z
    .strictObject({
      target_mhz: z.number().positive(),
      /** What the slack of the slowest path allows. */
      achieved_mhz: z.number().positive(),
      /** The target where it is reached, else what is: what results are computed with. */
      mhz: z.number().positive(),
      source: z.literal("pnr"),
    })
    .nullable(),
  resources: z.array(
    z.strictObject({
      name: z.enum(RESOURCES),
      /** Null where no estimate was made. */
      estimated: z.number().nonnegative().nullable(),
      measured: z.number().nonnegative(),
      available: z.number().nonnegative(),
    }),
  ),
  reports: z.array(z.strictObject({ file: z.string(), sha256, tool: z.string(), bytes: count })),
});

/** `hidalgo.calibration/1`. */
export type Calibration = z.infer<typeof calibrationSchema>;

/** The name of the file in a build. */
export const CALIBRATION_FILE = "calibration.json";
