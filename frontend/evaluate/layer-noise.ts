import type { Checkpoint } from "../checkpoint.ts";
import { createFloatDecoder, type MatrixName } from "../executor/float-decoder.ts";
import { createIntegerDecoder } from "../executor/integer-decoder.ts";
import type { QuantizedModel } from "../quantize/quantized-model.ts";

/** Signal to quantization noise of what a matrix gives, in decibels; null where there is no noise at all. */
export interface LayerNoise {
  /** `layers.0.qkv` … `head` */
  readonly name: string;
  readonly sqnrDb: number | null;
}

/** Bytes of float32 products that are kept to compare with. */
const mostBytes = 64 * 2 ** 20;
const mostPositions = 256;

/** What the float32 engine's matrices give along the beginning of a text. */
export interface FloatProducts {
  /** One for each sequence. */
  readonly windows: readonly (readonly number[])[];
  /** In the order of the computation. */
  readonly products: readonly Float32Array[];
}

/** Runs the float32 engine over as many tokens as memory allows, 256 at most. */
export function recordProducts(
  checkpoint: Checkpoint,
  windows: readonly (readonly number[])[],
): FloatProducts {
  const { hidden, heads, kvHeads, headDim, ffn, vocab, layers } = checkpoint.config;
  const perToken = 4 * (layers * ((heads + 2 * kvHeads) * headDim + 2 * hidden + 2 * ffn) + vocab);
  let left = Math.max(1, Math.min(mostPositions, Math.floor(mostBytes / perToken)));
  const taken: (readonly number[])[] = [];
  for (const window of windows) {
    if (left === 0) break;
    taken.push(window.slice(0, left));
    left -= Math.min(left, window.length);
  }
  const products: Float32Array[] = [];
  for (const window of taken) {
    const decoder = createFloatDecoder(checkpoint, {
      onProduct: (_matrix, _layer, product) => products.push(product.slice()),
    });
    for (const token of window) decoder.step(token);
  }
  return { windows: taken, products };
}

/** How far the integer reference's products are from those of float32, for every matrix: errors of earlier layers are in them. */
export function measureNoise(
  model: QuantizedModel,
  { windows, products }: FloatProducts,
  blockSize: number,
): readonly LayerNoise[] {
  const sums = new Map<string, { signal: number; noise: number }>();
  let next = 0;
  const onProduct = (matrix: MatrixName, layer: number, product: Float32Array): void => {
    const name = matrix === "head" ? matrix : `layers.${layer}.${matrix}`;
    const sum = sums.get(name) ?? { signal: 0, noise: 0 };
    const exact = products[next++] ?? product;
    const stepOf = stepsOf(model, matrix, layer);
    for (let i = 0; i < product.length; i++) {
      const wanted = exact[i] ?? 0;
      sum.signal += wanted ** 2;
      sum.noise += (wanted - (product[i] ?? 0) * stepOf(i)) ** 2;
    }
    sums.set(name, sum);
  };
  for (const window of windows) {
    const decoder = createIntegerDecoder(model, { blockSize, onProduct });
    for (const token of window) decoder.step(token);
  }
  return [...sums].map(([name, { signal, noise }]) => ({
    name,
    sqnrDb: noise === 0 || signal === 0 ? null : 10 * Math.log10(signal / noise),
  }));
}

/** What values and up projections give is in steps of the static scale behind them, where there is one. */
function stepsOf(
  { config: { heads, kvHeads, headDim }, layers }: QuantizedModel,
  matrix: MatrixName,
  layer: number,
): (channel: number) => number {
  const { wo: { scale: attended = 1 } = {}, down: { scale: gated = 1 } = {} } = layers[layer]?.inputs ?? {};
  const values = (heads + kvHeads) * headDim;
  if (matrix === "qkv") return (channel) => (channel < values ? 1 : attended);
  return matrix === "up" ? () => gated : () => 1;
}
