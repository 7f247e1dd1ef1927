import { type GraphMemory, outputsOf, type TensorRegion } from "../../backend-hls/index.ts";
import { at, type TensorData, type Type } from "../../ir/index.ts";
import type { KernelRun } from "../schemas/graph-manifest.ts";

/** What the hardware gave, what the program gives in its own order, and (nearly) without rounding. */
export interface Outputs {
  readonly found: readonly TensorData[];
  readonly strict: readonly TensorData[];
  /** Where sums may be reassociated. */
  readonly wide: readonly (readonly number[])[] | undefined;
}

/** Units of the last place of the largest number of an array that are forgiven in any case. */
const FORGIVEN_ULP = 8;

/** How much further from the exact result reassociated sums may be than those in the program's order. */
const ORDER_FACTOR = 2;

/**
 * Compares bit for bit. Where sums may be reassociated an array may differ: its largest error against f64 is bounded
 * by twice that of the program's own order, or 8 ulp of its largest number.
 */
export function compareOutputs(
  memory: GraphMemory,
  outputs: Outputs,
): Pick<KernelRun, "matches_reference" | "first_mismatch" | "errors"> {
  const names = outputsOf(memory).map(({ name }) => name);
  const { wide } = outputs;
  const errors =
    wide?.flatMap((exact, index) => errorOf(at(outputsOf(memory), index), outputs, { exact, index })) ?? null;
  const first = outputs.strict.flatMap(
    (data, number): readonly NonNullable<KernelRun["first_mismatch"]>[] => {
      const result = at(names, number);
      const bounded = errors?.find((each) => each.result === result);
      if (bounded !== undefined && bounded.error <= bounded.bound) return [];
      const index = data.findIndex((value, place) => !Object.is(value, outputs.found[number]?.[place]));
      return index < 0 ? [] : [{ result, index }];
    },
  );
  return { matches_reference: first.length === 0, first_mismatch: first[0] ?? null, errors };
}

/** Of an array of floats. */
function errorOf(
  { name: result, type }: TensorRegion,
  { found, strict }: Outputs,
  { exact, index }: { readonly exact: readonly number[]; readonly index: number },
): NonNullable<KernelRun["errors"]> {
  if (!(strict[index] instanceof Float32Array)) return [];
  const error = largestDistance(at(found, index), exact);
  const own = largestDistance(at(strict, index), exact);
  const largest = exact.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const ulp = 2 ** (Math.floor(Math.log2(Math.max(largest, 2 ** -126))) - fractionBits(type));
  return [{ result, error, strict_error: own, bound: Math.max(ORDER_FACTOR * own, FORGIVEN_ULP * ulp) }];
}

function fractionBits(type: Type): number {
  const format = type.kind === "tensor" && type.element.kind === "float" ? type.element.format : "f32";
  return { f32: 23, f16: 10, bf16: 7, f64: 52 }[format];
}

/** NaN on one side is infinitely far. */
function largestDistance(values: TensorData, exact: readonly number[]): number {
  return exact.reduce((most, wanted, index) => {
    const value = values[index] ?? Number.NaN;
    const distance = Object.is(value, wanted) ? 0 : Math.abs(value - wanted);
    return Math.max(most, Number.isNaN(distance) ? Infinity : distance);
  }, 0);
}
