import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "./model-folders.ts";

/** Sizes of a llama2.c checkpoint. */
export interface RandomModel {
  readonly hidden: number;
  readonly ffn: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly vocab: number;
  readonly context: number;
}

/** A llama2.c file with seeded random weights and no tokenizer beside it, gone when the test ends. */
export function randomModel(sizes: RandomModel, seed: number): string {
  const { hidden, ffn, layers, heads, kvHeads, vocab, context } = sizes;
  const kv = (hidden / heads) * kvHeads;
  const next = randomFloats(seed);
  const around = (mean: number, spread: number, count: number): readonly number[] =>
    Array.from({ length: count }, () => mean + spread * next());
  const gains = (rows: number): readonly number[] => around(1, 0.3, rows * hidden);
  const matrices = (rows: number, columns: number): readonly number[] =>
    around(0, 2 / Math.sqrt(columns), layers * rows * columns);
  const floats = [
    ...around(0, 1, vocab * hidden),
    ...gains(layers),
    ...matrices(hidden, hidden),
    ...matrices(kv, hidden),
    ...matrices(kv, hidden),
    ...matrices(hidden, hidden),
    ...gains(layers),
    ...matrices(ffn, hidden),
    ...matrices(hidden, ffn),
    ...matrices(ffn, hidden),
    ...gains(1),
    ...around(0, 0, context * (hidden / heads)),
  ];
  const header = Int32Array.of(hidden, ffn, layers, heads, kvHeads, vocab, context);
  const file = join(temporaryFolder(), "random.bin");
  writeFileSync(
    file,
    Buffer.concat([Buffer.from(header.buffer), Buffer.from(Float32Array.from(floats).buffer)]),
  );
  return file;
}

/** Numbers from -1 to 1: a linear congruential generator, constants of Numerical Recipes. */
function randomFloats(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}
