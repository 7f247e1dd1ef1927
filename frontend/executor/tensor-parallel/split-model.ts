import { CompilerBug } from "../../../ir/index.ts";
import type { ModelConfig } from "../../checkpoint.ts";
import type { Int8Matrix } from "../../quantize/matrix.ts";
import type { QuantizedLayer, QuantizedModel } from "../../quantize/quantized-model.ts";

/** The part of a layer that one accelerator holds; its matrices are int8. */
type LayerShard = Omit<QuantizedLayer<Int8Matrix>, "inputs">;

/** The part of a model that one accelerator holds: some heads with their keys and values, some FFN columns, some logits. */
export interface ModelShard {
  /** Sizes of the part; hidden size and layers are those of the whole. */
  readonly config: ModelConfig;
  readonly layers: readonly LayerShard[];
  readonly head: Int8Matrix;
}

/** A model in equal parts. */
export interface SplitModel {
  readonly model: QuantizedModel;
  readonly shards: readonly ModelShard[];
}

/** Why a model cannot be split; undefined: it can. Key/value heads are shared where there are fewer of them than parts. */
export function splitProblem(model: QuantizedModel, parts: number): string | undefined {
  const { config, precision } = model;
  const { activations, outliers } = precision;
  const { heads, kvHeads, ffn, vocab } = config;
  if (activations.kind !== "int8" || activations.scales !== "token" || outliers !== undefined)
    return `${precision.name} has no one scale for each token`;
  if (precision.weights.kind !== "int8") return `${precision.name} has no int8 matrices`;
  if (heads % parts !== 0) return `${heads} heads are not ${parts} equal parts`;
  if (kvHeads % parts !== 0 && parts % kvHeads !== 0)
    return `${kvHeads} key/value heads are not ${parts} equal parts, nor shared evenly`;
  if (ffn % parts !== 0) return `${ffn} FFN channels are not ${parts} equal parts`;
  return vocab % parts === 0 ? undefined : `${vocab} tokens are not ${parts} equal parts`;
}

/** Splits a model that {@link splitProblem} has nothing against: rows of q, k, v, gate, up and head, columns of wo and down. */
export function splitModel(model: QuantizedModel, parts: number): SplitModel {
  const problem = splitProblem(model, parts);
  if (problem !== undefined) throw new CompilerBug(problem);
  return { model, shards: Array.from({ length: parts }, (_, part) => shardOf(model, part, parts)) };
}

function shardOf({ config, layers, head }: QuantizedModel, part: number, parts: number): ModelShard {
  const { heads, kvHeads, headDim, ffn, vocab } = config;
  const own = {
    ...config,
    heads: heads / parts,
    kvHeads: Math.max(1, kvHeads / parts),
    ffn: ffn / parts,
    vocab: vocab / parts,
  };
  const firstKv = Math.floor((part * kvHeads) / parts) * headDim;
  const [queries, keys] = [heads * headDim, kvHeads * headDim];
  const query = { from: part * own.heads * headDim, count: own.heads * headDim };
  const qkv: readonly Range[] = [
    query,
    { from: queries + firstKv, count: own.kvHeads * headDim },
    { from: queries + keys + firstKv, count: own.kvHeads * headDim },
  ];
  const ffnRange = { from: part * own.ffn, count: own.ffn };
  const layerOf = (layer: QuantizedLayer): LayerShard => ({
    ...layer,
    qkv: takeRows(int8(layer.qkv), qkv),
    ...(layer.qkvBias && { qkvBias: takeParts(layer.qkvBias, 1, qkv) }),
    wo: takeColumns(int8(layer.wo), query),
    wGate: takeRows(int8(layer.wGate), [ffnRange]),
    wUp: takeRows(int8(layer.wUp), [ffnRange]),
    wDown: takeColumns(int8(layer.wDown), ffnRange),
  });
  const logits = { from: part * own.vocab, count: own.vocab };
  return { config: own, layers: layers.map(layerOf), head: takeRows(int8(head), [logits]) };
}

interface Range {
  readonly from: number;
  readonly count: number;
}

function int8(matrix: QuantizedLayer["qkv"]): Int8Matrix {
  if (matrix.kind !== "int8") throw new CompilerBug(`a matrix of ${matrix.kind} is split`);
  return matrix;
}

function takeRows({ columns, weights, scales }: Int8Matrix, ranges: readonly Range[]): Int8Matrix {
  const rows = ranges.reduce((sum, { count }) => sum + count, 0);
  return {
    kind: "int8",
    rows,
    columns,
    weights: takeParts(weights, columns, ranges),
    scales: takeParts(scales, 1, ranges),
  };
}

function takeColumns({ rows, columns, weights, scales }: Int8Matrix, { from, count }: Range): Int8Matrix {
  const taken = new Int8Array(rows * count);
  for (let row = 0; row < rows; row++)
    taken.set(weights.subarray(row * columns + from, row * columns + from + count), row * count);
  return { kind: "int8", rows, columns: count, weights: taken, scales };
}

/** Some records of `width` elements, one range after the other. */
function takeParts<A extends Int8Array | Float32Array>(all: A, width: number, ranges: readonly Range[]): A {
  const parts = ranges.map(({ from, count }) => all.subarray(from * width, (from + count) * width));
  const taken = all.slice(
    0,
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    taken.set(part, at);
    at += part.length;
  }
  return taken as A; // slice and set keep the kind of array
}
