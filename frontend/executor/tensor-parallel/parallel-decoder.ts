import { at, CompilerBug, maxF32 } from "../../../ir/index.ts";
import { windowOfLayer } from "../../checkpoint.ts";
import { quantizeWithin } from "../activation.ts";
import type { SequenceDecoder } from "../decoder.ts";
import { HeadRows } from "../head-rows.ts";
import { gateQuantizedFfn } from "../integer-activation.ts";
import { BlockAttention } from "../integer-attention.ts";
import { createIntegerCache, type IntegerCache } from "../integer-cache.ts";
import {
  addVector,
  largestMagnitude,
  multiplyQuantized,
  normConstants,
  normRow,
  scaleSums,
  sumProducts,
} from "../integer-kernels.ts";
import type { ModelShard, SplitModel } from "./split-model.ts";

/** A vector in int8, the same on all accelerators. */
interface Shared {
  readonly q: Int8Array;
  readonly scale: number;
}

/**
 * The integer reference on several accelerators, the same bits as on one. Each computes its heads, its FFN columns and its logits;
 * residual and norms are everywhere. Twice in a layer they exchange: the largest magnitude of what `wo` or `down` multiplies (a
 * maximum has no order), then the int32 sums of its columns (nor has an integer sum), before anything is scaled to float.
 */
export function createParallelDecoder(
  { model, shards }: SplitModel,
  { blockSize = 16 }: { readonly blockSize?: number } = {},
): SequenceDecoder {
  const { config, embed, layers, finalNorm } = model;
  const { hidden, vocab, normEps } = config;
  const constants = normConstants(hidden, normEps);
  const kvBits = model.precision.kvBits === 16 ? 16 : 8;
  const runners = shards.map((shard) => new ShardRunner(shard, { blockSize, kvBits }));
  const share = (row: Float32Array, gain: Float32Array): Shared => {
    const normed = normRow(row, gain, constants);
    return quantizeWithin(normed, largestMagnitude(normed.values));
  };
  let position = 0;
  return {
    get length(): number {
      return position;
    },
    step: (token) => {
      if (token < 0 || token >= vocab) throw new CompilerBug(`token ${token} is outside the vocabulary`);
      const residual = embed.slice(token * hidden, (token + 1) * hidden);
      for (const [n, layer] of layers.entries()) {
        const place = { layer: n, position, window: windowOfLayer(config, n) };
        const normed = share(residual, layer.attnNorm);
        const attended = runners.map((runner) => runner.attend(normed, place));
        reduceInto(residual, attended, (runner, q) => runner.sumOut(n, q), runners);
        const gateInput = share(residual, layer.ffnNorm);
        const gated = runners.map((runner) => runner.gate(gateInput, n));
        reduceInto(residual, gated, (runner, q) => runner.sumDown(n, q), runners);
      }
      position++;
      const last = share(residual, finalNorm);
      const logits = new Float32Array(vocab);
      runners.forEach((runner, n) => {
        logits.set(runner.logits(last), (n * vocab) / runners.length);
      });
      return logits;
    },
  };
}

/** Integer sums of one accelerator's columns, and the scales of the matrix's rows. */
interface PartialSums {
  readonly sums: Int32Array;
  readonly scales: Float32Array;
}

/** The two exchanges: one scale for the parts of a vector, then the sum of what each part gives, into the residual. */
function reduceInto(
  residual: Float32Array,
  parts: readonly Float32Array[],
  multiply: (runner: ShardRunner, q: Int8Array) => PartialSums,
  runners: readonly ShardRunner[],
): void {
  const largest = parts.reduce((most, part) => maxF32(most, largestMagnitude(part)), 0);
  const total = new Int32Array(residual.length);
  let scale = 0;
  let scales: Float32Array = new Float32Array(0);
  runners.forEach((runner, n) => {
    const own = quantizeWithin({ values: at(parts, n), factor: 1 }, largest);
    const partial = multiply(runner, own.q);
    for (const [i, sum] of partial.sums.entries()) total[i] = (total[i] ?? 0) + sum;
    ({ scale } = own);
    ({ scales } = partial);
  });
  const delta = new Float32Array(residual.length);
  scaleSums(total, scales, scale, delta);
  addVector(residual, delta);
}

/** Where a layer is run. */
interface Place {
  readonly layer: number;
  readonly position: number;
  readonly window: number | undefined;
}

/** One accelerator: its part of the weights, and the keys and values of its heads. */
class ShardRunner {
  readonly #shard: ModelShard;
  readonly #attention: BlockAttention;
  readonly #headRows: HeadRows;
  readonly #caches: readonly IntegerCache[];

  constructor(
    shard: ModelShard,
    { blockSize, kvBits }: { readonly blockSize: number; readonly kvBits: 8 | 16 },
  ) {
    this.#shard = shard;
    this.#attention = new BlockAttention(shard.config, blockSize, kvBits);
    this.#headRows = new HeadRows(shard.config);
    this.#caches = shard.layers.map(() => createIntegerCache(shard.config, kvBits));
  }

  /** What the own heads attend to. */
  attend({ q, scale }: Shared, { layer: n, position, window }: Place): Float32Array {
    const layer = at(this.#shard.layers, n);
    const cache = at(this.#caches, n);
    const qkv = new Float32Array(layer.qkv.rows);
    multiplyQuantized(layer.qkv, q, scale, qkv);
    const taken = this.#headRows.take(layer, { cache, position }, qkv);
    const attended = new Float32Array(taken.queries.length);
    this.#attention.attend(taken, { cache, position, window }, attended);
    return attended;
  }

  /** The own FFN channels, gated. */
  gate({ q, scale }: Shared, n: number): Float32Array {
    const { wGate, wUp } = at(this.#shard.layers, n);
    const [gate, up] = [new Float32Array(wGate.rows), new Float32Array(wUp.rows)];
    multiplyQuantized(wGate, q, scale, gate);
    multiplyQuantized(wUp, q, scale, up);
    gateQuantizedFfn(gate, up);
    return gate;
  }

  sumOut(n: number, q: Int8Array): PartialSums {
    const { wo } = at(this.#shard.layers, n);
    return { sums: sumProducts(wo, q), scales: wo.scales };
  }

  sumDown(n: number, q: Int8Array): PartialSums {
    const { wDown } = at(this.#shard.layers, n);
    return { sums: sumProducts(wDown, q), scales: wDown.scales };
  }

  logits({ q, scale }: Shared): Float32Array {
    const logits = new Float32Array(this.#shard.head.rows);
    multiplyQuantized(this.#shard.head, q, scale, logits);
    return logits;
  }
}
