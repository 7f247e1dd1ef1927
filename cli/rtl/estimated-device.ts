import {
  buildAccelerator,
  createOperatorLibrary,
  multiplierOf,
  planNetwork,
  type Row,
  type ScheduleMode,
  StepEstimator,
  weightBeats,
} from "../../backend-hls/index.ts";
import type { MemoryParameters } from "../../ir/index.ts";
import type { Device, StepResult } from "../../runtime-host/index.ts";
import type { BuildParts } from "./build-parts.ts";
import { toRow } from "./program.ts";

/** Steps that are estimated beside the simulation: the first ones. */
const STEPS = 4;

/** Beats of the array in a step above which nothing is estimated: a second or two. */
const MOST_BEATS = 400_000;

/** A build as it is simulated. */
export interface EstimatedBuild {
  readonly parts: Pick<BuildParts, "plan" | "layout" | "deviceFile">;
  readonly clockMhz: number;
  readonly schedule: ScheduleMode;
  readonly memory: MemoryParameters;
  /** Where accelerators share the model (default: `LINK_LATENCY`). */
  readonly linkLatency?: number | undefined;
}

/** The device, whose first steps are estimated too: from the same plan, with nothing of what the hardware did but when it began. */
export function estimatedDevice(device: Device, build: EstimatedBuild): Device {
  const { layers, head } = weightBeats(build.parts.plan);
  let estimator: StepEstimator | undefined;
  let left = STEPS;
  const estimate = ({ counters, ...result }: StepResult, rows: readonly Row[]): StepResult => {
    const groups = Math.ceil(rows.length / build.parts.plan.pt);
    if (counters?.started === undefined || groups * (layers + head) > MOST_BEATS) left = 0;
    if (counters === undefined) return result;
    if (left <= 0 || counters.started === undefined) return { ...result, counters };
    left -= 1;
    estimator ??= openEstimator(build);
    const estimated = estimator?.step(rows, counters.started).cycles;
    return { ...result, counters: estimated === undefined ? counters : { ...counters, estimated } };
  };
  return {
    capabilities: device.capabilities,
    kv: device.kv,
    close: () => device.close(),
    step: async (rows) => {
      const result = await device.step(rows);
      if (result.kind === "ok") return { kind: "ok", value: estimate(result.value, rows.map(toRow)) };
      left = 0; // behind a fault the core was reset
      return result;
    },
  };
}

function openEstimator({
  parts,
  clockMhz,
  schedule,
  memory,
  linkLatency,
}: EstimatedBuild): StepEstimator | undefined {
  const { plan, layout, deviceFile } = parts;
  const library = createOperatorLibrary(deviceFile.family, clockMhz);
  const accelerator = buildAccelerator(plan.model, plan, multiplierOf(deviceFile.family));
  const network = planNetwork(accelerator.schedule, library, schedule);
  return network.kind === "error"
    ? undefined
    : new StepEstimator({ plan, layout, network: network.value }, { memory, linkLatency });
}
