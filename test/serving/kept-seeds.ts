import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** Seeds of schedules that failed once, by what they were played on. */
export const keptSeeds = z
  .object({ reference: z.array(z.int()), rtl: z.array(z.int()) })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, "failing-seeds.json"), "utf8")));
