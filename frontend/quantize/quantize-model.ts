import { CompilerBug, unreachable } from "../../ir/index.ts";
import type { CalibrationWatch } from "../calibrate/collect-statistics.ts";
import { createHessianSource } from "../calibrate/hessians.ts";
import { type Calibration, channelsOf, type InputStatistics, statisticsOf } from "../calibrate/statistics.ts";
import type { Checkpoint, LayerWeights } from "../checkpoint.ts";
import type { InputName } from "../executor/float-decoder.ts";
import { scaleByActivations } from "./awq.ts";
import { concatenate } from "./concatenate.ts";
import { foldStaticScales, staticScale } from "./fold-static-scales.ts";
import type { Int8Matrix, LinearInput, QuantizedMatrix } from "./matrix.ts";
import { isStatic, needsCalibration, type Precision, plainInt8 } from "./precision.ts";
import { guideRounding, quantizeInt4, type RoundingGuide } from "./quantize-int4.ts";
import { quantizeInt8, roundToBf16 } from "./quantize-matrix.ts";
import type { Int8Model, QuantizedLayer, QuantizedModel } from "./quantized-model.ts";
import type { CalibratedModel } from "./scale-inputs.ts";
import { smooth } from "./smooth.ts";
import { storeCalibratedGains, storeGains } from "./store-gains.ts";

/** Quantizes every matrix to int8 per output channel (docs/numerics.md, "Integer reference"). */
export function quantizeModel(checkpoint: Checkpoint): Int8Model {
  return assemble<Int8Matrix>(storeGains(checkpoint), plainInt8, {
    matrix: ({ columns, matrices }) => quantizeInt8(columns, matrices),
    input: () => ({}),
  });
}

/**
 * Makes a checkpoint what the hardware of a precision computes. `calibration` is there where the precision needs it
 * ({@link needsCalibration}).
 */
export function quantizeTo(
  checkpoint: Checkpoint,
  precision: Precision,
  calibration?: Calibration,
  watch: CalibrationWatch = {},
): QuantizedModel {
  if (calibration === undefined) {
    if (needsCalibration(precision)) throw new CompilerBug(`${precision.name} is made from a calibration`);
    return assemble(storeGains(checkpoint), precision, {
      matrix: (source) => quantizeSource(source, precision, {}),
      input: () => ({}),
    });
  }
  const migrated = scaleByActivations(smooth({ checkpoint, calibration }, precision), precision);
  const model = storeCalibratedGains(isStatic(precision) ? foldStaticScales(migrated) : migrated);
  const inputOf = (input: InputName, layer: number): LinearInput =>
    describeInput(precision, statisticsOf(migrated.calibration, input, layer));
  const guides = createGuides(model, precision, watch);
  return assemble(model.checkpoint, precision, {
    matrix: (source) => {
      const input = inputOf(source.input, source.layer);
      return quantizeSource(source, precision, input, guides?.(source.input, source.layer));
    },
    input: inputOf,
  });
}

/** How weights are rounded that go to int4 by data; the guide of an input is made once for all its matrices. */
function createGuides(
  { checkpoint, calibration }: CalibratedModel,
  { weights }: Precision,
  watch: CalibrationWatch,
): ((input: InputName, layer: number) => RoundingGuide | undefined) | undefined {
  if (weights.kind !== "int4" || weights.rounding === "nearest") return undefined;
  const { rounding } = weights;
  const hessians = createHessianSource(checkpoint, calibration.windows, watch);
  let last: { readonly input: InputName; readonly layer: number; readonly guide: RoundingGuide } | undefined;
  return (input, layer) => {
    if (input === "head") return undefined;
    if (last?.input !== input || last.layer !== layer) {
      const columns = channelsOf(input, checkpoint.config);
      last = { input, layer, guide: guideRounding(rounding, hessians.of(input, layer), columns) };
    }
    return last.guide;
  };
}

/** Matrices that multiply the same vector and become one. */
interface MatrixSource {
  readonly input: InputName;
  readonly layer: number;
  readonly columns: number;
  readonly matrices: readonly Float32Array[];
}

/** How the parts of a model are made. */
interface Quantizer<M extends QuantizedMatrix> {
  readonly matrix: (source: MatrixSource) => M;
  readonly input: (input: InputName, layer: number) => LinearInput;
}

function assemble<M extends QuantizedMatrix>(
  checkpoint: Checkpoint,
  precision: Precision,
  { matrix, input }: Quantizer<M>,
): QuantizedModel<M> {
  const { id, sha256, config, embed, finalNorm, head } = checkpoint;
  const { hidden, heads, headDim, ffn } = config;
  const columnsOf = { qkv: hidden, wo: heads * headDim, gateUp: hidden, down: ffn, head: hidden };
  const quantized = (name: InputName, layer: number, ...matrices: readonly Float32Array[]): M =>
    matrix({ input: name, layer, columns: columnsOf[name], matrices });
  const layers = checkpoint.layers.map(
    (layer, i): QuantizedLayer<M> => ({
      attnNorm: layer.attnNorm,
      qkv: quantized("qkv", i, layer.wq, layer.wk, layer.wv),
      ...optionalParts(layer),
      wo: quantized("wo", i, layer.wo),
      ffnNorm: layer.ffnNorm,
      wGate: quantized("gateUp", i, layer.wGate),
      wUp: quantized("gateUp", i, layer.wUp),
      wDown: quantized("down", i, layer.wDown),
      inputs: {
        qkv: input("qkv", i),
        wo: input("wo", i),
        gateUp: input("gateUp", i),
        down: input("down", i),
      },
    }),
  );
  const last = checkpoint.layers.length;
  const quantizedHead = quantized("head", last, head);
  return {
    ...{ id, sha256, config, precision, embed, layers, finalNorm },
    head: quantizedHead,
    headInput: input("head", last),
  };
}

function optionalParts({
  bq,
  bk,
  bv,
  qNorm,
  kNorm,
}: LayerWeights): Pick<QuantizedLayer, "qkvBias" | "qNorm" | "kNorm"> {
  return {
    ...(bq && bk && bv && { qkvBias: concatenate(bq, bk, bv) }),
    ...(qNorm && { qNorm }),
    ...(kNorm && { kNorm }),
  };
}

function quantizeSource(
  { input, columns, matrices }: MatrixSource,
  { weights }: Precision,
  { outliers }: LinearInput,
  guide?: RoundingGuide,
): QuantizedMatrix {
  switch (weights.kind) {
    case "int8": {
      const scales = input === "head" ? "channel" : weights.scales;
      return quantizeInt8(columns, matrices, { scales, ...(outliers && { outliers }) });
    }
    case "int4":
      return input === "head"
        ? quantizeInt8(columns, matrices)
        : quantizeInt4(columns, weights.group, matrices, guide);
    case "bf16":
      return roundToBf16(columns, matrices);
    case "f32":
      throw new CompilerBug("float32 weights are not quantized");
    default:
      return unreachable(weights);
  }
}

/** Static scale and outlier columns of an input, from what calibration saw there. */
function describeInput(precision: Precision, { largest }: InputStatistics): LinearInput {
  const { outliers } = precision;
  return {
    ...(isStatic(precision) && { scale: staticScale(largest) }),
    ...(outliers && { outliers: columnsFrom(largest, outliers) }),
  };
}

/** The columns whose magnitude reached the threshold, ascending. */
function columnsFrom(largest: Float32Array, { threshold }: NonNullable<Precision["outliers"]>): Uint32Array {
  return Uint32Array.from([...largest.keys()].filter((j) => (largest[j] ?? 0) >= threshold));
}
