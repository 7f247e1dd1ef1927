/**
 * A moment as one number, so that "later" is `>`: cycle times {@link CYCLE} plus picoseconds.
 *
 * A power of two keeps the arithmetic exact in a double up to 2^33 cycles.
 */
export type ClockTime = number;

/** One cycle; periods must be shorter than this many picoseconds (about 1 MHz). */
export const CYCLE = 2 ** 20;

export function clockTime(cycle: number, ps: number): ClockTime {
  return cycle * CYCLE + ps;
}

export function cycleOf(time: ClockTime): number {
  return Math.floor(time / CYCLE);
}

export function psOf(time: ClockTime): number {
  return time - Math.floor(time / CYCLE) * CYCLE;
}
