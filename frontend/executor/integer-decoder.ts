import { at, CompilerBug } from "../../ir/index.ts";
import { windowOfLayer } from "../checkpoint.ts";
import type { LinearInput, QuantizedMatrix } from "../quantize/matrix.ts";
import type { QuantizedLayer, QuantizedModel } from "../quantize/quantized-model.ts";
import { countMisses, prepareRows, type ScaledRow } from "./activation.ts";
import type { SequenceDecoder } from "./decoder.ts";
import type { MatrixName } from "./float-decoder.ts";
import { HeadRows } from "./head-rows.ts";
import { gateQuantizedFfn } from "./integer-activation.ts";
import { BlockAttention } from "./integer-attention.ts";
import { createIntegerCache, type IntegerCache } from "./integer-cache.ts";
import { addVector, type NormConstants, normConstants, normRow } from "./integer-kernels.ts";
import { multiplyRow } from "./multiply.ts";

/** How the integer reference runs. */
export interface IntegerDecoderOptions {
  /** Positions of a block of the KV cache; the blocks of the softmax. */
  readonly blockSize?: number;
  /** Called with the residual stream [hidden] after each layer (layer -1: the embedding row). */
  readonly onLayer?: (layer: number, position: number, residual: Float32Array) => void;
  /** Called with what a matrix gave for a row, before a bias; the vector is valid during the call. */
  readonly onProduct?: (matrix: MatrixName, layer: number, product: Float32Array) => void;
}

/** A sequence of the integer reference, with its cache open to comparison. */
export interface IntegerDecoder extends SequenceDecoder {
  /** One per layer. */
  readonly caches: readonly IntegerCache[];
  /** Activations so far that reached the threshold outside of the outlier columns (llm.int8; else 0). */
  readonly dynamicMisses: number;
  /**
   * Takes in several tokens in one step; returns the logits after each. The same bits as one by one, but with the
   * precision whose scale is one per step (smoothquant-o2).
   */
  stepRows(tokens: readonly number[]): readonly Float32Array[];
}

/** Starts a sequence of the integer reference: what the hardware computes, to the bit (docs/numerics.md). */
export function createIntegerDecoder(
  model: QuantizedModel,
  options: IntegerDecoderOptions = {},
): IntegerDecoder {
  const { config, layers, embed, finalNorm, head, headInput } = model;
  const { hidden, vocab } = config;
  const kvBits = model.precision.kvBits === 16 ? 16 : 8;
  const caches = layers.map(() => createIntegerCache(config, kvBits));
  const linear = new LinearRunner(model, options);
  const runner = new LayerRunner(model, linear, options.blockSize ?? 16);
  let position = 0;
  const stepRows = (tokens: readonly number[]): readonly Float32Array[] => {
    const rows = tokens.map((token) => {
      if (token < 0 || token >= vocab) throw new CompilerBug(`token ${token} is outside the vocabulary`);
      return embed.slice(token * hidden, (token + 1) * hidden);
    });
    const show = (layer: number): void => {
      for (const [r, row] of rows.entries()) options.onLayer?.(layer, position + r, row);
    };
    show(-1);
    for (const [i, layer] of layers.entries()) {
      const place = { cache: at(caches, i), position, window: windowOfLayer(config, i), layer: i };
      runner.run(layer, place, rows);
      show(i);
    }
    position += tokens.length;
    const normed = runner.norm(rows, finalNorm);
    return at(linear.run(normed, headInput, layers.length, [["head", head]]), 0);
  };
  return {
    caches,
    get length(): number {
      return position;
    },
    get dynamicMisses(): number {
      return linear.dynamicMisses;
    },
    stepRows,
    step: (token) => at(stepRows([token]), 0),
  };
}

/** Multiplies the rows of a step by the matrices of one input. */
class LinearRunner {
  readonly #model: QuantizedModel;
  readonly #onProduct: IntegerDecoderOptions["onProduct"];
  dynamicMisses = 0;

  constructor(model: QuantizedModel, { onProduct }: IntegerDecoderOptions) {
    this.#model = model;
    this.#onProduct = onProduct;
  }

  /** Of each matrix, in order: the products of all rows. `rows` may be written to. */
  run(
    rows: readonly ScaledRow[],
    input: LinearInput,
    layer: number,
    matrices: readonly (readonly [MatrixName, QuantizedMatrix])[],
  ): readonly (readonly Float32Array[])[] {
    const { activations, outliers } = this.#model.precision;
    if (outliers !== undefined && input.outliers !== undefined)
      this.dynamicMisses += countMisses(rows, input.outliers, outliers.threshold);
    const prepared = prepareRows(activations, input, rows);
    return matrices.map(([name, matrix]) =>
      prepared.map((row) => {
        const product = new Float32Array(matrix.rows);
        multiplyRow(matrix, row, product);
        this.#onProduct?.(name, layer, product);
        return product;
      }),
    );
  }
}

/** Where a layer is run: its cache, the first row's position, its window. */
interface Place {
  readonly cache: IntegerCache;
  readonly position: number;
  readonly window: number | undefined;
  readonly layer: number;
}

/** Runs layers; its constants serve all of them. */
class LayerRunner {
  readonly #linear: LinearRunner;
  readonly #attention: BlockAttention;
  readonly #constants: NormConstants;
  readonly #headRows: HeadRows;

  constructor(model: QuantizedModel, linear: LinearRunner, blockSize: number) {
    const { config, precision } = model;
    this.#linear = linear;
    this.#attention = new BlockAttention(config, blockSize, precision.kvBits === 16 ? 16 : 8);
    this.#constants = normConstants(config.hidden, config.normEps);
    this.#headRows = new HeadRows(config);
  }

  /** The rows times a norm's gains, with their RMS factors. */
  norm(rows: readonly Float32Array[], gain: Float32Array): readonly ScaledRow[] {
    return rows.map((row) => normRow(row, gain, this.#constants));
  }

  /** One decoder layer for consecutive positions; the residuals are updated in place. */
  run(layer: QuantizedLayer, place: Place, residuals: readonly Float32Array[]): void {
    this.#runAttention(layer, place, residuals);
    this.#runFfn(layer, place, residuals);
  }

  #runAttention(layer: QuantizedLayer, place: Place, residuals: readonly Float32Array[]): void {
    const normed = this.norm(residuals, layer.attnNorm);
    const [products = []] = this.#linear.run(normed, layer.inputs.qkv, place.layer, [["qkv", layer.qkv]]);
    const stored = products.map((qkv, r) =>
      this.#headRows.take(layer, { ...place, position: place.position + r }, qkv),
    );
    const attended = stored.map(({ queries, factors }, r) => {
      const values = new Float32Array(queries.length);
      this.#attention.attend({ queries, factors }, { ...place, position: place.position + r }, values);
      return { values, factor: 1 };
    });
    const [deltas = []] = this.#linear.run(attended, layer.inputs.wo, place.layer, [["wo", layer.wo]]);
    addRows(residuals, deltas);
  }

  #runFfn(layer: QuantizedLayer, place: Place, residuals: readonly Float32Array[]): void {
    const normed = this.norm(residuals, layer.ffnNorm);
    const [gates = [], ups = []] = this.#linear.run(normed, layer.inputs.gateUp, place.layer, [
      ["gate", layer.wGate],
      ["up", layer.wUp],
    ]);
    const gated = gates.map((gate, r) => {
      gateQuantizedFfn(gate, at(ups, r));
      return { values: gate, factor: 1 };
    });
    const [deltas = []] = this.#linear.run(gated, layer.inputs.down, place.layer, [["down", layer.wDown]]);
    addRows(residuals, deltas);
  }
}

function addRows(residuals: readonly Float32Array[], deltas: readonly Float32Array[]): void {
  for (const [r, delta] of deltas.entries()) addVector(at(residuals, r), delta);
}
