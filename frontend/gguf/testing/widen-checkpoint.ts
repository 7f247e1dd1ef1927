import type { Checkpoint, LayerWeights } from "../../checkpoint.ts";

/**
 * The same function with rows of a multiple of 256 elements, as types with blocks of 256 need them: channels, heads and
 * feed-forward units of zeros are added. The mean square of a norm falls by the share of added channels, which its gain
 * and epsilon make up for; results differ by roundings alone. Needs `hidden` to divide the wider size.
 */
export function widenCheckpoint(checkpoint: Checkpoint): Checkpoint {
  const { config } = checkpoint;
  const { hidden, heads, kvHeads, headDim, ffn } = config;
  const wide = widened(hidden);
  const wideHeads = widened(heads * headDim) / headDim;
  const wideFfn = widened(ffn);
  const share = wide / hidden;
  const gain = (norm: Float32Array): Float32Array =>
    pad(norm, norm.length, wide, 1).map((g) => g / Math.sqrt(share));
  const columns = (rows: Float32Array, rowsTo: number): Float32Array => pad(rows, hidden, wide, rowsTo);
  const wideKv = (wideHeads * kvHeads) / heads;
  const layers = checkpoint.layers.map(
    (layer): LayerWeights => ({
      ...layer,
      attnNorm: gain(layer.attnNorm),
      wq: columns(layer.wq, wideHeads * headDim),
      wk: columns(layer.wk, wideKv * headDim),
      wv: columns(layer.wv, wideKv * headDim),
      wo: pad(layer.wo, heads * headDim, wideHeads * headDim, wide),
      ffnNorm: gain(layer.ffnNorm),
      wGate: columns(layer.wGate, wideFfn),
      wUp: columns(layer.wUp, wideFfn),
      wDown: pad(layer.wDown, ffn, wideFfn, wide),
    }),
  );
  const embed = columns(checkpoint.embed, config.vocab);
  return {
    ...checkpoint,
    config: {
      ...config,
      hidden: wide,
      heads: wideHeads,
      kvHeads: wideKv,
      ffn: wideFfn,
      normEps: config.normEps / share,
    },
    layers,
    embed,
    finalNorm: gain(checkpoint.finalNorm),
    head: config.tied ? embed : columns(checkpoint.head, config.vocab),
  };
}

const widened = (size: number): number => Math.ceil(size / 256) * 256;

/** A matrix of `from` columns with zeros behind them, up to `to`, and rows of zeros up to `rows`. */
function pad(matrix: Float32Array, from: number, to: number, rows: number): Float32Array {
  const out = new Float32Array(rows * to);
  for (let row = 0; row < matrix.length / from; row++)
    out.set(matrix.subarray(row * from, (row + 1) * from), row * to);
  return out;
}
