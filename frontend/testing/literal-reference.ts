/*
 * docs/numerics.md, "Integer reference", read out sentence by sentence: whole sequence at once, plain arrays,
 * no cache, nothing shared with the executor but the float primitives and the quantized weights.
 */
import {
  addF32,
  at,
  expF32,
  exponentF32,
  f32ToSigned,
  mulF32,
  negF32,
  recipF32,
  rsqrtF32,
  scale2F32,
  subF32,
} from "../../ir/index.ts";
import { rotarySpeeds } from "../executor/rotary.ts";
import type { Int8Matrix } from "../quantize/matrix.ts";
import type { Int8Model, QuantizedLayer } from "../quantize/quantized-model.ts";

type Vector = readonly number[];
interface Int8Vector {
  readonly q: Vector;
  readonly s: number;
}

const integers = (from: number, to: number): Vector =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
const sum = (v: Vector): number => v.reduce((a, b) => a + b, 0);
const maximum = (v: Vector): number => Math.max(...v);

function quantize(v: Vector, levels: 127 | 32767 = 127): Int8Vector {
  const amax = maximum(v.map(Math.abs));
  const inv = mulF32(levels, recipF32(Math.max(amax, 2 ** -100)));
  const bits = levels === 127 ? 8 : 16;
  return { q: v.map((x) => f32ToSigned(mulF32(x, inv), bits)), s: mulF32(amax, Math.fround(1 / levels)) };
}

/** Levels of keys, values and queries. */
const cacheLevels = ({ precision }: Int8Model): 127 | 32767 => (precision.kvBits === 16 ? 32767 : 127);

/** rsqrt of the mean of the squares, summed in eight parts, plus eps. */
function rmsFactor(x: Vector, eps: number): number {
  const n = x.length;
  const part = integers(0, 8).map((r) =>
    x.filter((_, i) => i % 8 === r).reduce((acc, value) => addF32(acc, mulF32(value, value)), 0),
  );
  const order = integers(0, 8).map((i) => at(part, (n + i) % 8));
  const pairs = integers(0, 4).map((i) => addF32(at(order, 2 * i), at(order, 2 * i + 1)));
  const ss = addF32(addF32(at(pairs, 0), at(pairs, 1)), addF32(at(pairs, 2), at(pairs, 3)));
  return rsqrtF32(addF32(mulF32(ss, Math.fround(1 / n)), Math.fround(eps)));
}

function normQuantize(x: Vector, g: Float32Array, eps: number): Int8Vector {
  const { q, s } = quantize(x.map((value, i) => mulF32(value, at(g, i))));
  return { q, s: mulF32(s, rmsFactor(x, eps)) };
}

function linear({ q, s }: Int8Vector, m: Int8Matrix): Vector {
  return integers(0, m.rows).map((n) => {
    const acc = sum(q.map((value, k) => value * at(m.weights, n * m.columns + k)));
    return mulF32(mulF32(Math.fround(acc), at(m.scales, n)), s);
  });
}

function rotated(x: Vector, pos: number, speeds: Float64Array): Vector {
  const half = x.length / 2;
  return x.map((value, i) => {
    const j = i % half;
    const angle = pos * at(speeds, j);
    const [cos, sin] = [Math.fround(Math.cos(angle)), Math.fround(Math.sin(angle))];
    if (i < half) return subF32(mulF32(value, cos), mulF32(at(x, j + half), sin));
    return addF32(mulF32(value, cos), mulF32(at(x, j), sin));
  });
}

/** Steps 2 and 3 for one head of queries or keys; `gains` where the model normalizes it. */
function turned(x: Vector, pos: number, gains: Float32Array | undefined, model: Int8Model): Int8Vector {
  const speeds = rotarySpeeds(model.config);
  const levels = cacheLevels(model);
  if (gains === undefined) return quantize(rotated(x, pos, speeds), levels);
  const { q, s } = quantize(
    rotated(
      x.map((value, j) => mulF32(value, at(gains, j))),
      pos,
      speeds,
    ),
    levels,
  );
  return { q, s: mulF32(s, rmsFactor(x, model.config.normEps)) };
}

/** Step 4 for one query head; `keys` and `values` are those of its key/value head at the visible positions. */
function attend(
  { q, s: t }: Int8Vector,
  keys: readonly Int8Vector[],
  values: readonly Int8Vector[],
  blocks: readonly Vector[],
): Vector {
  const sq = mulF32(t, Math.fround(1 / Math.sqrt(q.length)));
  let [m, l] = [-(2 ** 100), 0];
  let acc: Vector = q.map(() => 0);
  for (const block of blocks) {
    const s = block.map((j) => {
      const key = at(keys, j);
      return mulF32(mulF32(Math.fround(sum(q.map((x, d) => x * at(key.q, d)))), sq), key.s);
    });
    const next = Math.max(m, maximum(s));
    const alpha = expF32(subF32(m, next));
    const p = s.map((score) => expF32(subF32(score, next)));
    const P = p.map((x) => f32ToSigned(scale2F32(x, 15), 32));
    l = addF32(mulF32(l, alpha), scale2F32(Math.fround(sum(P)), -15));
    const E = maximum(block.map((j) => exponentF32(at(values, j).s)));
    const W = block.map((j, i) => f32ToSigned(scale2F32(mulF32(at(p, i), at(values, j).s), 14 - E), 32));
    const weighted = (d: number): number => sum(block.map((j, i) => at(W, i) * at(at(values, j).q, d)));
    acc = acc.map((x, d) => addF32(mulF32(x, alpha), scale2F32(Math.fround(weighted(d)), E - 14)));
    m = next;
  }
  return acc.map((x) => mulF32(x, recipF32(l)));
}

/** The visible positions of `pos`, by aligned block. */
function visibleBlocks(pos: number, window: number | undefined, blockSize: number): readonly Vector[] {
  const lo = Math.max(0, pos - (window ?? pos + 1) + 1);
  const visible = integers(lo, pos + 1);
  const blocks = [...new Set(visible.map((j) => Math.floor(j / blockSize)))];
  return blocks.map((block) => visible.filter((j) => Math.floor(j / blockSize) === block));
}

/** A layer of a model, and its number. */
interface NumberedLayer {
  readonly layer: QuantizedLayer<Int8Matrix>;
  readonly index: number;
}

function runLayer(
  model: Int8Model,
  { layer, index }: NumberedLayer,
  rows: readonly Vector[],
  blockSize: number,
): readonly Vector[] {
  const { heads, kvHeads, headDim, normEps } = model.config;
  const window = model.config.fullLayers.includes(index) ? undefined : model.config.window;
  const bias = layer.qkvBias;
  const qkv = rows.map((x) =>
    linear(normQuantize(x, layer.attnNorm, normEps), layer.qkv).map((y, n) =>
      bias === undefined ? y : addF32(y, at(bias, n)),
    ),
  );
  const headOf = (row: Vector, head: number): Vector => row.slice(head * headDim, (head + 1) * headDim);
  const keys = integers(0, kvHeads).map((g) =>
    qkv.map((row, pos) => turned(headOf(row, heads + g), pos, layer.kNorm, model)),
  );
  const values = integers(0, kvHeads).map((g) =>
    qkv.map((row) => quantize(headOf(row, heads + kvHeads + g), cacheLevels(model))),
  );
  return rows.map((x, pos) => {
    const o = integers(0, heads).flatMap((h) => {
      const g = Math.floor(h / (heads / kvHeads));
      const query = turned(headOf(at(qkv, pos), h), pos, layer.qNorm, model);
      return attend(query, at(keys, g), at(values, g), visibleBlocks(pos, window, blockSize));
    });
    const attended = linear(quantize(o), layer.wo);
    return runFfn(
      x.map((value, i) => addF32(value, at(attended, i))),
      layer,
      normEps,
    );
  });
}

function runFfn(x: Vector, layer: QuantizedLayer<Int8Matrix>, eps: number): Vector {
  const normed = normQuantize(x, layer.ffnNorm, eps);
  const [gate, up] = [linear(normed, layer.wGate), linear(normed, layer.wUp)];
  const h = gate.map((g, i) => mulF32(mulF32(g, recipF32(addF32(1, expF32(negF32(g))))), at(up, i)));
  const down = linear(quantize(h), layer.wDown);
  return x.map((value, i) => addF32(value, at(down, i)));
}

/** The logits after each token. */
export function literalLogits(model: Int8Model, tokens: Vector, blockSize: number): readonly Float32Array[] {
  const { hidden, normEps } = model.config;
  let rows: readonly Vector[] = tokens.map(
    (token): Vector => Array.from(model.embed.subarray(token * hidden, (token + 1) * hidden)),
  );
  for (const [index, layer] of model.layers.entries())
    rows = runLayer(model, { layer, index }, rows, blockSize);
  return rows.map((x) => Float32Array.from(linear(normQuantize(x, model.finalNorm, normEps), model.head)));
}
