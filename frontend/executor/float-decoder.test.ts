import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Checkpoint, ModelConfig } from "../checkpoint.ts";
import { loadModel } from "../load-model.ts";
import { unwrap } from "../testing/codes.ts";
import { fableFolder, hasSharedModels, recordedIds, sharedModels } from "../testing/models.ts";
import { tinyCheckpoint, tinyConfig } from "../testing/tiny-model.ts";
import { repeatKeyValueHeads } from "../transform/standard-attention.ts";
import { argmax, decodeGreedily, forward } from "./decoder.ts";
import { createFloatDecoder } from "./float-decoder.ts";

test("fable: 200 greedy tokens as recorded", () => {
  const { checkpoint } = unwrap(loadModel(fableFolder));
  expect(decodeGreedily(createFloatDecoder(checkpoint), [0], 200)).toEqual(recordedIds(fableFolder));
});

describe.skipIf(!hasSharedModels)("shared models", () => {
  test("stories260K: 200 greedy tokens as recorded", () => {
    const folder = join(sharedModels, "stories260K");
    const { checkpoint } = unwrap(loadModel(join(folder, "stories260K.bin")));
    expect(decodeGreedily(createFloatDecoder(checkpoint), [1], 200)).toEqual(recordedIds(folder));
  });

  test("shakespeare-mistral: an untied head and no tokenizer; it spells words", () => {
    const { checkpoint, tokenizer } = unwrap(loadModel(join(sharedModels, "shakespeare-mistral")));
    expect(tokenizer.kind).toBe("absent");
    const characters = z
      .array(z.string())
      .parse(JSON.parse(readFileSync(join(sharedModels, "shakespeare-mistral/chars.json"), "utf8")));
    const ids = decodeGreedily(createFloatDecoder(checkpoint), [characters.indexOf("K")], 200);
    expect(ids.map((id) => characters[id]).join("")).toContain(" the ");
  });
});

const oneLayer: ModelConfig = { ...tinyConfig, layers: 1 };
const lastLogits = (checkpoint: Checkpoint, tokens: readonly number[]): Float32Array =>
  forward(createFloatDecoder(checkpoint), tokens).at(-1) ?? new Float32Array();

test("a window of W sees W keys, its own included: the token W back has no influence, the one W-1 back has", () => {
  const checkpoint = tinyCheckpoint({ ...oneLayer, window: 3 });
  const reference = lastLogits(checkpoint, [5, 6, 7, 8]);
  expect(lastLogits(checkpoint, [4, 6, 7, 8])).toEqual(reference);
  expect(lastLogits(checkpoint, [5, 4, 7, 8])).not.toEqual(reference);
});

test("a window as long as the sequence is no window", () => {
  const tokens = [1, 2, 3, 4, 5];
  const windowed = tinyCheckpoint({ ...tinyConfig, window: 5 });
  const whole: Checkpoint = { ...windowed, config: { ...tinyConfig, window: undefined } };
  expect(lastLogits(windowed, tokens)).toEqual(lastLogits(whole, tokens));
});

test("grouped attention equals full attention whose heads repeat within a group", () => {
  for (const kvHeads of [1, 2]) {
    const grouped = tinyCheckpoint({ ...tinyConfig, kvHeads });
    const full = repeatKeyValueHeads(grouped);
    expect(lastLogits(full, [3, 1, 4, 1, 5])).toEqual(lastLogits(grouped, [3, 1, 4, 1, 5]));
  }
});

test("long sequences outgrow the first cache", () => {
  const checkpoint = tinyCheckpoint({ ...tinyConfig, window: undefined });
  const decoder = createFloatDecoder(checkpoint);
  const logits = forward(
    decoder,
    Array.from({ length: 300 }, (_, i) => i % 10),
  );
  expect(decoder.length).toBe(300);
  expect(logits.every((row) => row.every(Number.isFinite))).toBe(true);
});

test("greedy decoding stops at a stop token, and takes the first of equal logits", () => {
  expect(argmax(Float32Array.of(1, 3, 3, -1))).toBe(1);
  const decoder = {
    length: 0,
    step: (token: number): Float32Array =>
      Float32Array.from({ length: 5 }, (_, i) => (i === token + 1 ? 1 : 0)),
  };
  expect(decodeGreedily(decoder, [0], 9, [3])).toEqual([1, 2, 3]);
});
