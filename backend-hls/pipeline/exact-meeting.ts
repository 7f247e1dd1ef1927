import { at, isFeasible, type Row } from "../../ir/index.ts";
import { type KernelLoop, type Linear, mostTrips } from "../kernel/node.ts";

/** An access of an array: its subscripts, and sums that are at least zero wherever it happens. */
export interface AccessSite {
  readonly subscripts: readonly Linear[];
  readonly facts: readonly Linear[];
}

/** Columns of a system: the trips of the earlier iteration, those of the later one, the constant. */
interface Columns {
  readonly earlier: number;
  readonly later: number;
  readonly count: number;
}

/**
 * Whether two accesses of an array can touch one cell when their iterations first differ in a given loop: whole numbers of
 * trips within bounds, triangular ones included, that make all subscripts equal (the Omega test). What is not known of a
 * subscript or a bound is left out, which only makes the answer more careful.
 */
export class ExactMeeting {
  readonly #loops: readonly KernelLoop[];
  readonly #earlier: AccessSite;
  readonly #later: AccessSite;
  readonly #columns: Columns;
  #bounds: readonly Row[] | undefined;
  #cells: readonly Row[] | undefined;

  constructor(loops: readonly KernelLoop[], earlier: AccessSite, later: AccessSite) {
    this.#loops = loops;
    this.#earlier = earlier;
    this.#later = later;
    this.#columns = { earlier: 0, later: loops.length, count: 2 * loops.length };
  }

  /** `level` is the first loop in which the later iteration is ahead; -1: it belongs to a later command; the number of loops: it is the same. */
  isPossible(level: number): boolean {
    this.#cells ??= this.#earlier.subscripts.flatMap((subscript, dim) =>
      this.#sameCell(subscript, at(this.#later.subscripts, dim)),
    );
    this.#bounds ??= [
      ...this.#domain(this.#earlier.facts, this.#columns.earlier),
      ...this.#domain(this.#later.facts, this.#columns.later),
    ];
    const equal = Array.from({ length: Math.max(0, level) }, (_, loop) => this.#step(loop, 0));
    const ahead = level < 0 || level >= this.#loops.length ? [] : [this.#step(level, -1)];
    return isFeasible({
      equalities: [...this.#cells, ...equal],
      inequalities: [...this.#bounds, ...ahead],
    });
  }

  /** What bounds and guards say of one iteration. */
  #domain(facts: readonly Linear[], first: number): readonly Row[] {
    return [
      ...this.#loops.flatMap((_, loop) => this.#boundsOf(loop, first)),
      ...facts.map((fact) => this.#row(fact, first)),
    ];
  }

  /** Later trips minus earlier ones of a loop, plus a constant. */
  #step(loop: number, constant: number): Row {
    const { earlier, later, count } = this.#columns;
    const row = new Array<number>(count + 1).fill(0);
    row[earlier + loop] = -1;
    row[later + loop] = 1;
    row[count] = constant;
    return row;
  }

  #sameCell(a: Linear, b: Linear): readonly Row[] {
    if (a.opaque.size > 0 || b.opaque.size > 0) return [];
    const [first, second] = [this.#row(a, this.#columns.earlier), this.#row(b, this.#columns.later)];
    return [first.map((value, column) => value - at(second, column))];
  }

  /** A sum of counters over the trips of one iteration: a counter is `from + step * trips`. */
  #row(sum: Linear, first: number): number[] {
    const row = new Array<number>(this.#columns.count + 1).fill(0);
    let { constant } = sum;
    for (const [loop, factor] of sum.counters) {
      const { from, step } = at(this.#loops, loop);
      row[first + loop] = factor * step;
      constant += factor * from;
    }
    row[this.#columns.count] = constant;
    return row;
  }

  /** What the bounds say of one loop's trips; an iteration that does nothing meets nothing. */
  #boundsOf(loop: number, first: number): readonly Row[] {
    const each = at(this.#loops, loop);
    const { count } = this.#columns;
    const least = new Array<number>(count + 1).fill(0);
    least[first + loop] = 1;
    const most = least.map((value) => 0 - value);
    most[count] = mostTrips(each) - 1;
    if (each.trip.kind !== "affine") return [least, most];
    const triangular = each.trip.bounds.flatMap(({ sum, divisor }): readonly Row[] => {
      if (sum.opaque.size > 0) return [];
      const row = this.#row(sum, first); // (trips + 1) * divisor <= sum
      row[first + loop] = (row[first + loop] ?? 0) - divisor;
      row[count] = (row[count] ?? 0) - divisor;
      return [row];
    });
    return [least, most, ...triangular];
  }
}
