import { at } from "../../ir/index.ts";
import type { Checkpoint } from "../checkpoint.ts";
import { createFloatDecoder, type InputName } from "../executor/float-decoder.ts";
import {
  type Calibration,
  channelsOf,
  type InputStatistics,
  type LayerInputName,
  layerInputNames,
} from "./statistics.ts";

/** Vectors of each input that are kept whole. */
const keptSamples = 64;

/** A text of tokens and where it came from. */
export interface CalibrationText {
  readonly source: string;
  readonly windows: readonly (readonly number[])[];
}

/** How long work is watched. */
export interface CalibrationWatch {
  /** Called with the share of the work that is done, 0 to 1. */
  readonly onShare?: (share: number) => void;
  readonly signal?: AbortSignal;
}

/** Runs the float32 engine over the text and keeps, of every linear input, what quantizers ask for. */
export function collectStatistics(
  checkpoint: Checkpoint,
  { source, windows }: CalibrationText,
  watch: CalibrationWatch = {},
): Calibration {
  const { config, sha256 } = checkpoint;
  const positions = windows.reduce((sum, window) => sum + window.length, 0);
  const collector = (input: InputName): InputCollector =>
    new InputCollector(channelsOf(input, config), positions);
  const layers = checkpoint.layers.map(() => perInput(collector));
  const head = collector("head");
  visitInputs(checkpoint, windows, watch, (input, layer, vector) => {
    const target = input === "head" ? head : at(layers, layer)[input];
    target.take(vector);
  });
  const statistics = layers.map((layer) => perInput((input) => layer[input].end()));
  return { sha256, source, positions, windows, layers: statistics, head: head.end() };
}

/** Shows every linear input of every token of the windows, each window a sequence of its own. */
export function visitInputs(
  checkpoint: Checkpoint,
  windows: Calibration["windows"],
  { onShare, signal }: CalibrationWatch,
  onInput: (input: InputName, layer: number, vector: Float32Array) => void,
): void {
  const positions = windows.reduce((sum, window) => sum + window.length, 0);
  let done = 0;
  for (const window of windows) {
    const decoder = createFloatDecoder(checkpoint, { onInput });
    for (const token of window) {
      signal?.throwIfAborted();
      decoder.step(token);
      done++;
    }
    onShare?.(done / positions);
  }
}

/** A value for each input of a layer. */
export function perInput<T>(make: (input: LayerInputName) => T): Readonly<Record<LayerInputName, T>> {
  const [qkv, wo, gateUp, down] = layerInputNames.map(make) as [T, T, T, T]; // as many as names
  return { qkv, wo, gateUp, down };
}

/** Takes the vectors of one input. */
class InputCollector {
  readonly #largest: Float32Array;
  readonly #samples: Float32Array;
  /** Every how many vectors one is kept. */
  readonly #spacing: number;
  #seen = 0;
  #kept = 0;

  constructor(channels: number, positions: number) {
    const count = Math.min(keptSamples, positions);
    this.#largest = new Float32Array(channels);
    this.#samples = new Float32Array(count * channels);
    this.#spacing = positions / Math.max(count, 1);
  }

  take(vector: Float32Array): void {
    const largest = this.#largest;
    for (let j = 0; j < vector.length; j++) {
      const magnitude = Math.abs(vector[j] ?? 0);
      if (magnitude > (largest[j] ?? 0)) largest[j] = magnitude;
    }
    if (
      this.#seen >= Math.floor(this.#kept * this.#spacing) &&
      this.#kept * vector.length < this.#samples.length
    ) {
      this.#samples.set(vector, this.#kept * vector.length);
      this.#kept++;
    }
    this.#seen++;
  }

  end(): InputStatistics {
    return { largest: this.#largest, samples: this.#samples };
  }
}
