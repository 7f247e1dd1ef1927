import { createHash } from "node:crypto";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Checkpoint, ModelConfig } from "../checkpoint.ts";
import { measureLikelihood } from "../evaluate/measure-likelihood.ts";
import { loadModel } from "../load-model.ts";
import { quantizeModel } from "../quantize/quantize-model.ts";
import { unwrap } from "../testing/codes.ts";
import { literalLogits } from "../testing/literal-reference.ts";
import { fableFolder, hasSharedModels, recordedIds, sharedModels } from "../testing/models.ts";
import { tinyCheckpoint, tinyConfig } from "../testing/tiny-model.ts";
import { repeatKeyValueHeads } from "../transform/standard-attention.ts";
import { forward } from "./decoder.ts";
import { createFloatDecoder } from "./float-decoder.ts";
import { createIntegerDecoder } from "./integer-decoder.ts";

fc.configureGlobal({ seed: 20_261 }); // the same cases on every run

/** Recorded tokens that the reference finds most likely too, given the tokens before them. */
function agreement(path: string, ids: readonly number[]): number {
  const { checkpoint } = unwrap(loadModel(path));
  const model = quantizeModel(checkpoint);
  const { top1 } = measureLikelihood(
    () => createIntegerDecoder(model),
    [[checkpoint.config.bosId ?? 0, ...ids]],
  );
  return top1.filter((token, i) => token === ids[i]).length;
}

test("fable: at least 194 of 200 recorded float32 tokens are the reference's choice", () => {
  expect(agreement(fableFolder, recordedIds(fableFolder))).toBeGreaterThanOrEqual(194);
});

test.skipIf(!hasSharedModels)("stories260K: at least 194 of 200", () => {
  const folder = join(sharedModels, "stories260K");
  expect(agreement(join(folder, "stories260K.bin"), recordedIds(folder))).toBeGreaterThanOrEqual(194);
});

test("fable's logits, to the bit, over a window's length and more", () => {
  const { checkpoint } = unwrap(loadModel(fableFolder));
  const hash = createHash("sha256");
  const decoder = createIntegerDecoder(quantizeModel(checkpoint));
  for (const logits of forward(decoder, [0, ...recordedIds(fableFolder).slice(0, 99)])) hash.update(logits);
  expect(hash.digest("hex")).toMatchInlineSnapshot(
    `"8049ea6e4eef84f1539e84d90edbfe826c9c21b7ef50b21ad1a2383bb973dec2"`,
  );
});

const config: ModelConfig = { ...tinyConfig, hidden: 16, headDim: 4, window: 5 };
const tokens = Array.from({ length: 40 }, (_, i) => (7 * i) % 10);
const run = (checkpoint: Checkpoint, blockSize: number, ids: readonly number[] = tokens) =>
  forward(createIntegerDecoder(quantizeModel(checkpoint), { blockSize }), ids);

test.each([
  ["plain", config],
  ["with biases", { ...config, qkvBias: true }],
  ["with normalized heads", { ...config, qkNorm: true }],
  ["with a window in its second layer", { ...config, fullLayers: [0] }],
])("close to float32 on a random model, for any block size: %s", (_, shape) => {
  const checkpoint = tinyCheckpoint(shape);
  const exact = forward(createFloatDecoder(checkpoint), tokens);
  for (const blockSize of [1, 2, 3, 4, 16, 64]) {
    const found = run(checkpoint, blockSize);
    for (const [i, logits] of exact.entries()) {
      const error = Math.max(...logits.map((x, n) => Math.abs(x - (found[i]?.[n] ?? 0))));
      expect(error).toBeLessThan(0.2 * Math.max(...logits.map(Math.abs)));
    }
  }
});

const shapes = fc.record({
  seed: fc.nat(1000),
  hidden: fc.constantFrom(8, 12, 20),
  kvHeads: fc.constantFrom(1, 2, 4),
  headDim: fc.constantFrom(2, 4, 6),
  ffn: fc.constantFrom(8, 11),
  window: fc.constantFrom(undefined, 1, 5, 8),
  fullLayers: fc.subarray([0, 1]),
  qkvBias: fc.boolean(),
  qkNorm: fc.boolean(),
  ropeScaling: fc.constantFrom(
    { kind: "none" } as const,
    { kind: "linear", factor: 3 } as const,
    { kind: "llama3", factor: 8, lowTurns: 1, highTurns: 4, context: 64 } as const,
  ),
  tied: fc.boolean(),
  blockSize: fc.integer({ min: 1, max: 9 }),
});

test("the executor is the definition read out sentence by sentence, to the bit", () => {
  fc.assert(
    fc.property(
      shapes,
      fc.array(fc.nat(9), { minLength: 1, maxLength: 24 }),
      ({ seed, blockSize, ...shape }, ids) => {
        const model = quantizeModel(tinyCheckpoint({ ...config, ...shape }, seed));
        expect(forward(createIntegerDecoder(model, { blockSize }), ids)).toEqual(
          literalLogits(model, ids, blockSize),
        );
      },
    ),
    { numRuns: 150 },
  );
});

test("fable too, past its window", () => {
  const { checkpoint } = unwrap(loadModel(fableFolder));
  const model = quantizeModel(checkpoint);
  const ids = [0, ...recordedIds(fableFolder).slice(0, 79)];
  expect(forward(createIntegerDecoder(model), ids)).toEqual(literalLogits(model, ids, 16));
});

test("keys and values in 16 bits are the same sentences with 32767 in place of 127", () => {
  const model = quantizeModel(tinyCheckpoint({ ...config, qkNorm: true }));
  const wide = { ...model, precision: { ...model.precision, kvBits: 16 } } as const;
  const ids = [5, 6, 7, 8, 2, 3, 9, 1, 4, 6];
  expect(forward(createIntegerDecoder(wide, { blockSize: 4 }), ids)).toEqual(literalLogits(wide, ids, 4));
  expect(forward(createIntegerDecoder(wide), ids)).not.toEqual(forward(createIntegerDecoder(model), ids));
});

describe("exact equalities", () => {
  test("grouped attention is full attention with repeated heads", () => {
    const grouped = tinyCheckpoint(config);
    expect(run(repeatKeyValueHeads(grouped), 4)).toEqual(run(grouped, 4));
  });

  test("a window as long as the sequence is no window; a token W back has no influence", () => {
    const windowed = tinyCheckpoint({ ...config, layers: 1, window: 40 });
    const whole = { ...windowed, config: { ...windowed.config, window: undefined } };
    expect(run(windowed, 16)).toEqual(run(whole, 16));
    const narrow = tinyCheckpoint({ ...config, layers: 1, window: 3 });
    const last = (ids: readonly number[]) => run(narrow, 4, ids).at(-1);
    expect(last([5, 6, 7, 8])).toEqual(last([4, 6, 7, 8]));
    expect(last([5, 6, 7, 8])).not.toEqual(last([5, 4, 7, 8]));
  });
});

test("the residual stream and the cache can be watched", () => {
  const model = quantizeModel(tinyCheckpoint(config));
  const seen: string[] = [];
  const decoder = createIntegerDecoder(model, {
    onLayer: (layer, position) => seen.push(`${layer}@${position}`),
  });
  forward(decoder, [1, 2]);
  expect(seen).toEqual(["-1@0", "0@0", "1@0", "-1@1", "0@1", "1@1"]);
  expect(decoder.length).toBe(2);
  expect(decoder.caches[1]?.keys.subarray(0, 16).some((k) => Math.abs(k) === 127)).toBe(true);
});
