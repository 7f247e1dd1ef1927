import { expect, test } from "vitest";
import { decodeGreedily, forward } from "../executor/decoder.ts";
import { createFloatDecoder } from "../executor/float-decoder.ts";
import { readHuggingFaceFolder } from "../huggingface/read-folder.ts";
import { unwrap } from "../testing/codes.ts";
import { fableFolder } from "../testing/models.ts";
import { repeatKeyValueHeads, withStandardAttention } from "./standard-attention.ts";

const fable = unwrap(readHuggingFaceFolder(fableFolder));

test("repeated key/value heads give the same logits, bit for bit", () => {
  const repeated = repeatKeyValueHeads(fable);
  expect(repeated.config).toEqual({ ...fable.config, kvHeads: 8 });
  const tokens = [0, 392, 391, 260, 373];
  expect(forward(createFloatDecoder(repeated), tokens)).toEqual(forward(createFloatDecoder(fable), tokens));
});

test("without its window a model tells the same story as long as that is short", () => {
  const standard = withStandardAttention(fable);
  expect(standard.config).toMatchObject({ kvHeads: 8, window: undefined });
  const told = (model: typeof fable, count: number): readonly number[] =>
    decodeGreedily(createFloatDecoder(model), [0], count);
  const window = fable.config.window ?? 0;
  expect(told(standard, window - 1)).toEqual(told(fable, window - 1));
});
