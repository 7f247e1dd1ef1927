import { largestInt4 } from "./int4-groups.ts";

/** Values of a group, at least, that are no zeros: fewer lie on some grid by chance. */
const evidence = 16;

/**
 * The step of which all values of a group are multiples, at most eight of it: the group was quantized to four bits before, and
 * with this step its weights stay as they are. Such formats have one more level below zero, which saturates here: a weight
 * of ±8 steps becomes ±7. undefined: there is no such step.
 */
export function gridStep(values: Float32Array): number | undefined {
  let [largest, others] = [0, 0];
  for (const value of values) {
    largest = Math.max(largest, Math.abs(value));
    if (value !== 0) others++;
  }
  if (others < evidence) return undefined;
  for (let levels = 1; levels <= largestInt4 + 1; levels++) {
    const step = largest / levels;
    if (values.every((value) => isMultiple(value, step))) return step;
  }
  return undefined;
}

/** Dequantized values are float32 products of few bits: exact multiples up to the rounding of the division here. */
function isMultiple(value: number, step: number): boolean {
  const levels = value / step;
  return Math.abs(levels - Math.round(levels)) < 1e-9;
}
