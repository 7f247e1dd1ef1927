import { at, type LoopBuilder, type Value } from "../../../ir/index.ts";
import type { Plan } from "../shape.ts";
import { packedDots } from "./packed-dot.ts";

/** Exact sum of products of int8 lanes. */
export function dot(b: LoopBuilder, left: readonly Value[], right: readonly Value[]): Value {
  const products = left.map((value, lane) => b.muli(value, right[lane] ?? value));
  return products.reduce((sum, product) => b.addi(sum, product));
}

/** Sums of products of rows with output channels, rows outside; `inputs` and `weights` are `pk` lanes each. */
export function productsOf(
  b: LoopBuilder,
  { sumBits, pairs }: Plan,
  inputs: readonly (readonly Value[])[],
  weights: readonly (readonly Value[])[],
): readonly (readonly Value[])[] {
  if (pairs === undefined) return inputs.map((row) => weights.map((channel) => dot(b, row, channel)));
  const make = (shared: readonly Value[], two: Two<readonly Value[]>): Two<Value> =>
    packedDots(b, shared, two, { ...pairs, sumBits });
  return pairs.of === "channels"
    ? inputs.map((row) => pairwise(weights, (two) => make(row, two)))
    : transposed(weights.map((channel) => pairwise(inputs, (two) => make(channel, two))));
}

/** The upper and the lower of two neighbours. */
type Two<Entry> = readonly [upper: Entry, lower: Entry];

/** What `make` gives for each pair of neighbours, in the neighbours' order. */
function pairwise<From, To>(list: readonly From[], make: (pair: Two<From>) => Two<To>): readonly To[] {
  return list.flatMap((lower, index) =>
    index % 2 === 0 ? make([at(list, index + 1), lower]).toReversed() : [],
  );
}

function transposed<Entry>(table: readonly (readonly Entry[])[]): readonly (readonly Entry[])[] {
  return at(table, 0).map((_, column) => table.map((row) => at(row, column)));
}
