export type { Architecture, Checkpoint, LayerWeights, ModelConfig } from "./checkpoint.ts";
export { argmax, decodeGreedily, forward, type SequenceDecoder } from "./executor/decoder.ts";
export { createFloatDecoder } from "./executor/float-decoder.ts";
export { type LoadedModel, type LoadOptions, loadModel } from "./load-model.ts";
export { type FoundTokenizer, readTokenizer } from "./tokenizer/find-tokenizer.ts";
export type { TextStream, Tokenizer } from "./tokenizer/tokenizer.ts";
