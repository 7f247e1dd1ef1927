import type { StepMeter, StepRecord } from "../../runtime-host/index.ts";
import type { OpenedEngine } from "../engines/opened-engine.ts";
import { joulesOf, sumJoules } from "../generation/energy.ts";
import { neededWork } from "../generation/needed-work.ts";
import type { ModelShape } from "../schemas/manifest.ts";

/** What steps need and cost on the hardware that serves; undefined where there is none. */
export function stepMeter(engines: readonly OpenedEngine[], model: ModelShape): StepMeter | undefined {
  const [first] = engines;
  if (first?.energy === undefined || first.facts.clock === null || first.facts.design === null)
    return undefined;
  const { design, clock } = first.facts;
  const { energy } = first;
  // Each accelerator has one port; of those that share a model the design counts all.
  const portBytes = (design.ports * design.port_bits) / 8;
  return {
    clockMhz: clock.mhz,
    measure: (step) => {
      const needed = step.devices.map((_, place) => neededWork(model, shareOf(step, place)));
      const macs = needed.reduce((sum, work) => sum + work.macs, 0);
      const neededBytes = needed.reduce((sum, work) => sum + work.bytes, 0);
      const moved = step.moved.bytesIn + step.moved.bytesOut;
      const bytes = step.devices.reduce(
        (sum, { bytes: b }) => sum + b.weights + b.kvRead + b.kvWrite + b.other,
        moved,
      );
      const movedCycles = Math.ceil(moved / portBytes);
      const cycles = movedCycles + (step.counters?.cycles ?? 0) + (step.counters?.hostGap ?? 0);
      const joules = sumJoules(
        joulesOf({ macs, bytes, cycles: engines.length * design.ports * cycles }, { energy, clock }),
      );
      const capacityBytes = portBytes * step.devices.reduce((sum, one) => sum + one.cycles, 0);
      return { cycles, neededBytes, capacityBytes, joules };
    },
  };
}

/** One accelerator's part of a step: it reads weights of its own. */
function shareOf(step: StepRecord, index: number): StepRecord {
  const used = [...new Set(step.parts.map(({ place }) => place))].toSorted((a, b) => a - b);
  const parts = step.parts.filter(({ place }) => place === used[index]);
  const rows = parts.reduce((sum, { count }) => sum + count, 0);
  return { ...step, parts, rows, tokens: parts.filter(({ emits }) => emits).map(() => 0) };
}
