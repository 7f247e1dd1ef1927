import type { Area, Characteristics } from "./operator.ts";
import type { OperatorLibrary } from "./operator-library.ts";

/**
 * Combinational when the delay fits the usable period, otherwise cut into equal pieces, each of
 * which ends in a register.
 */
export function pipeline(
  library: OperatorLibrary,
  delayPs: number,
  resultBits: number,
  area: Area,
): Characteristics {
  const { usablePeriodPs } = library;
  if (delayPs <= usablePeriodPs) return { latencyCycles: 0, inputDelayPs: 0, outputDelayPs: delayPs, area };
  const latencyCycles = Math.ceil(delayPs / usablePeriodPs);
  return {
    latencyCycles,
    inputDelayPs: Math.ceil(delayPs / latencyCycles),
    outputDelayPs: 0,
    area: { ...area, ff: area.ff + latencyCycles * resultBits },
  };
}
