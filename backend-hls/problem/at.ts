/** `array[index]` where the algorithm guarantees that it is there; throws (a bug of ours) where not. */
export function at<T>(array: ArrayLike<T>, index: number): T {
  const value = array[index];
  if (value === undefined) throw new RangeError(`index ${index} is outside 0..${array.length - 1}`);
  return value;
}
