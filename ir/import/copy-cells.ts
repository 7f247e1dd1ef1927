import type { Value } from "../core/operation.ts";
import { affineSum, type LoopBuilder, type Subscript } from "../dialects/loops/builder.ts";
import { at } from "../support/bug.ts";

/** The shape of an array. */
function shapeOf({ type }: Value): readonly number[] {
  return type.kind === "memref" ? type.shape : [];
}

/**
 * Copies the cells of one array to another of as many, both in row-major order; one loop per dimension of the array that has
 * more. False where dimensions of the one do not make up those of the other.
 */
export function copyCells(b: LoopBuilder, from: Value, to: Value): boolean {
  const [source, target] = [shapeOf(from), shapeOf(to)];
  const sizes = source.length > target.length ? source : target;
  if (!groupsMake(sizes, source) || !groupsMake(sizes, target)) return false;
  const open = (counters: readonly Value[]): void => {
    const size = sizes[counters.length];
    if (size !== undefined) {
      b.loop(`d${String(counters.length)}`, { to: size }, (counter) => {
        open([...counters, counter]);
      });
      return;
    }
    const value = b.load(from, ...subscripts(counters, sizes, source));
    b.store(value, to, ...subscripts(counters, sizes, target));
  };
  open([]);
  return true;
}

/** The cell of `shape` with the same row-major number: each dimension is made of the next loops. */
function subscripts(
  counters: readonly Value[],
  sizes: readonly number[],
  shape: readonly number[],
): readonly Subscript[] {
  let next = 0;
  return shape.map((size) => {
    let terms: (readonly [Value, number])[] = [];
    for (let product = 1; product < size; next++) {
      const factor = at(sizes, next);
      terms = [...terms.map(([value, stride]) => [value, stride * factor] as const), [at(counters, next), 1]];
      product *= factor;
    }
    return affineSum(terms);
  });
}

function groupsMake(sizes: readonly number[], shape: readonly number[]): boolean {
  let next = 0;
  for (const size of shape) {
    let product = 1;
    for (; product < size && next < sizes.length; next++) product *= at(sizes, next);
    if (product !== size) return false;
  }
  return sizes.slice(next).every((size) => size === 1);
}
