import { ok, type Result } from "../../ir/index.ts";
import type { CompiledBuild } from "../build-folder/read-build-folder.ts";
import { applyCalibration } from "../calibration/apply-calibration.ts";
import type { OpenedEngine } from "../engines/opened-engine.ts";
import type { SimulationOptions } from "../options/generation-options.ts";
import type { Hardware, LinkOptions } from "../rtl-engine.ts";
import { designSchema } from "../schemas/design.ts";
import type { JobWatch } from "./job-watch.ts";

/** Opens a build on a simulator; the manifest says what a result has to say about it. */
export async function openBuild(
  compiled: CompiledBuild,
  options: SimulationOptions & LinkOptions,
  watch: JobWatch,
  { openSimulatedDevice }: Hardware,
): Promise<Result<OpenedEngine>> {
  const calibrated = applyCalibration(compiled);
  if (calibrated.kind === "error") return calibrated;
  const build = calibrated.value;
  const simulated = await openSimulatedDevice(build, options, watch);
  if (simulated.kind === "error") return simulated;
  const { device, simulator, memoryModel } = simulated.value;
  const { design } = build.manifest;
  const facts = {
    engine: "rtl",
    simulator,
    device: design.device,
    clock: design.clock,
    precision: design.precision,
    kv_bits: design.kv_bits,
    schedule: design.schedule,
    design: designSchema.strip().parse(design),
    memory_model: memoryModel,
  } as const;
  return ok({ kind: "rtl", device, facts, energy: design.energy });
}
