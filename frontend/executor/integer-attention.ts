import {
  addF32,
  CompilerBug,
  expF32,
  exponentF32,
  f32ToSigned,
  maxF32,
  mulF32,
  recipF32,
  scale2F32,
  signedToF32,
  subF32,
} from "../../ir/index.ts";
import type { ModelConfig } from "../checkpoint.ts";
import { type IntegerCache, integers } from "./integer-cache.ts";
import { dotInt8, dotInt16, quantizeVector } from "./integer-kernels.ts";

/** Below every score: the maximum before the first key. */
const lowestScore = -(2 ** 100);
/** Fraction bits of a probability, and one more than those of a probability times a value's scale. */
const probabilityBits = 15;
const weightBits = 14;

/** A query head in integers and its scale with 1/sqrt(d) in it. */
interface Query {
  readonly q: Int8Array | Int16Array;
  readonly scale: number;
  /** The key/value head it reads. */
  readonly kvHead: number;
}

/** All query heads of a position, and a factor of each head's scale. */
interface Queries {
  readonly queries: Float32Array;
  readonly factors: Float32Array;
}

/** What a position sees. */
interface View {
  readonly cache: IntegerCache;
  readonly position: number;
  readonly window: number | undefined;
}

/** A run of positions, within one block of the cache. */
interface Run {
  readonly first: number;
  readonly count: number;
}

/**
 * Online softmax over blocks of `blockSize` positions in ascending order, with integer sums within a block and
 * one rescaling per block (docs/numerics.md, "Integer reference", step 4).
 */
export class BlockAttention {
  readonly #config: ModelConfig;
  readonly #blockSize: number;
  readonly #queryScale: number;
  readonly #q: Int8Array | Int16Array;
  readonly #scores: Float32Array;
  /** Exact: far below 2^53. */
  readonly #sums: Float64Array;
  /** Running maximum and sum of one head. */
  #maximum = lowestScore;
  #total = 0;

  constructor(config: ModelConfig, blockSize: number, bits: 8 | 16 = 8) {
    this.#config = config;
    this.#blockSize = blockSize;
    this.#queryScale = Math.fround(1 / Math.sqrt(config.headDim));
    this.#q = integers(bits, config.headDim);
    this.#scores = new Float32Array(blockSize);
    this.#sums = new Float64Array(config.headDim);
  }

  /** out = attention of all query heads of a position, [heads * headDim], over the cached positions that it sees. */
  attend({ queries, factors }: Queries, view: View, out: Float32Array): void {
    const { heads, kvHeads, headDim } = this.#config;
    for (let head = 0; head < heads; head++) {
      const [from, to] = [head * headDim, (head + 1) * headDim];
      const ownScale = mulF32(quantizeVector(queries.subarray(from, to), this.#q), factors[head] ?? 1);
      const scale = mulF32(ownScale, this.#queryScale);
      const kvHead = Math.floor((head * kvHeads) / heads);
      this.#attendHead({ q: this.#q, scale, kvHead }, view, out.subarray(from, to));
    }
  }

  #attendHead(query: Query, { cache, position, window }: View, out: Float32Array): void {
    this.#maximum = lowestScore;
    this.#total = 0;
    out.fill(0);
    let first = window === undefined ? 0 : Math.max(0, position - window + 1);
    while (first <= position) {
      const blockEnd = (Math.floor(first / this.#blockSize) + 1) * this.#blockSize;
      const end = Math.min(blockEnd, position + 1);
      this.#attendRun(query, cache, { first, count: end - first }, out);
      first = end;
    }
    const inverse = recipF32(this.#total);
    for (let d = 0; d < out.length; d++) out[d] = mulF32(out[d] ?? 0, inverse);
  }

  #attendRun(query: Query, cache: IntegerCache, run: Run, out: Float32Array): void {
    const before = this.#maximum;
    const maximum = maxF32(before, this.#scoreRun(query, cache, run));
    this.#maximum = maximum;
    const decay = expF32(subF32(before, maximum));
    let probabilities = 0;
    for (let j = 0; j < run.count; j++) {
      const p = expF32(subF32(this.#scores[j] ?? 0, maximum));
      this.#scores[j] = p;
      probabilities += f32ToSigned(scale2F32(p, probabilityBits), 32);
    }
    const added = scale2F32(signedToF32(probabilities), -probabilityBits);
    this.#total = addF32(mulF32(this.#total, decay), added);
    const exponent = this.#sumValues(query.kvHead, cache, run);
    for (let d = 0; d < out.length; d++) {
      const sum = scale2F32(signedToF32(this.#sums[d] ?? 0), exponent - weightBits);
      out[d] = addF32(mulF32(out[d] ?? 0, decay), sum);
    }
  }

  /** Writes the run's scores; returns their maximum. */
  #scoreRun(query: Query, cache: IntegerCache, { first, count }: Run): number {
    const { kvHeads, headDim } = this.#config;
    let largest = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < count; j++) {
      const slot = (first + j) * kvHeads + query.kvHead;
      const sum = signedToF32(dotIntegers(query.q, cache.keys, slot * headDim));
      const score = mulF32(mulF32(sum, query.scale), cache.keyScales[slot] ?? 0);
      this.#scores[j] = score;
      largest = maxF32(largest, score);
    }
    return largest;
  }

  /** Sums probability times value over the run in integers; returns the exponent E of their unit 2^(E - 14). */
  #sumValues(kvHead: number, cache: IntegerCache, { first, count }: Run): number {
    const { kvHeads, headDim } = this.#config;
    let exponent = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < count; j++) {
      const scale = cache.valueScales[(first + j) * kvHeads + kvHead] ?? 0;
      exponent = Math.max(exponent, exponentF32(scale));
    }
    const sums = this.#sums.fill(0);
    for (let j = 0; j < count; j++) {
      const slot = (first + j) * kvHeads + kvHead;
      const product = mulF32(this.#scores[j] ?? 0, cache.valueScales[slot] ?? 0);
      const weight = f32ToSigned(scale2F32(product, weightBits - exponent), 32);
      for (let d = 0; d < headDim; d++) {
        sums[d] = (sums[d] ?? 0) + weight * (cache.values[slot * headDim + d] ?? 0);
      }
    }
    return exponent;
  }
}

/** Exact sum of products of a query head and a key in the cache, both of the same width. */
function dotIntegers(query: Query["q"], keys: IntegerCache["keys"], base: number): number {
  if (query instanceof Int8Array && keys instanceof Int8Array) return dotInt8(query, keys, base);
  if (query instanceof Int16Array && keys instanceof Int16Array) return dotInt16(query, keys, base);
  throw new CompilerBug("queries and keys are of different widths");
}
