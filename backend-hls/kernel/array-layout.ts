import { at, greatestCommonDivisor } from "../../ir/index.ts";
import { asConstant, factorsOf } from "./linear.ts";
import type { ArrayLayout, ArrayStorage, KernelArray, KernelGraph, Linear } from "./node.ts";

/** Arrays of at most this many words a bank go to distributed RAM unless told otherwise. */
const DISTRIBUTED_WORDS = 64;

/** In arrays of at most this many cells, a dimension that is only met at numbers becomes a bank per cell. */
const COMPLETE_CELLS = 64;

/** The layout of an array dealt out by `factors`. */
export function layoutFor(
  array: KernelArray,
  factors: readonly number[],
  storage: ArrayStorage | undefined = array.storage,
  readPorts = 1,
): ArrayLayout {
  const complete = storage === "reg" || array.shape.length === 0;
  const kept = complete ? array.shape : array.shape.map((size, dim) => Math.min(size, factors[dim] ?? 1));
  const words = array.shape.map((size, dim) => Math.ceil(size / at(kept, dim)));
  const depth = words.reduce((product, count) => product * count, 1);
  const banks = kept.reduce((product, factor) => product * factor, 1);
  const chosen = storage ?? (depth === 1 ? "reg" : depth <= DISTRIBUTED_WORDS ? "lut" : "block");
  return { factors: kept, words, banks, depth, storage: depth === 1 ? "reg" : chosen, readPorts };
}

/** One bank, or what the program asks for. */
export function unpartitioned(array: KernelArray): ArrayLayout {
  return layoutFor(array, array.partition ?? array.shape.map(() => 1));
}

/**
 * Cyclic factors for one array from the accesses of one kernel: along each dimension as many banks as
 * the accesses of one iteration have different constants, where the counters' factors allow to tell the
 * banks apart at compile time (array partitioning after access functions: ScaleHLS, HPCA 2022, §5.4).
 */
export function inferFactors(graph: KernelGraph, array: number): readonly number[] {
  const shape = at(graph.arrays, array).shape;
  const accesses = graph.nodes.flatMap((node) =>
    (node.op.kind === "load" || node.op.kind === "store") && node.op.array === array ? [node.op] : [],
  );
  const mayBeComplete = shape.reduce((product, size) => product * size, 1) <= COMPLETE_CELLS;
  return shape.map((size, dim) => {
    const along = (kind: "load" | "store"): number =>
      factorAlong(
        accesses.filter((op) => op.kind === kind).map((op) => at(op.subscripts, dim)),
        size,
        mayBeComplete,
      );
    return Math.max(along("load"), along("store"));
  });
}

function factorAlong(subscripts: readonly Linear[], size: number, mayBeComplete: boolean): number {
  const constants = [...new Set(subscripts.map((subscript) => subscript.constant))];
  if (constants.length <= 1) return 1;
  const areConstant = subscripts.every((subscript) => asConstant(subscript) !== undefined);
  if (areConstant && mayBeComplete) return size;
  const stride = areConstant ? size : subscripts.flatMap(factorsOf).reduce(greatestCommonDivisor, 0);
  for (let factor = constants.length; factor <= stride; factor++) {
    if (!areConstant && stride % factor !== 0) continue;
    if (new Set(constants.map((constant) => constant % factor)).size === constants.length) return factor;
  }
  return Math.max(1, stride);
}
