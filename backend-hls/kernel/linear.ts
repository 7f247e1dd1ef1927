import { at } from "../../ir/index.ts";
import { type KernelLoop, type Linear, mostTrips, type NodeId } from "./node.ts";

/** The number `value`. */
export function linearConstant(value: number): Linear {
  return { counters: new Map(), opaque: new Map(), constant: value };
}

/** The counter of loop `loop`. */
export function linearCounter(loop: number): Linear {
  return { counters: new Map([[loop, 1]]), opaque: new Map(), constant: 0 };
}

/** A value that nothing more is known of. */
export function linearOpaque(node: NodeId): Linear {
  return { counters: new Map(), opaque: new Map([[node, 1]]), constant: 0 };
}

function addMaps(
  a: ReadonlyMap<number, number>,
  b: ReadonlyMap<number, number>,
): ReadonlyMap<number, number> {
  const sum = new Map(a);
  for (const [key, factor] of b) {
    const total = (sum.get(key) ?? 0) + factor;
    if (total === 0) sum.delete(key);
    else sum.set(key, total);
  }
  return sum;
}

/** `a + b` */
export function linearAdd(a: Linear, b: Linear): Linear {
  return {
    counters: addMaps(a.counters, b.counters),
    opaque: addMaps(a.opaque, b.opaque),
    constant: a.constant + b.constant,
  };
}

/** `a · factor` */
export function linearScale(a: Linear, factor: number): Linear {
  if (factor === 0) return linearConstant(0);
  const scaled = (map: ReadonlyMap<number, number>): ReadonlyMap<number, number> =>
    new Map([...map].map(([key, value]) => [key, value * factor]));
  return { counters: scaled(a.counters), opaque: scaled(a.opaque), constant: a.constant * factor };
}

/** The sum divided by a number that divides every factor: a product with the reciprocal would not be whole (49 · (1 / 49) < 1). */
export function linearDivide(a: Linear, divisor: number): Linear {
  const divided = (map: ReadonlyMap<number, number>): ReadonlyMap<number, number> =>
    new Map([...map].map(([key, value]) => [key, value / divisor]));
  return { counters: divided(a.counters), opaque: divided(a.opaque), constant: a.constant / divisor };
}

/** The number, where it is one. */
export function asConstant(a: Linear): number | undefined {
  return a.counters.size === 0 && a.opaque.size === 0 ? a.constant : undefined;
}

/** All factors, of counters and other nodes. */
export function factorsOf(a: Linear): readonly number[] {
  return [...a.counters.values(), ...a.opaque.values()];
}

/** Least and greatest value of a sum of counters (other nodes count as 0). */
export function rangeOf(
  loops: readonly KernelLoop[],
  sum: Linear,
): { readonly min: number; readonly max: number } {
  let min = sum.constant;
  let max = sum.constant;
  for (const [loop, factor] of sum.counters) {
    const { from, step } = at(loops, loop);
    const [first, last] = [
      factor * from,
      factor * (from + step * (Math.max(1, mostTrips(at(loops, loop))) - 1)),
    ];
    min += Math.min(first, last);
    max += Math.max(first, last);
  }
  return { min, max };
}

/** The sum as text; equal sums have the same. */
export function linearText({ counters, opaque, constant }: Linear): string {
  const terms = (map: ReadonlyMap<number, number>, name: string): readonly string[] =>
    [...map].toSorted(([a], [b]) => a - b).map(([key, factor]) => `${String(factor)}${name}${String(key)}`);
  return [...terms(counters, "i"), ...terms(opaque, "n"), String(constant)].join("+");
}
