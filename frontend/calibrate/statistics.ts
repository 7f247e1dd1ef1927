import { at } from "../../ir/index.ts";
import type { ModelConfig } from "../checkpoint.ts";
import type { InputName } from "../executor/float-decoder.ts";

/** The vectors that the matrices of a layer multiply. */
export type LayerInputName = Exclude<InputName, "head">;

/** All of them, in the order of the computation. */
export const layerInputNames: readonly LayerInputName[] = ["qkv", "wo", "gateUp", "down"];

/** What calibration keeps of one linear input, whatever the length of the text. */
export interface InputStatistics {
  /** Per channel: the largest magnitude. */
  readonly largest: Float32Array;
  /** Some of the vectors, evenly spread over the text: [samples, channels]. */
  readonly samples: Float32Array;
}

/** What calibration keeps of a model. */
export interface Calibration {
  /** Of the checkpoint. */
  readonly sha256: string;
  /** Where the text came from, for people. */
  readonly source: string;
  /** Tokens that were taken in. */
  readonly positions: number;
  /** The tokens, as sequences of their own; statistics that are too large to keep are taken again from them. */
  readonly windows: readonly (readonly number[])[];
  readonly layers: readonly Readonly<Record<LayerInputName, InputStatistics>>[];
  readonly head: InputStatistics;
}

/** Channels of a linear input. */
export function channelsOf(input: InputName, { hidden, heads, headDim, ffn }: ModelConfig): number {
  if (input === "wo") return heads * headDim;
  return input === "down" ? ffn : hidden;
}

/** The statistics of an input. */
export function statisticsOf(
  { layers, head }: Pick<Calibration, "layers" | "head">,
  input: InputName,
  layer: number,
): InputStatistics {
  return input === "head" ? head : at(layers, layer)[input];
}

/** The statistics of the same text when every channel `j` of the input is divided by `scales[j]`. */
export function rescaleStatistics(
  { largest, samples }: InputStatistics,
  scales: Float32Array,
): InputStatistics {
  const channels = scales.length;
  return {
    largest: largest.map((value, j) => value / (scales[j] ?? 1)),
    samples: samples.map((value, i) => value / (scales[i % channels] ?? 1)),
  };
}
