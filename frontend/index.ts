export { type CalibrationOptions, calibrateModel } from "./calibrate/calibrate-model.ts";
export {
  type CalibrationText,
  type CalibrationWatch,
  collectStatistics,
} from "./calibrate/collect-statistics.ts";
export { tellOwnText } from "./calibrate/own-text.ts";
export type { Calibration } from "./calibrate/statistics.ts";
export {
  type Architecture,
  type Checkpoint,
  type LayerWeights,
  type ModelConfig,
  type RopeScaling,
  windowOfLayer,
} from "./checkpoint.ts";
export { cutWindows, splitDocuments } from "./evaluate/documents.ts";
export { type FloatProducts, type LayerNoise, measureNoise, recordProducts } from "./evaluate/layer-noise.ts";
export {
  countAgreement,
  type Likelihood,
  LikelihoodMeter,
  type MeasuredDecoder,
  measureLikelihood,
} from "./evaluate/measure-likelihood.ts";
export { type Planting, plantOutliers } from "./evaluate/plant-outliers.ts";
export { readTokenText, type TokenText } from "./evaluate/read-text.ts";
export { argmax, decodeGreedily, forward, type SequenceDecoder } from "./executor/decoder.ts";
export { createFloatDecoder } from "./executor/float-decoder.ts";
export type { IntegerCache } from "./executor/integer-cache.ts";
export {
  createIntegerDecoder,
  type IntegerDecoder,
  type IntegerDecoderOptions,
} from "./executor/integer-decoder.ts";
export { type RotaryConfig, rotaryTable } from "./executor/rotary.ts";
export { createParallelDecoder } from "./executor/tensor-parallel/parallel-decoder.ts";
export { type SplitModel, splitModel, splitProblem } from "./executor/tensor-parallel/split-model.ts";
export { requantizationError } from "./gguf/requantization.ts";
export {
  describeTokenizer as describeGgufTokenizer,
  writeCheckpoint as writeGgufCheckpoint,
} from "./gguf/testing/write-checkpoint.ts";
export { buildFloatGraph, cacheName, type GraphShape, stepFunction } from "./graph/build-graph.ts";
export {
  createGraphDecoder,
  type GraphDecoder,
  type GraphDecoderOptions,
  type GraphRow,
  stepInputs,
} from "./graph/graph-decoder.ts";
export { floatWeights, quantizedWeights } from "./graph/graph-weights.ts";
export { type LoadedModel, type LoadOptions, loadModel } from "./load-model.ts";
export type { Bf16Matrix, Int4Matrix, Int8Matrix, LinearInput, QuantizedMatrix } from "./quantize/matrix.ts";
export { bytesOfFloatModel, bytesOfModel, type ModelBytes } from "./quantize/model-bytes.ts";
export { mostOutliers, thresholdLeaving } from "./quantize/outlier-threshold.ts";
export {
  needsCalibration,
  type Precision,
  type PrecisionOptions,
  parsePrecision,
  precisionNames,
} from "./quantize/precision.ts";
export { quantizeModel, quantizeTo } from "./quantize/quantize-model.ts";
export type { Int8Model, LayerInputs, QuantizedLayer, QuantizedModel } from "./quantize/quantized-model.ts";
export { type FoundTokenizer, readTokenizer } from "./tokenizer/find-tokenizer.ts";
export type { TextStream, Tokenizer } from "./tokenizer/tokenizer.ts";
export { readTokenizerFile, type TokenizerFile } from "./tokenizer/tokenizer-file.ts";
export { withStandardAttention } from "./transform/standard-attention.ts";
