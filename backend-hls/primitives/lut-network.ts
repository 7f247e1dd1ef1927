import { CompilerBug, present } from "../../ir/index.ts";
import type { LutDelays } from "../library/lut-delays.ts";

/** One bit: a known constant, or a wire with the moment at which it settles. */
export type Signal = Bit | 0 | 1;

interface Cut {
  readonly leaves: readonly Bit[];
  readonly arrivalPs: number;
}

/** A wire; `cuts` are the ways to compute it by one LUT, the best first. */
export interface Bit {
  readonly id: number;
  readonly arrivalPs: number;
  readonly cuts: readonly Cut[];
}

/** Cuts kept per wire; more change little (Mishchenko, Cho, Chatterjee, Brayton: Combinational and sequential mapping with priority cuts, 2007). */
const KEPT_CUTS = 6;

/** Arrival times of a network of small gates as a LUT mapper would pack it: depth by priority cuts. */
export class LutNetwork {
  readonly delays: LutDelays;
  #next = 0;

  constructor(delays: LutDelays) {
    this.delays = delays;
  }

  /** A wire that no LUT computes: a register's or a block's output. */
  source(arrivalPs: number): Bit {
    return { id: this.#next++, arrivalPs, cuts: [] };
  }

  /** Any function of a few bits; constants and repetitions among them cost nothing. A gate of one input is that input (inversion is free). */
  gate(inputs: readonly Signal[]): Signal {
    const bits = [...new Set(inputs.filter((input) => typeof input !== "number"))];
    const [first] = bits;
    if (first === undefined) throw new CompilerBug("a gate of constants");
    if (bits.length === 1) return first;
    const cuts = this.#merge(bits);
    return { id: this.#next++, arrivalPs: present(cuts[0], "a cut").arrivalPs, cuts };
  }

  and(a: Signal, b: Signal): Signal {
    if (a === 0 || b === 0) return 0;
    if (a === 1) return b;
    return b === 1 ? a : this.gate([a, b]);
  }

  or(a: Signal, b: Signal): Signal {
    if (a === 1 || b === 1) return 1;
    if (a === 0) return b;
    return b === 0 ? a : this.gate([a, b]);
  }

  xor(a: Signal, b: Signal): Signal {
    if (typeof a === "number" && typeof b === "number") return a === b ? 0 : 1;
    return this.gate([a, b]);
  }

  mux(condition: Signal, whenTrue: Signal, whenFalse: Signal): Signal {
    if (typeof condition === "number") return condition === 1 ? whenTrue : whenFalse;
    if (whenTrue === whenFalse) return whenTrue;
    if (typeof whenTrue === "number" && typeof whenFalse === "number") return condition;
    return this.gate([condition, whenTrue, whenFalse]);
  }

  /** A balanced tree over bits that may come at different moments: the earliest are combined first. */
  reduce(inputs: readonly Signal[]): Signal {
    const queue = inputs
      .filter((input) => typeof input !== "number")
      .toSorted((a, b) => a.arrivalPs - b.arrivalPs);
    if (queue.length === 0) return 0;
    while (queue.length > 1) {
      const taken = queue.splice(0, Math.min(queue.length, this.delays.byInputs.length));
      const made = this.gate(taken);
      if (typeof made === "number") throw new CompilerBug("a gate is no constant");
      const place = queue.findIndex((other) => other.arrivalPs > made.arrivalPs);
      queue.splice(place === -1 ? queue.length : place, 0, made);
    }
    return present(queue[0], "the last of a tree");
  }

  #merge(bits: readonly Bit[]): readonly Cut[] {
    let sets: readonly (readonly Bit[])[] = [[]];
    for (const bit of bits) {
      const ways = [[bit], ...bit.cuts.map(({ leaves }) => leaves)];
      sets = sets
        .flatMap((set) => ways.map((leaves) => union(set, leaves)))
        .filter((set) => set.length <= this.delays.byInputs.length);
    }
    const cuts = sets.map((leaves) => ({ leaves, arrivalPs: this.#lutArrival(leaves) }));
    return cuts
      .toSorted((a, b) => a.arrivalPs - b.arrivalPs || a.leaves.length - b.leaves.length)
      .slice(0, KEPT_CUTS);
  }

  #lutArrival(leaves: readonly Bit[]): number {
    const own = present(this.delays.byInputs[leaves.length - 1], "a LUT's delay");
    return own + leaves.reduce((latest, { arrivalPs }) => Math.max(latest, arrivalPs), 0);
  }
}

function union(a: readonly Bit[], b: readonly Bit[]): readonly Bit[] {
  return a.length === 0 ? b : [...a, ...b.filter((bit) => !a.includes(bit))];
}
