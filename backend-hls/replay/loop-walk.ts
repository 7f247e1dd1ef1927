import { at } from "../../ir/index.ts";
import type { KernelGraph, KernelLoop } from "../kernel/node.ts";
import type { ElementBits } from "./link.ts";

/** The counters of a kernel's nest as they go from iteration to iteration. */
export class LoopWalk {
  readonly counters: Int32Array;
  readonly #loops: readonly KernelLoop[];
  readonly #fieldBits: readonly number[];
  readonly #trips: Int32Array;
  readonly #remaining: Int32Array;

  constructor({ loops, fields }: KernelGraph) {
    this.#loops = loops;
    this.#fieldBits = fields;
    this.counters = Int32Array.from(loops, ({ from }) => from);
    this.#trips = new Int32Array(loops.length);
    this.#remaining = new Int32Array(loops.length);
  }

  /** Begins a command; returns how many iterations it has. */
  begin(fields: ElementBits): number {
    this.#loops.forEach(({ trip, from }, index) => {
      this.counters[index] = from;
      if (trip.kind === "constant") this.#trips[index] = trip.count;
      if (trip.kind === "field")
        this.#trips[index] = Number(
          BigInt.asIntN(at(this.#fieldBits, trip.index), BigInt(at(fields, trip.index))),
        );
    });
    const total = this.#iterations(0);
    this.#enter(0);
    return total;
  }

  /** Innermost first: count, or begin again and let the next outer loop count. */
  next(): void {
    for (let index = this.#remaining.length - 1; index >= 0; index--) {
      const left = this.#remaining[index] ?? 0;
      if (left > 1) {
        this.#remaining[index] = left - 1;
        this.counters[index] = (this.counters[index] ?? 0) + at(this.#loops, index).step;
        this.#enter(index + 1);
        return;
      }
    }
    this.#enter(0);
  }

  /** Sets the loops from `first` on to their beginning. */
  #enter(first: number): void {
    for (let index = first; index < this.#loops.length; index++) {
      const loop = at(this.#loops, index);
      this.counters[index] = loop.from;
      this.#remaining[index] = this.#tripsOf(index);
    }
  }

  #tripsOf(index: number): number {
    const { trip } = at(this.#loops, index);
    if (trip.kind !== "affine") return this.#trips[index] ?? 0;
    let trips = Number.POSITIVE_INFINITY;
    for (const { sum, divisor } of trip.bounds) {
      let value = sum.constant;
      for (const [outer, factor] of sum.counters) value += factor * (this.counters[outer] ?? 0);
      trips = Math.min(trips, Math.floor(value / divisor));
    }
    return Math.max(1, trips);
  }

  /** Iterations of the loops from `first` on, for the counters of those outside. */
  #iterations(first: number): number {
    const rest = this.#loops.slice(first);
    if (!rest.some(({ trip }) => trip.kind === "affine"))
      return rest.reduce((product, _, index) => product * Math.max(0, this.#tripsOf(first + index)), 1);
    const { from, step } = at(this.#loops, first);
    const trips = this.#tripsOf(first);
    if (!rest.some((loop) => mentions(loop, first))) return Math.max(0, trips) * this.#iterations(first + 1);
    let total = 0;
    for (let trip = 0; trip < trips; trip++) {
      this.counters[first] = from + trip * step;
      total += this.#iterations(first + 1);
    }
    return total;
  }
}

/** Whether the counter of loop `counter` is in the bounds of a loop. */
function mentions({ trip }: KernelLoop, counter: number): boolean {
  return trip.kind === "affine" && trip.bounds.some(({ sum }) => sum.counters.has(counter));
}
