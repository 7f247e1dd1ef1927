import type { ArrayLayout } from "../kernel/node.ts";
import { countMemoryLuts } from "../library/characterize-memory.ts";
import type { OperatorLibrary } from "../library/operator-library.ts";
import { addressBits } from "../pipeline/ports.ts";
import { addCells, type CellCounts, NO_CELLS } from "./counts.ts";

/** Widest port and bits of half a block RAM: what can be used by itself. */
const HALF = { bits: 18432, width: 36 } as const;

/** Who uses one bank: each reader has a copy of its own, writers take turns. */
export interface BankUse {
  readonly readers: number;
  readonly writers: number;
}

/** One bank of an array: flip-flops, distributed RAM or block RAM, and the selection between writers. */
export function bankArea(
  library: OperatorLibrary,
  width: number,
  { storage, depth }: Pick<ArrayLayout, "storage" | "depth">,
  { readers, writers }: BankUse,
): CellCounts {
  if (readers === 0) return NO_CELLS;
  const selection = { lut: Math.max(0, writers - 1) * (width + addressBits(depth)) };
  return addCells(memoryArea(library, { width, depth, storage }, readers), selection);
}

function memoryArea(
  library: OperatorLibrary,
  { width, depth, storage }: Pick<ArrayLayout, "storage" | "depth"> & { readonly width: number },
  readers: number,
): CellCounts {
  if (storage === "reg" || depth <= 1) return { ...NO_CELLS, ff: width * depth };
  if (storage === "lut") return { ...NO_CELLS, lut: readers * countMemoryLuts(library, depth, width) };
  return { ...NO_CELLS, bram18: readers * halfBlocks(depth, width) };
}

/** Halves of block RAM that a memory of one read and one write port takes: the aspect ratio that needs the fewest. */
function halfBlocks(depth: number, width: number): number {
  let fewest = Infinity;
  for (let port: number = HALF.width; port >= 1; port = Math.floor(port / 2)) {
    const words = 2 ** Math.floor(Math.log2(HALF.bits / port));
    fewest = Math.min(fewest, Math.ceil(depth / words) * Math.ceil(width / port));
  }
  return fewest;
}
