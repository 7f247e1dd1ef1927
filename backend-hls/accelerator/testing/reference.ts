import {
  absF32,
  addF32,
  at,
  expF32,
  exponentF32,
  f32ToBf16,
  f32ToSigned,
  maxF32,
  mulBf16,
  mulF32,
  negF32,
  recipF32,
  rsqrtF32,
  scale2F32,
  signedToF32,
  subF32,
} from "../../../ir/index.ts";
import type { ModelParameters, PackedMatrix, VectorParameters } from "../pack-weights.ts";
import { groupOf, hasStaticScales, isBf16, PLAIN_INT8 } from "../precision.ts";
import type { ModelShape } from "../shape.ts";

/** A vector in integers and its scale. */
interface Quantized {
  readonly q: readonly number[];
  readonly s: number;
  /** Its outlier columns as bfloat16 words, where it has such. */
  readonly outliers?: readonly number[] | undefined;
}
interface CachedHead {
  readonly key: Quantized;
  readonly value: Quantized;
}

/** One sequence by the letter of docs/numerics.md, "Integer reference": what the kernels are compared with. Slow and short. */
export class ReferenceSequence {
  readonly #model: ModelShape;
  readonly #parameters: ModelParameters;
  /** [layer][position][kv head] */
  readonly #cache: CachedHead[][][];

  constructor(model: ModelShape, parameters: ModelParameters) {
    this.#model = model;
    this.#parameters = parameters;
    this.#cache = parameters.layers.map(() => []);
  }

  /** Another sequence with the same past. */
  fork(): ReferenceSequence {
    const copy = new ReferenceSequence(this.#model, this.#parameters);
    this.#cache.forEach((layer, index) => {
      at(copy.#cache, index).push(...layer);
    });
    return copy;
  }

  /** Takes a token; returns the logits after it. */
  step(token: number): readonly number[] {
    const { hidden } = this.#model;
    const { embed, layers, finalNorm, head } = this.#parameters;
    let x = [...embed.subarray(token * hidden, (token + 1) * hidden)];
    layers.forEach((_, index) => {
      x = this.#layer(index, at(this.#cache, index), x);
    });
    return this.#linear(normQuantize(x, finalNorm, this.#model, this.#parameters.headInput), head);
  }

  #linear(input: Quantized, matrix: PackedMatrix): number[] {
    return linear(input, matrix, groupOf(this.#model.precision ?? PLAIN_INT8) ?? 1);
  }

  #layer(number: number, cache: CachedHead[][], residual: readonly number[]): number[] {
    const { heads, kvHeads, headDim, eps, windows } = this.#model;
    const [layer, window] = [at(this.#parameters.layers, number), windows[number]];
    const normedResidual = normQuantize(residual, layer.attnNorm, this.#model, layer.inputs?.qkv);
    const product = this.#linear(normedResidual, layer.qkv);
    const { qkvBias } = layer;
    const qkv = qkvBias === undefined ? product : product.map((y, n) => addF32(y, at(qkvBias, n)));
    const all = Array.from({ length: heads + 2 * kvHeads }, (_, head) =>
      qkv.slice(head * headDim, (head + 1) * headDim),
    );
    const levels = this.#model.precision?.kvBits === 16 ? 32767 : 127;
    const turned = all.map((head, index) => {
      if (index >= heads + kvHeads) return quantize(head, levels);
      const gains = index < heads ? layer.qNorm : layer.kNorm;
      if (gains === undefined) return quantize(this.#rotate(head, cache.length), levels);
      const gained = head.map((value, j) => mulF32(value, at(gains, j)));
      const { q, s } = quantize(this.#rotate(gained, cache.length), levels);
      return { q, s: mulF32(s, rmsFactor(head, eps)) };
    });
    cache.push(
      Array.from({ length: kvHeads }, (_, head) => ({
        key: at(turned, heads + head),
        value: at(turned, heads + kvHeads + head),
      })),
    );
    const out = turned.slice(0, heads).flatMap((query, head) =>
      this.#attend(
        window,
        query,
        cache.map((position) => at(position, Math.floor((head * kvHeads) / heads))),
      ),
    );
    const x = sum(residual, this.#linear(quantizeInput(this.#model, out, layer.inputs?.wo), layer.wo));
    const normed = normQuantize(x, layer.ffnNorm, this.#model, layer.inputs?.gateUp);
    const [gate, up] = [this.#linear(normed, layer.wGate), this.#linear(normed, layer.wUp)];
    const h = gate.map((g, i) => mulF32(mulF32(g, recipF32(addF32(1, expF32(negF32(g))))), at(up, i)));
    return sum(x, this.#linear(quantizeInput(this.#model, h, layer.inputs?.down), layer.wDown));
  }

  #rotate(head: readonly number[], position: number): number[] {
    const { headDim } = this.#model;
    const half = headDim / 2;
    const angle = (j: number): number => at(this.#parameters.rope, position * headDim + j);
    return head.map((value, j) =>
      j < half
        ? subF32(mulF32(value, angle(j)), mulF32(at(head, j + half), angle(half + j)))
        : addF32(mulF32(value, angle(j - half)), mulF32(at(head, j - half), angle(j))),
    );
  }

  #attend(window: number | undefined, query: Quantized, positions: readonly CachedHead[]): number[] {
    const { headDim, blockSize } = this.#model;
    const sq = mulF32(query.s, Math.fround(1 / Math.sqrt(headDim)));
    let [m, l, acc] = [-(2 ** 100), 0, Array.from({ length: headDim }, () => 0)];
    const low = window === undefined ? 0 : Math.max(0, positions.length - window);
    for (let start = Math.floor(low / blockSize) * blockSize; start < positions.length; start += blockSize) {
      const block = positions.slice(Math.max(start, low), start + blockSize);
      const scores = block.map(({ key }) => mulF32(mulF32(signedToF32(dot(query.q, key.q)), sq), key.s));
      const top = maxF32(m, scores.reduce(maxF32));
      const alpha = expF32(subF32(m, top));
      const p = scores.map((score) => expF32(subF32(score, top)));
      const counts = p.reduce((total, value) => total + f32ToSigned(scale2F32(value, 15), 32), 0);
      l = addF32(mulF32(l, alpha), scale2F32(signedToF32(counts), -15));
      const exponent = Math.max(...block.map(({ value }) => exponentF32(value.s)));
      const weights = p.map((value, j) =>
        f32ToSigned(scale2F32(mulF32(value, at(block, j).value.s), 14 - exponent), 32),
      );
      acc = acc.map((a, d) =>
        addF32(
          mulF32(a, alpha),
          scale2F32(
            signedToF32(
              dot(
                weights,
                block.map(({ value }) => at(value.q, d)),
              ),
            ),
            exponent - 14,
          ),
        ),
      );
      m = top;
    }
    return acc.map((a) => mulF32(a, recipF32(l)));
  }
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((total, value, i) => total + value * at(b, i), 0);
}
function sum(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, i) => addF32(value, at(b, i)));
}

function quantize(v: readonly number[], levels = 127): Quantized {
  const largest = v.reduce((most, value) => maxF32(most, absF32(value)), 0);
  const inverse = mulF32(levels, recipF32(maxF32(largest, 2 ** -100)));
  return {
    q: v.map((value) => f32ToSigned(mulF32(value, inverse), levels === 127 ? 8 : 16)),
    s: mulF32(largest, Math.fround(1 / levels)),
  };
}

/** What a matrix multiplies: in steps of 1, or with a scale of its own. */
function quantizeInput(
  { precision = PLAIN_INT8 }: ModelShape,
  v: readonly number[],
  input: VectorParameters | undefined,
): Quantized {
  if (isBf16(precision)) return bf16Of(v);
  if (!hasStaticScales(precision)) return quantizeWithOutliers(v, 1, input);
  return { q: v.map((value) => f32ToSigned(value, 8)), s: 1 };
}

/** A vector times `factor`, its outlier columns taken out of it. */
function quantizeWithOutliers(
  v: readonly number[],
  factor: number,
  input: VectorParameters | undefined,
): Quantized {
  const columns = input?.outliers;
  const { q, s } = quantize(v.map((value, i) => (columns?.includes(i) === true ? 0 : value)));
  const outliers = columns && Array.from(columns, (i) => f32ToBf16(mulF32(at(v, i), factor)));
  return { q, s: mulF32(s, factor), outliers };
}

/** What outlier columns add to an output channel: chunks of four products from +0 on. */
function outlierPart(x: readonly number[], weights: readonly number[]): number {
  const products = x.map((value, i) => mulBf16(value, at(weights, i)));
  let part = 0;
  for (let i = 0; i < products.length; i += 4) {
    const [a = 0, b = 0, c = 0, d = 0] = products.slice(i, i + 4);
    part = addF32(part, addF32(addF32(a, b), addF32(c, d)));
  }
  return part;
}

function normQuantize(
  x: readonly number[],
  gain: Float32Array,
  { eps, precision = PLAIN_INT8 }: ModelShape,
  input: VectorParameters | undefined,
): Quantized {
  if (isBf16(precision)) {
    const factor = rmsFactor(x, eps);
    return bf16Of(x.map((value, i) => mulF32(mulF32(value, at(gain, i)), factor)));
  }
  if (hasStaticScales(precision)) {
    const factor = rmsFactor(x, eps);
    const q = x.map((value, i) => f32ToSigned(mulF32(mulF32(value, at(gain, i)), factor), 8));
    return { q, s: 1 };
  }
  return quantizeWithOutliers(
    x.map((value, i) => mulF32(value, at(gain, i))),
    rmsFactor(x, eps),
    input,
  );
}

function rmsFactor(x: readonly number[], eps: number): number {
  const parts = Array.from({ length: 8 }, () => 0);
  x.forEach((value, i) => {
    parts[i % 8] = addF32(at(parts, i % 8), mulF32(value, value));
  });
  const ordered = parts.map((_, i) => at(parts, (x.length + i) % 8));
  const pairs = [0, 2, 4, 6].map((i) => addF32(at(ordered, i), at(ordered, i + 1)));
  const squares = addF32(addF32(at(pairs, 0), at(pairs, 1)), addF32(at(pairs, 2), at(pairs, 3)));
  return rsqrtF32(addF32(mulF32(squares, Math.fround(1 / x.length)), Math.fround(eps)));
}

/** The weights of a row, those of int4 times the scales of their groups: exact integers. */
function integersOf(matrix: PackedMatrix, n: number, group: number): number[] {
  const { rows, columns, weights } = matrix;
  const row = [...weights.subarray(n * columns, (n + 1) * columns)];
  if (matrix.kind !== "int4") return row;
  const groups = matrix.groupScales.length / rows;
  return row.map((weight, k) => weight * at(matrix.groupScales, n * groups + Math.floor(k / group)));
}

/** What a matrix multiplies; bfloat16 as words, with a scale that nobody needs. */
function bf16Of(v: readonly number[]): Quantized {
  return { q: v.map(f32ToBf16), s: 1 };
}

/** Chunks of four products, chunk c to sum c mod 16, then a tree that begins with the oldest of the last 16. */
function sumOfChunks(weights: readonly number[], x: readonly number[]): number {
  const parts = Array.from({ length: 16 }, () => 0);
  const chunks = Math.ceil(x.length / 4);
  for (let c = 0; c < chunks; c++) {
    const p = [0, 1, 2, 3].map((i) =>
      4 * c + i < x.length ? mulBf16(at(weights, 4 * c + i), at(x, 4 * c + i)) : 0,
    );
    const chunk = addF32(addF32(at(p, 0), at(p, 1)), addF32(at(p, 2), at(p, 3)));
    parts[c % 16] = addF32(at(parts, c % 16), chunk);
  }
  return treeOf(parts.map((_, i) => at(parts, (chunks + i) % 16)));
}

function treeOf(terms: readonly number[]): number {
  if (terms.length === 1) return at(terms, 0);
  return treeOf(terms.flatMap((left, i) => (i % 2 === 0 ? [addF32(left, at(terms, i + 1))] : [])));
}

function linear({ q, s, outliers }: Quantized, matrix: PackedMatrix, group: number): number[] {
  const { rows } = matrix;
  if (matrix.kind === "bf16")
    return Array.from({ length: rows }, (_, n) => sumOfChunks(integersOf(matrix, n, group), q));
  const { scales } = matrix;
  const weights = matrix.kind === "int8" ? matrix.outliers : undefined;
  return Array.from({ length: rows }, (_, n) => {
    const y = mulF32(mulF32(signedToF32(dot(q, integersOf(matrix, n, group))), at(scales, n)), s);
    if (outliers === undefined || weights === undefined) return y;
    const own = [...weights.subarray(n * outliers.length, (n + 1) * outliers.length)];
    return addF32(y, outlierPart(outliers, own));
  });
}
