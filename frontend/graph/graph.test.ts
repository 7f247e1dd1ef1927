import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  ALL_OPS,
  dataflowCreateTasks,
  nnQuantize,
  type Operation,
  runPasses,
  verify,
  withOptions,
} from "../../ir/index.ts";
import type { Checkpoint, ModelConfig } from "../checkpoint.ts";
import { argmax, forward } from "../executor/decoder.ts";
import { createFloatDecoder } from "../executor/float-decoder.ts";
import { createIntegerDecoder } from "../executor/integer-decoder.ts";
import { loadModel } from "../load-model.ts";
import { quantizeModel } from "../quantize/quantize-model.ts";
import { unwrap } from "../testing/codes.ts";
import { fableFolder, hasSharedModels, recordedIds, sharedModels } from "../testing/models.ts";
import { tinyCheckpoint, tinyConfig } from "../testing/tiny-model.ts";
import { buildFloatGraph, type GraphShape } from "./build-graph.ts";
import { createGraphDecoder } from "./graph-decoder.ts";
import { floatWeights, quantizedWeights } from "./graph-weights.ts";

function lowered(
  config: ModelConfig,
  shape: GraphShape,
  ...passes: Parameters<typeof runPasses>[1]
): Operation {
  const module = buildFloatGraph(config, shape);
  expect(verify(module, ALL_OPS)).toEqual([]);
  expect(runPasses(module, passes, { registry: ALL_OPS }).kind).toBe(
    passes.length === 0 ? "unchanged" : "changed",
  );
  return module;
}
const toIntegers = withOptions(nnQuantize);
const toTasks = withOptions(dataflowCreateTasks);

function expectSameLogits(checkpoint: Checkpoint, tokens: readonly number[]): void {
  const model = quantizeModel(checkpoint);
  const shape = { context: tokens.length };
  const wanted = forward(createIntegerDecoder(model), tokens);
  for (const passes of [[toIntegers], [toIntegers, toTasks]]) {
    const module = lowered(checkpoint.config, shape, ...passes);
    const found = forward(createGraphDecoder(module, quantizedWeights(model)), tokens);
    expect(found).toEqual(wanted);
  }
}

describe("levels 1 and 2 of quantized models give the integer reference's logits to the bit", () => {
  test("fable, over a window's length and more", () => {
    expectSameLogits(unwrap(loadModel(fableFolder)).checkpoint, [
      0,
      ...recordedIds(fableFolder).slice(0, 80),
    ]);
  });
  test.skipIf(!hasSharedModels)("stories260K", () => {
    const folder = join(sharedModels, "stories260K");
    const { checkpoint } = unwrap(loadModel(join(folder, "stories260K.bin")));
    expectSameLogits(checkpoint, [1, ...recordedIds(folder).slice(0, 40)]);
  });
});

test.each([
  ["plain", {}],
  ["with biases", { qkvBias: true }],
  ["with normalized heads and a window in its first layer", { qkNorm: true, fullLayers: [1] }],
])("the float graph is the float engine, but for the order of sums: %s", (_, parts) => {
  const checkpoint = tinyCheckpoint({ ...tinyConfig, hidden: 16, headDim: 4, window: 5, ...parts });
  const tokens = Array.from({ length: 30 }, (_, i) => (7 * i) % 10);
  const found = forward(createGraphDecoder(lowered(checkpoint.config, {}), floatWeights(checkpoint)), tokens);
  const wanted = forward(createFloatDecoder(checkpoint), tokens);
  for (const [i, row] of wanted.entries()) {
    for (const [n, logit] of row.entries()) expect(found[i]?.[n]).toBeCloseTo(logit, 4);
  }
});

test("fable quantized stays close to float32, and mostly chooses the same token", () => {
  const { checkpoint } = unwrap(loadModel(fableFolder));
  const tokens = [0, ...recordedIds(fableFolder).slice(0, 60)];
  const shape = { context: tokens.length };
  const exact = forward(
    createGraphDecoder(lowered(checkpoint.config, shape), floatWeights(checkpoint)),
    tokens,
  );
  const integer = lowered(checkpoint.config, shape, toIntegers);
  const weights = quantizedWeights(quantizeModel(checkpoint));
  const found = forward(createGraphDecoder(integer, weights), tokens);
  const same = exact.filter((row, i) => argmax(row) === argmax(found[i] ?? row)).length;
  const errors = exact.map((row, i) => rms(row.map((x, n) => x - (found[i]?.[n] ?? 0))) / rms(row));
  expect(same).toBeGreaterThanOrEqual(58);
  expect(Math.max(...errors)).toBeLessThan(0.1);
});

function rms(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
}
