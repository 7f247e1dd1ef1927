/** Digits that are kept of figures: more are noise of the closed forms, and texts stay equal between machines. */
const DIGITS = 6;

/** A number with as many digits as are meant. */
export function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
