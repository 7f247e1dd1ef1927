/** Added to a double and taken away, it leaves the nearest integer, ties to even. */
const roundingShift = 1.5 * 2 ** 52;

/** The nearest integer, ties to even, of a value below 2^51 in magnitude. */
export function roundToEven(value: number): number {
  return value + roundingShift - roundingShift;
}
