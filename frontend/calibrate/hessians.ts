import { at } from "../../ir/index.ts";
import type { Checkpoint } from "../checkpoint.ts";
import type { InputName } from "../executor/float-decoder.ts";
import { type CalibrationWatch, perInput, visitInputs } from "./collect-statistics.ts";
import { channelsOf, type LayerInputName, layerInputNames } from "./statistics.ts";

/** Bytes of second moments that are in memory at once; what does not fit waits for another pass over the text. */
const mostBytes = 256 * 2 ** 20;

/** Mean of x x^T over the text for the inputs of layers: [channels, channels] row-major, symmetric. */
export interface HessianSource {
  /** Layers are best asked for in ascending order. */
  readonly of: (input: LayerInputName, layer: number) => Float64Array;
}

type LayerHessians = Readonly<Record<LayerInputName, Float64Array>>;

/** The second moments of a text, taken for as many layers at a time as fit into memory. */
export function createHessianSource(
  checkpoint: Checkpoint,
  windows: readonly (readonly number[])[],
  watch: CalibrationWatch = {},
): HessianSource {
  const perLayer = layerInputNames.reduce((sum, input) => sum + channelsOf(input, checkpoint.config) ** 2, 0);
  const layersAtOnce = Math.max(1, Math.floor(mostBytes / (8 * perLayer)));
  let first = 0;
  let held: readonly LayerHessians[] = [];
  return {
    of: (input, layer) => {
      if (layer < first || layer >= first + held.length) {
        first = layer - (layer % layersAtOnce);
        const count = Math.min(layersAtOnce, checkpoint.layers.length - first);
        held = []; // before the next ones are made
        held = collectHessians(checkpoint, windows, { first, count }, watch);
      }
      return at(held, layer - first)[input];
    },
  };
}

function collectHessians(
  checkpoint: Checkpoint,
  windows: readonly (readonly number[])[],
  { first, count }: { readonly first: number; readonly count: number },
  watch: CalibrationWatch,
): readonly LayerHessians[] {
  const channels = (input: InputName): number => channelsOf(input, checkpoint.config);
  const layers = Array.from({ length: count }, () =>
    perInput((input) => new Float64Array(channels(input) ** 2)),
  );
  let seen = 0;
  visitInputs(checkpoint, windows, watch, (input, layer, vector) => {
    if (input === "head") seen++;
    else if (layer >= first && layer < first + count)
      addOuterProduct(at(layers, layer - first)[input], vector);
  });
  for (const layer of layers)
    for (const input of layerInputNames) finish(layer[input], channels(input), seen);
  return layers;
}

/** Adds x x^T to the upper triangle. */
function addOuterProduct(sum: Float64Array, x: Float32Array): void {
  const size = x.length;
  for (let i = 0; i < size; i++) {
    const factor = x[i] ?? 0;
    if (factor === 0) continue;
    for (let j = i; j < size; j++) sum[i * size + j] = (sum[i * size + j] ?? 0) + factor * (x[j] ?? 0);
  }
}

/** Divides by the number of vectors and mirrors the upper triangle. */
function finish(sum: Float64Array, size: number, seen: number): void {
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) {
      const mean = (sum[i * size + j] ?? 0) / Math.max(seen, 1);
      sum[i * size + j] = mean;
      sum[j * size + i] = mean;
    }
  }
}
