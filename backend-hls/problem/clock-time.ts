/**
 * A moment as one number, so that "later" is `>`: cycle times {@link CYCLE} plus picoseconds.
 *
 * A power of two keeps the arithmetic exact in a double up to 2^33 cycles.
 */
export type ClockTime = number;

/** One cycle; periods must be shorter than this many picoseconds (about 1 MHz). */
export const CYCLE = 2 ** 20;

/** The moment `ps` picoseconds into a cycle. */
export function clockTime(cycle: number, ps: number): ClockTime {
  return cycle * CYCLE + ps;
}

/** The cycle that a moment lies in. */
export function cycleOf(time: ClockTime): number {
  return Math.floor(time / CYCLE);
}

/** Picoseconds since the cycle began. */
export function psOf(time: ClockTime): number {
  return time - Math.floor(time / CYCLE) * CYCLE;
}
