import { GraphEstimator, startFields } from "../../backend-hls/index.ts";
import { ok, type Result } from "../../ir/index.ts";
import { chooseMemory } from "../rtl/choose-memory.ts";
import type { GraphPlan } from "./compile-graph.ts";
import type { HardwareRun } from "./run-hardware.ts";

/**
 * Cycles of a run by the plan, with the memory that a simulation would have; of phase 2 where arrays are on chip. What a
 * simulation says of the moments at which it began its phases makes the estimate exact; without that it is of a machine that was just reset.
 */
export function estimateGraphPlan(
  { choices, planned }: GraphPlan,
  asked: string | undefined,
  started?: HardwareRun["started"],
): Result<number> {
  const { device, clockMhz } = choices;
  const { lowered, network } = planned;
  const { bytes, beatBytes } = lowered.memory;
  const memory = chooseMemory(asked, device, { memoryBytes: bytes, beatBytes, clockMhz });
  if (memory.kind === "error") return memory;
  const estimator = new GraphEstimator(network, memory.value.parameters);
  if (!startFields(lowered.schedule).includes("phase")) return ok(estimator.run("all", started?.run ?? 0));
  if (started?.load !== undefined) estimator.run("load", started.load);
  return ok(estimator.run("run", started?.run ?? 0));
}
