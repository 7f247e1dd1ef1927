import type { Device } from "../../../backend-hls/index.ts";
import type { ArrayArgument } from "../../../bench/polybench/kernel.ts";

const WORD_BYTES = 4;

/** Cycles in which a device's DRAM, refresh aside busy with nothing else, moves every array once: in, out, or both; undefined without DRAM. */
export function memoryBound(
  arrays: readonly ArrayArgument[],
  { dram }: Device,
  clockMhz: number,
): number | undefined {
  if (dram === undefined) return undefined;
  const words = arrays.reduce((sum, { shape, role }) => {
    const cells = shape.reduce((product, size) => product * size, 1);
    return sum + (role === "inout" ? 2 : 1) * cells;
  }, 0);
  const bytesPerCycle = (dram.mts * (dram.width_bits / 8) * dram.channels) / clockMhz;
  const usable = 1 - dram.ns.trfc / dram.ns.trefi;
  return Math.ceil((words * WORD_BYTES) / (bytesPerCycle * usable));
}
