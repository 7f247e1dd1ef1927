import { at, builtSpan, type Diagnostic, fail, ok, type Result } from "../../ir/index.ts";
import type { Checkpoint, LayerWeights, ModelConfig, PerLayerTensor } from "../checkpoint.ts";
import { type ByteSource, hashSources, modelIdOf, withFiles } from "../files/byte-source.ts";
import { readFloats } from "../safetensors/read-floats.ts";
import { checkFinite } from "../weights-finite.ts";
import { checkpointSizeWrong } from "./diagnostics.ts";
import { headerBytes, readHeader } from "./header.ts";
import { toHalfSplitRows } from "./rope-order.ts";

/** Reads a llama2.c checkpoint of version 0; rotary rows come out in half-split order. */
export function readLlama2cFile(path: string): Result<Checkpoint> {
  return withFiles([path], (sources) => readLlama2c(at(sources, 0)));
}

/** Reads a llama2.c checkpoint from bytes (layout: export.py `legacy_export` of llama2.c). */
export function readLlama2c(source: ByteSource): Result<Checkpoint> {
  const header = readHeader(source);
  if (header.kind === "error") return header;
  const config = header.value;
  const wanted = checkpointBytes(config);
  if (wanted !== source.size) {
    return fail(checkpointSizeWrong(builtSpan(source.name), { found: source.size, wanted }));
  }
  return readTensors(source, config);
}

/** Floats per layer of each matrix and vector. */
function layerCounts(config: ModelConfig): PerLayerTensor<number> {
  const { hidden, ffn, kvHeads, headDim } = config;
  return {
    attnNorm: hidden,
    wq: hidden * hidden,
    wk: kvHeads * headDim * hidden,
    wv: kvHeads * headDim * hidden,
    wo: hidden * hidden,
    ffnNorm: hidden,
    wGate: ffn * hidden,
    wUp: ffn * hidden,
    wDown: ffn * hidden,
  };
}

/** Sines and cosines that old exports store between the last norm and the classifier. */
function rotaryTableFloats(config: ModelConfig): number {
  return config.maxContext * config.headDim;
}

function checkpointBytes(config: ModelConfig): number {
  const { hidden, vocab, layers, tied } = config;
  const perLayer = Object.values(layerCounts(config)).reduce((sum, count) => sum + count, 0);
  const matrices = (tied ? 1 : 2) * vocab * hidden;
  return headerBytes + 4 * (matrices + layers * perLayer + hidden + rotaryTableFloats(config));
}

/** The file stores each kind of tensor for all layers, in this order: `w1` is the gate, `w2` down, `w3` up. */
const fileOrder = ["attnNorm", "wq", "wk", "wv", "wo", "ffnNorm", "wGate", "wDown", "wUp"] as const;

function readTensors(source: ByteSource, config: ModelConfig): Result<Checkpoint> {
  const problems: Diagnostic[] = [];
  let offset = headerBytes;
  const read = (tensor: string, count: number): Float32Array => {
    const floats = readFloats(source, offset, count, "F32");
    problems.push(...checkFinite(source.name, tensor, floats));
    offset += 4 * count;
    return floats;
  };
  const counts = layerCounts(config);
  const embed = read("token_embedding", config.vocab * config.hidden);
  const stacks = new Map<string, readonly Float32Array[]>();
  for (const field of fileOrder) {
    const layers = Array.from({ length: config.layers }, (_, i) =>
      read(`${field}[${String(i)}]`, counts[field]),
    );
    stacks.set(field, layers);
  }
  const finalNorm = read("final_norm", config.hidden);
  offset += 4 * rotaryTableFloats(config);
  const head = config.tied ? embed : read("classifier", config.vocab * config.hidden);
  if (problems.length > 0) return fail(...problems);
  const layers = Array.from({ length: config.layers }, (_, i) => layerOf(stacks, i, config));
  const id = modelIdOf(source.name, "file");
  return ok({ id, sha256: hashSources([source]), config, layers, embed, finalNorm, head });
}

function layerOf(
  stacks: ReadonlyMap<string, readonly Float32Array[]>,
  layer: number,
  config: ModelConfig,
): LayerWeights {
  const take = (field: (typeof fileOrder)[number]): Float32Array => at(stacks.get(field) ?? [], layer);
  const { headDim, hidden } = config;
  return {
    attnNorm: take("attnNorm"),
    wq: toHalfSplitRows(take("wq"), headDim, hidden),
    wk: toHalfSplitRows(take("wk"), headDim, hidden),
    wv: take("wv"),
    wo: take("wo"),
    ffnNorm: take("ffnNorm"),
    wGate: take("wGate"),
    wUp: take("wUp"),
    wDown: take("wDown"),
  };
}
