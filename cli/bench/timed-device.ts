import {
  type Device as DeviceFile,
  type MemoryLayout,
  type NetworkPlan,
  type Plan,
  StepEstimator,
  transferredBytes,
} from "../../backend-hls/index.ts";
import type { MemoryParameters } from "../../ir/index.ts";
import type { Device, StepCounters } from "../../runtime-host/index.ts";
import { toRow } from "../rtl/program.ts";

/** Hardware that is planned but not simulated: what the exact estimator needs. */
export interface TimedHardware {
  readonly plan: Plan;
  readonly network: NetworkPlan;
  readonly layout: MemoryLayout;
  readonly memory: MemoryParameters;
  readonly deviceFile: DeviceFile;
  readonly clockMhz: number;
}

/**
 * The tokens of a device in software, and the cycles that the planned hardware would take for the same steps: counters come from
 * the estimator, which is exact (`bench/results/estimator.txt`). Steps follow one another without a gap.
 */
export function timedDevice(software: Device, { plan, network, layout, memory }: TimedHardware): Device {
  const estimator = new StepEstimator({ plan, network, layout }, { memory });
  return {
    ...software,
    step: async (rows) => {
      const result = await software.step(rows);
      if (result.kind === "error") return result;
      const encoded = rows.map(toRow);
      const { cycles, counters } = estimator.step(encoded);
      const timed: StepCounters = {
        cycles,
        hostGap: 0,
        busy: counters.busy,
        stalls: {
          dramRead: counters.dram_read,
          dramWrite: counters.dram_write,
          fifoFull: counters.fifo_full,
          fifoEmpty: counters.fifo_empty,
          drain: counters.drain,
        },
        bytes: transferredBytes(plan, layout, encoded),
      };
      return { kind: "ok", value: { ...result.value, counters: timed } };
    },
  };
}
