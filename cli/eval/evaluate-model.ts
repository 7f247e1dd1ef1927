import { setImmediate } from "node:timers/promises";
import {
  bytesOfFloatModel,
  bytesOfModel,
  type Calibration,
  countAgreement,
  createFloatDecoder,
  createIntegerDecoder,
  type FloatProducts,
  type Likelihood,
  LikelihoodMeter,
  type LinearInput,
  type LoadedModel,
  loadModel,
  type MeasuredDecoder,
  type ModelBytes,
  measureNoise,
  needsCalibration,
  type Precision,
  type QuantizedModel,
  quantizeTo,
  readTokenText,
  recordProducts,
  type TokenText,
} from "../../frontend/index.ts";
import { ok, type Result } from "../../ir/index.ts";
import { fitOutliers } from "../engines/fit-outliers.ts";
import type { JobWatch } from "../jobs/job-watch.ts";
import { describeModel } from "../jobs/model-shape.ts";
import { compileDefaults } from "../options/compile-options.ts";
import { calibrateLoaded, watchShares } from "../precision/calibrate-loaded.ts";
import type { EvalResult } from "../schemas/eval.ts";

/** Everything that `eval` can be told. */
export interface EvalOptions {
  readonly text: string;
  /** Predicted tokens after which it ends. */
  readonly tokens: number;
  readonly precisions: readonly Precision[];
  readonly calibrate?: string | undefined;
  readonly tokenizer?: string | undefined;
  /** Tokens of a step where the precision's scale is one per step. */
  readonly rows: number;
}

/** Measures how well each precision predicts a text, and how often it chooses float32's token. */
export async function evaluateModel(
  path: string,
  options: EvalOptions,
  watch: JobWatch = {},
): Promise<Result<EvalResult>> {
  const model = loadModel(path, { tokenizer: options.tokenizer });
  if (model.kind === "error") return model;
  const { checkpoint, tokenizer } = model.value;
  const text = readTokenText(options.text, { tokenizer, config: checkpoint.config }, options);
  if (text.kind === "error") return text;
  const asksForData = options.precisions.some((precision) => needsCalibration(precision));
  const calibration = asksForData ? calibrateLoaded(model.value, options, watch) : ok(undefined);
  if (calibration.kind === "error") return calibration;
  const precisions: Precision[] = [];
  for (const precision of options.precisions) {
    const fitting = asHardware(precision, calibration.value, watch);
    if (fitting.kind === "error") return fitting;
    precisions.push(fitting.value);
  }
  const evaluation = new Evaluation(model.value, text.value, { ...options, precisions }, watch);
  return ok(await evaluation.run(calibration.value));
}

/** What was asked for stays as it is, here too where no hardware could have it. */
function asHardware(
  precision: Precision,
  calibration: Calibration | undefined,
  watch: JobWatch,
): Result<Precision> {
  return precision.outliers?.isUsual === true ? fitOutliers(precision, calibration, watch) : ok(precision);
}

type Row = EvalResult["rows"][number];

/** One evaluation: float32 first, then every precision against it. */
class Evaluation {
  readonly #model: LoadedModel;
  readonly #text: TokenText;
  readonly #options: EvalOptions;
  readonly #watch: JobWatch;
  #last: QuantizedModel | undefined;

  constructor(model: LoadedModel, text: TokenText, options: EvalOptions, watch: JobWatch) {
    this.#model = model;
    this.#text = text;
    this.#options = options;
    this.#watch = watch;
  }

  async run(calibration: Calibration | undefined): Promise<EvalResult> {
    const { checkpoint } = this.#model;
    const { sha256, window, windows } = this.#text;
    const float = await this.#measure("f32", () => createFloatDecoder(checkpoint), 1);
    const products = recordProducts(checkpoint, windows);
    const rows: Row[] = [floatRow(float, bytesOfFloatModel(checkpoint.config))];
    const layers: EvalResult["layers"] = [];
    for (const precision of this.#options.precisions) {
      if (precision.weights.kind === "f32") continue; // it is the first row
      const quantized = this.#quantize(precision, calibration);
      rows.push(await this.#measureRow(quantized, float));
      layers.push(...noiseRows(quantized, products));
    }
    const { id, arch, sha256: own } = describeModel(checkpoint);
    return {
      schema: "hidalgo.eval/1",
      model: { id, arch, sha256: own },
      text: { sha256, tokens: float.top1.length, window },
      calibration:
        calibration === undefined ? null : { source: calibration.source, tokens: calibration.positions },
      rows,
      layers,
    };
  }

  /** Matrices do not depend on the cache: they are made once for all its kinds. */
  #quantize(precision: Precision, calibration: Calibration | undefined): QuantizedModel {
    const known = this.#last?.precision.name === precision.name ? this.#last : undefined;
    const watch = watchShares(precision.name, this.#watch);
    this.#last = known ?? quantizeTo(this.#model.checkpoint, precision, calibration, watch);
    return { ...this.#last, precision };
  }

  async #measureRow(model: QuantizedModel, float: Likelihood): Promise<Row> {
    const { precision } = model;
    const { activations, outliers } = precision;
    const isPerStep = activations.kind === "int8" && activations.scales === "tensor";
    const rowsPerStep = isPerStep ? this.#options.rows : 1;
    let misses = 0;
    const name = `${precision.name}, kv ${precision.kvBits}`;
    const open = (): MeasuredDecoder => createIntegerDecoder(model, { blockSize: compileDefaults.blockSize });
    const likelihood = await this.#measure(name, open, rowsPerStep, (decoder) => {
      if ("dynamicMisses" in decoder && typeof decoder.dynamicMisses === "number")
        misses += decoder.dynamicMisses;
    });
    return {
      ...describeLikelihood(likelihood, float),
      ...describeBytes(bytesOfModel(model)),
      precision: precision.name,
      kv_bits: precision.kvBits,
      engine: "reference",
      rows_per_step: rowsPerStep,
      outlier_columns: outliers === undefined ? null : countOutliers(model),
      dynamic_misses: outliers === undefined ? null : misses,
    };
  }

  /** Window by window, so that Ctrl-C is heard in between. */
  async #measure(
    name: string,
    open: () => MeasuredDecoder,
    rows: number,
    onEnd: (decoder: MeasuredDecoder) => void = () => undefined,
  ): Promise<Likelihood> {
    const { onShare, signal } = watchShares(name, this.#watch);
    const meter = new LikelihoodMeter();
    for (const [i, window] of this.#text.windows.entries()) {
      signal?.throwIfAborted();
      await setImmediate();
      const decoder = open();
      meter.add(decoder, window, { rows });
      onEnd(decoder);
      onShare((i + 1) / this.#text.windows.length);
    }
    return meter.result();
  }
}

function describeLikelihood(
  likelihood: Likelihood,
  float: Likelihood,
): Pick<Row, "nll" | "ppl" | "ppl_vs_f32" | "top1"> {
  const { nll, ppl } = likelihood;
  return { nll, ppl, ppl_vs_f32: ppl / float.ppl - 1, top1: countAgreement(float, likelihood) };
}

function describeBytes({
  weights,
  total,
  kvPerToken,
}: ModelBytes): Pick<Row, "weight_bytes" | "total_bytes" | "kv_bytes_per_token"> {
  return { weight_bytes: weights, total_bytes: total, kv_bytes_per_token: kvPerToken };
}

function floatRow(float: Likelihood, bytes: ModelBytes): Row {
  const nothing = { outlier_columns: null, dynamic_misses: null };
  return {
    ...{ precision: "f32", kv_bits: 32, engine: "f32", rows_per_step: 1, ...nothing },
    ...describeLikelihood(float, float),
    ...describeBytes(bytes),
  };
}

function countOutliers({ layers, headInput }: QuantizedModel): number {
  const inputs: readonly LinearInput[] = [
    ...layers.flatMap(({ inputs: { qkv, wo, gateUp, down } }) => [qkv, wo, gateUp, down]),
    headInput,
  ];
  return inputs.reduce((sum, { outliers }) => sum + (outliers?.length ?? 0), 0);
}

function noiseRows(model: QuantizedModel, products: FloatProducts): EvalResult["layers"] {
  const { name: precision, kvBits } = model.precision;
  if (kvBits === 32) return [];
  return measureNoise(model, products, compileDefaults.blockSize).map(({ name, sqnrDb }) => ({
    precision,
    kv_bits: kvBits,
    name,
    sqnr_db: sqnrDb,
  }));
}
