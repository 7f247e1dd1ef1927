import { z } from "zod";
import { ok, type Result } from "../../ir/index.ts";
import { registerTiming, type SynthesisReport } from "../../sim/index.ts";
import type { CompiledBuild } from "../build-folder/read-build-folder.ts";
import type { JobWatch } from "../jobs/job-watch.ts";
import { DEVICE_FILE } from "../rtl/build-parts.ts";
import { type BuildModules, filesBelow } from "./build-modules.ts";
import type { PartTiming } from "./describe-parts.ts";

/** Cell delays of every synthesized kernel (by module) against half the period; one run after the other. */
export async function timeKernels(
  design: BuildModules,
  { below }: SynthesisReport,
  build: CompiledBuild,
  { onProgress, signal }: JobWatch,
): Promise<Result<ReadonlyMap<string, PartTiming>>> {
  const { mhz } = build.manifest.design.clock;
  const budget = Math.floor(1e6 / mhz / 2);
  const isOwnFamily = familyOf(build) === "xc7";
  const timings = new Map<string, PartTiming>();
  for (const [kernel, module] of design.kernels) {
    if (!below.has(module)) continue;
    const found = await registerTiming(filesBelow(design, module), module, { signal });
    if (found.kind === "error") return found;
    const timing: PartTiming =
      found.value.kind === "unknown"
        ? found.value
        : {
            kind: "known",
            arrival_ps: found.value.arrivalPs,
            budget_ps: budget,
            met: isOwnFamily ? found.value.arrivalPs <= budget : null,
          };
    timings.set(module, timing);
    const told = timing.kind === "unknown" ? timing.reason : `${String(timing.arrival_ps)} ps`;
    onProgress?.(`timing of ${kernel}: ${told}, half a period is ${String(budget)} ps`);
  }
  return ok(timings);
}

/** The family that a build was compiled for; undefined where its device file does not say. */
export function familyOf({ files }: Pick<CompiledBuild, "files">): string | undefined {
  const content = files.get(DEVICE_FILE);
  if (content === undefined) return undefined;
  const parsed = z.looseObject({ family: z.string() }).safeParse(JSON.parse(Buffer.from(content).toString()));
  return parsed.success ? parsed.data.family : undefined;
}
