import { type Characteristics, NO_AREA, type Operator } from "./operator.ts";
import type { OperatorLibrary } from "./operator-library.ts";
import { pipeline } from "./pipeline.ts";
import type { BlockRam } from "./table-types.ts";

type MemoryOperator = Extract<Operator, { readonly depth: number }>;

/**
 * One access to a memory. The cells of the memory itself are counted once per memory
 * ({@link countBlockRams} for blocks), not per access.
 */
export function characterizeMemory(library: OperatorLibrary, operator: MemoryOperator): Characteristics {
  if (operator.kind === "ram-write") return characterizeWrite(library, operator);
  return operator.style === "block" ? readBlock(library) : readDistributed(library, operator);
}

/** The read is latency 1, or 2 with the block's output register where the clock needs it. */
function readBlock(library: OperatorLibrary): Characteristics {
  const { blockRam, registerClockToOutPs } = library.tables.blocks;
  const outputDelayPs = Math.max(0, blockRam.clockToOutPs - registerClockToOutPs);
  const isFast = outputDelayPs <= library.usablePeriodPs;
  return {
    latencyCycles: isFast ? 1 : 2,
    inputDelayPs: blockRam.addressSetupPs,
    outputDelayPs: isFast
      ? outputDelayPs
      : Math.max(0, blockRam.registeredClockToOutPs - registerClockToOutPs),
    area: NO_AREA,
  };
}

function readDistributed(library: OperatorLibrary, { depth, width }: MemoryOperator): Characteristics {
  const { readPs, muxPs, depth: cellDepth } = library.tables.blocks.distributedRam;
  const levels = Math.max(0, Math.ceil(Math.log2(depth / cellDepth)));
  return pipeline(library, readPs + muxPs * levels, width, NO_AREA);
}

/** What is written can be read from the next cycle on. */
function characterizeWrite(library: OperatorLibrary, { style }: MemoryOperator): Characteristics {
  const { blockRam, distributedRam } = library.tables.blocks;
  const inputDelayPs =
    style === "block" ? Math.max(blockRam.dataSetupPs, blockRam.addressSetupPs) : distributedRam.writeSetupPs;
  return { latencyCycles: 1, inputDelayPs, outputDelayPs: 0, area: NO_AREA };
}

/** Block RAMs of one memory: the aspect ratio (powers of two from the widest port down) that needs the fewest. */
export function countBlockRams({ tables }: OperatorLibrary, depth: number, width: number): number {
  return countWithPort(tables.blocks.blockRam, depth, width);
}

function countWithPort({ bits, maxWidth }: BlockRam, depth: number, width: number): number {
  let fewest = Infinity;
  for (let portWidth = maxWidth; portWidth >= 1; portWidth = Math.floor(portWidth / 2)) {
    const words = 2 ** Math.floor(Math.log2(bits / portWidth));
    fewest = Math.min(fewest, Math.ceil(depth / words) * Math.ceil(width / portWidth));
  }
  return fewest;
}
