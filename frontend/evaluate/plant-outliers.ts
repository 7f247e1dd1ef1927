import { createHash } from "node:crypto";
import type { Checkpoint, LayerWeights } from "../checkpoint.ts";

/** How outliers come into a model that has none, as large models have them. */
export type Planting =
  /** Channels of what norms write: gains up, the columns that read them down. The same function. */
  | { readonly kind: "norms"; readonly channels: readonly number[]; readonly factor: number }
  /** Channels of what `wDown` multiplies: rows of `wUp` up, columns of `wDown` down. The same function. */
  | { readonly kind: "ffn"; readonly channels: readonly number[]; readonly factor: number }
  /** One channel of the residual stream, after few tokens: their embedding there becomes `value`. Another function. */
  | {
      readonly kind: "tokens";
      readonly tokens: readonly number[];
      readonly channel: number;
      readonly value: number;
    };

/** The checkpoint with outliers planted in every layer. */
export function plantOutliers(checkpoint: Checkpoint, planting: Planting): Checkpoint {
  const sha256 = createHash("sha256")
    .update(JSON.stringify([checkpoint.sha256, planting]))
    .digest("hex");
  switch (planting.kind) {
    case "norms": {
      const { hidden } = checkpoint.config;
      const layers = checkpoint.layers.map((layer) => plantInNorms(layer, hidden, planting));
      const finalNorm = scaleColumns(checkpoint.finalNorm, hidden, planting);
      const head = scaleColumns(checkpoint.head, hidden, { ...planting, factor: 1 / planting.factor });
      return { ...checkpoint, sha256, layers, finalNorm, head };
    }
    case "ffn": {
      const { hidden, ffn } = checkpoint.config;
      const layers = checkpoint.layers.map((layer) => plantInFfn(layer, { hidden, ffn }, planting));
      return { ...checkpoint, sha256, layers };
    }
    case "tokens": {
      const { hidden } = checkpoint.config;
      const embed = checkpoint.embed.slice();
      for (const token of planting.tokens) embed[token * hidden + planting.channel] = planting.value;
      return { ...checkpoint, sha256, embed };
    }
  }
}

/** Channels and what they are multiplied by. */
interface Scaling {
  readonly channels: readonly number[];
  readonly factor: number;
}

function plantInNorms(layer: LayerWeights, hidden: number, { channels, factor }: Scaling): LayerWeights {
  const up = (gains: Float32Array): Float32Array => scaleColumns(gains, hidden, { channels, factor });
  const down = (matrix: Float32Array): Float32Array =>
    scaleColumns(matrix, hidden, { channels, factor: 1 / factor });
  return {
    ...layer,
    attnNorm: up(layer.attnNorm),
    wq: down(layer.wq),
    wk: down(layer.wk),
    wv: down(layer.wv),
    ffnNorm: up(layer.ffnNorm),
    wGate: down(layer.wGate),
    wUp: down(layer.wUp),
  };
}

function plantInFfn(
  layer: LayerWeights,
  { hidden, ffn }: { readonly hidden: number; readonly ffn: number },
  { channels, factor }: Scaling,
): LayerWeights {
  const wUp = layer.wUp.slice();
  for (const row of channels)
    for (let k = row * hidden; k < (row + 1) * hidden; k++) wUp[k] = (wUp[k] ?? 0) * factor;
  return { ...layer, wUp, wDown: scaleColumns(layer.wDown, ffn, { channels, factor: 1 / factor }) };
}

/** The columns `channels` of a matrix with this many columns (or of a vector: one row), times the factor. */
function scaleColumns(matrix: Float32Array, columns: number, { channels, factor }: Scaling): Float32Array {
  const scaled = matrix.slice();
  for (let from = 0; from < scaled.length; from += columns)
    for (const channel of channels) scaled[from + channel] = (scaled[from + channel] ?? 0) * factor;
  return scaled;
}
