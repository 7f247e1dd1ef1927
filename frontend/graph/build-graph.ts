import {
  Block,
  builtSpan,
  emptyModule,
  FuncOp,
  f32,
  i32,
  KvCacheOp,
  NnBuilder,
  type Operation,
  Region,
  ReturnOp,
  tensorType,
  type Value,
} from "../../ir/index.ts";
import type { ModelConfig } from "../checkpoint.ts";

/** Choices of a graph beside the model's configuration. */
export interface GraphShape {
  /** Rows of a step: tokens of one or several sequences computed together. Default 1. */
  readonly rows?: number;
  /** Positions of a block of the KV cache, and of the softmax. Default 16. */
  readonly blockSize?: number;
  /** Positions that a sequence can have. Default: the model's maxContext. */
  readonly context?: number;
  /** Blocks of the cache of each layer. Default: enough for one sequence. */
  readonly blocks?: number;
}

/** The function of a graph that computes one step, and the cache that it uses. */
export const stepFunction = "step";
export const cacheName = "kv";

/** Values that all layers read. */
interface StepInputs {
  readonly positions: Value;
  readonly slots: Value;
  readonly table: Value;
  readonly cosines: Value;
  readonly sines: Value;
}

/**
 * The float graph (level 1) of a model: `@step(tokens, positions, slots, table) -> (logits, next)`, with one entry
 * per row in `tokens`, `positions` and `slots` (where the row's key and value go), and in `table` the blocks of
 * the row's sequence. Weights are named as `floatWeights` names them.
 */
export function buildFloatGraph(config: ModelConfig, shape: GraphShape = {}): Operation {
  const { rows = 1, blockSize = 16, context = config.maxContext } = shape;
  const tableBlocks = Math.ceil(context / blockSize);
  const { module, body } = emptyModule();
  const span = builtSpan("model graph");
  const cache = { sym_name: cacheName, blocks: shape.blocks ?? tableBlocks, block_size: blockSize };
  body.append(
    KvCacheOp.create({
      operands: {},
      attrs: { ...cache, kv_heads: config.kvHeads, head_dim: config.headDim, element: f32 },
      span,
    }),
  );
  const ids = tensorType([rows], i32);
  const inputs = [ids, ids, ids, tensorType([rows, tableBlocks], i32)];
  const block = new Block(inputs, ["tokens", "positions", "slots", "table"]);
  const results = writeStep(new NnBuilder(block, span), config);
  block.append(ReturnOp.create({ operands: {}, rest: results, attrs: {}, span }));
  const type = { kind: "function", inputs, results: results.map((value) => value.type) } as const;
  const attrs = { sym_name: stepFunction, function_type: type };
  body.append(FuncOp.create({ operands: {}, attrs, regions: [new Region(block)], span }));
  return module;
}

function writeStep(b: NnBuilder, config: ModelConfig): readonly Value[] {
  const { hidden, headDim, vocab, maxContext, layers, normEps } = config;
  const [tokens, positions, slots, table] = b.block.args as [Value, Value, Value, Value]; // as many as inputs
  const tableOf = (name: string): Value =>
    b.embedding(b.weight(name, [maxContext, headDim / 2]), positions, name.replace("rope_", ""));
  const embedded = b.embedding(b.weight("embed", [vocab, hidden]), tokens, "x");
  const inputs = { positions, slots, table, cosines: tableOf("rope_cos"), sines: tableOf("rope_sin") };
  const [residual = embedded] = b.layers(layers, [embedded], ([x = embedded]) => [
    writeFfn(b, config, writeAttention(b, config, x, inputs)),
  ]);
  const normed = b.rmsNorm(residual, b.weight("final_norm", [hidden]), normEps);
  const logits = b.linear(normed, b.weight("head", [vocab, hidden]), "logits");
  return [logits, b.argmax(logits)];
}

function writeAttention(b: NnBuilder, config: ModelConfig, x: Value, inputs: StepInputs): Value {
  const { hidden, heads, kvHeads, headDim, window, fullLayers, normEps } = config;
  const { positions, slots, table, cosines, sines } = inputs;
  const [queries, keys] = [heads * headDim, kvHeads * headDim];
  const normed = b.rmsNorm(x, b.weight("attn_norm", [hidden]), normEps);
  const width = queries + 2 * keys;
  const product = b.linear(normed, b.weight("wqkv", [width, hidden]), "qkv");
  const qkv = config.qkvBias ? b.bias(product, b.weight("bqkv", [width]), "qkv_biased") : product;
  const [q = x, k = x, v = x] = b.split(qkv, [queries, keys, keys], ["q", "k", "v"]);
  const normedHeads = (heads: Value, gain: string): Value =>
    config.qkNorm ? b.headNorm(heads, b.weight(gain, [headDim]), normEps, `${gain}ed`) : heads;
  const turned = b.rope(normedHeads(q, "q_norm"), cosines, sines, "q_turned");
  const turnedKeys = b.rope(normedHeads(k, "k_norm"), cosines, sines, "k_turned");
  const after = b.kvAppend(cacheName, turnedKeys, v, slots);
  const o = b.attention(turned, { cache: cacheName, after, positions, table, window, fullLayers });
  return b.add(x, b.linear(o, b.weight("wo", [hidden, queries]), "attended"), "x_mid");
}

function writeFfn(b: NnBuilder, { hidden, ffn, normEps }: ModelConfig, x: Value): Value {
  const normed = b.rmsNorm(x, b.weight("ffn_norm", [hidden]), normEps);
  const gate = b.linear(normed, b.weight("wgate", [ffn, hidden]), "gate");
  const up = b.linear(normed, b.weight("wup", [ffn, hidden]), "up");
  return b.add(x, b.linear(b.siluMul(gate, up), b.weight("wdown", [hidden, ffn]), "down"), "x_next");
}
