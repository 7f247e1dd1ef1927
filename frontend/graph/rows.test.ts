import fc from "fast-check";
import { expect, test } from "vitest";
import {
  ALL_OPS,
  dataflowCreateTasks,
  GraphInterpreter,
  type GraphValue,
  KvState,
  nnQuantize,
  type Operation,
  runPasses,
  type WeightSource,
  withOptions,
} from "../../ir/index.ts";
import type { Checkpoint, ModelConfig } from "../checkpoint.ts";
import { forward } from "../executor/decoder.ts";
import { createIntegerDecoder } from "../executor/integer-decoder.ts";
import { loadModel } from "../load-model.ts";
import { quantizeModel } from "../quantize/quantize-model.ts";
import { unwrap } from "../testing/codes.ts";
import { fableFolder } from "../testing/models.ts";
import { seededFloats, tinyCheckpoint, tinyConfig } from "../testing/tiny-model.ts";
import { buildFloatGraph, type GraphShape } from "./build-graph.ts";
import { createGraphDecoder, type GraphRow, stepInputs } from "./graph-decoder.ts";
import { quantizedWeights } from "./graph-weights.ts";

fc.configureGlobal({ seed: 20_261 }); // the same cases on every run

function integerGraph(config: ModelConfig, shape: GraphShape, tasks: boolean): Operation {
  const module = buildFloatGraph(config, shape);
  const pipeline = [withOptions(nnQuantize), ...(tasks ? [withOptions(dataflowCreateTasks)] : [])];
  expect(runPasses(module, pipeline, { registry: ALL_OPS }).kind).toBe("changed");
  return module;
}

const shapes = fc.record({
  hidden: fc.integer({ min: 4, max: 10 }).map((half) => 2 * half),
  kvHeads: fc.integer({ min: 1, max: 3 }),
  group: fc.integer({ min: 1, max: 3 }),
  headDim: fc.integer({ min: 1, max: 4 }).map((half) => 2 * half),
  ffn: fc.integer({ min: 1, max: 20 }),
  window: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
  fullLayers: fc.subarray([0, 1]),
  qkvBias: fc.boolean(),
  qkNorm: fc.boolean(),
  blockSize: fc.integer({ min: 1, max: 9 }),
});

test("any model: both levels are the integer reference, to the bit", () => {
  fc.assert(
    fc.property(shapes, fc.nat(), ({ group, blockSize, ...sizes }, seed) => {
      const config = { ...tinyConfig, ...sizes, heads: sizes.kvHeads * group };
      const model = quantizeModel(tinyCheckpoint(config, seed % 97));
      const tokens = Array.from({ length: 14 }, (_, i) => (i * (seed % 11) + i * i) % config.vocab);
      const wanted = forward(createIntegerDecoder(model, { blockSize }), tokens);
      for (const tasks of [false, true]) {
        const module = integerGraph(config, { blockSize }, tasks);
        expect(forward(createGraphDecoder(module, quantizedWeights(model)), tokens)).toEqual(wanted);
      }
    }),
    { numRuns: 30 },
  );
});

/** Logits of rows computed `rows` at a time. */
function inChunks(
  module: Operation,
  weights: WeightSource,
  all: readonly GraphRow[],
  rows: number,
): readonly number[] {
  const interpreter = new GraphInterpreter(module, { weights, state: new KvState() });
  const logits: number[] = [];
  for (let from = 0; from < all.length; from += rows) {
    const [first] = unwrap(interpreter.call("step", stepInputs(all.slice(from, from + rows))));
    logits.push(...floatsOf(first));
  }
  return logits;
}

function floatsOf(value: GraphValue | undefined): Float32Array {
  return value?.kind === "tensor" && value.data instanceof Float32Array ? value.data : new Float32Array();
}

test("rows per step, their sequences and where blocks lie change no bit", () => {
  const config = { ...tinyConfig, hidden: 16, headDim: 4, window: 7 };
  const weights = quantizedWeights(quantizeModel(tinyCheckpoint(config)));
  const shape = { blockSize: 4, context: 12, blocks: 6 };
  const rowsOf = (tables: readonly (readonly number[])[]): readonly GraphRow[] =>
    Array.from({ length: 24 }, (_, i) => {
      const [sequence, position] = [i % 2, Math.floor(i / 2)];
      const table = tables[sequence] ?? [];
      const slot = (table[Math.floor(position / 4)] ?? 0) * 4 + (position % 4);
      return { token: (i * 7) % 10, position, slot, table };
    });
  const one = integerGraph(config, shape, false);
  const wanted = inChunks(
    one,
    weights,
    rowsOf([
      [0, 1, 2],
      [3, 4, 5],
    ]),
    1,
  );
  expect(
    inChunks(
      one,
      weights,
      rowsOf([
        [5, 2, 0],
        [1, 3, 4],
      ]),
      1,
    ),
  ).toEqual(wanted);
  for (const rows of [2, 4, 6, 12, 24]) {
    const module = integerGraph(config, { ...shape, rows }, true);
    expect(
      inChunks(
        module,
        weights,
        rowsOf([
          [4, 1, 3],
          [0, 5, 2],
        ]),
        rows,
      ),
    ).toEqual(wanted);
  }
});

/** The model with one of its layers alone, and embedding rows that are that layer's inputs. */
function oneLayer(checkpoint: Checkpoint, layer: number, seed: number, magnitude: number): Checkpoint {
  const { config, embed } = checkpoint;
  const inputs = seededFloats(embed.length, seed).map((x) => x * magnitude);
  const layers = checkpoint.layers.slice(layer, layer + 1);
  return { ...checkpoint, config: { ...config, layers: 1 }, layers, embed: inputs };
}

test("fable's layers on generated inputs: tasks, graph and integer reference agree in every bit", () => {
  const { checkpoint } = unwrap(loadModel(fableFolder));
  const layer = fc.nat(checkpoint.config.layers - 1);
  const magnitude = fc.constantFrom(2 ** -40, 0.01, 1, 30, 2 ** 20);
  fc.assert(
    fc.property(layer, fc.nat(), magnitude, (index, seed, scale) => {
      const model = quantizeModel(oneLayer(checkpoint, index, seed, scale));
      const tokens = Array.from({ length: 20 }, (_, i) => (i * 31 + seed) % model.config.vocab);
      const residuals: Float32Array[] = [];
      const onLayer = (l: number, _: number, x: Float32Array) => l === 0 && residuals.push(x.slice());
      const wanted = forward(createIntegerDecoder(model, { onLayer }), tokens);
      for (const tasks of [false, true]) {
        const found: Float32Array[] = [];
        const module = integerGraph(model.config, { context: 32 }, tasks);
        const decoder = createGraphDecoder(module, quantizedWeights(model), {
          observe: (op, results) => op.results[0]?.hint === "x_next" && found.push(floatsOf(results[0])),
        });
        expect(forward(decoder, tokens)).toEqual(wanted);
        expect(found).toEqual(residuals);
      }
    }),
    { numRuns: 8 },
  );
});
