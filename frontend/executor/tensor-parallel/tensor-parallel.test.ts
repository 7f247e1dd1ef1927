import { expect, test } from "vitest";
import { loadModel } from "../../load-model.ts";
import { parsePrecision } from "../../quantize/precision.ts";
import { quantizeModel, quantizeTo } from "../../quantize/quantize-model.ts";
import { unwrap } from "../../testing/codes.ts";
import { fableFolder } from "../../testing/models.ts";
import { tinyCheckpoint, tinyConfig } from "../../testing/tiny-model.ts";
import { forward } from "../decoder.ts";
import { createIntegerDecoder } from "../integer-decoder.ts";
import { createParallelDecoder } from "./parallel-decoder.ts";
import { splitModel, splitProblem } from "./split-model.ts";

const tokens = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3];

test.each([2, 4])("%i accelerators give the bits of one: the bundled model", (parts) => {
  const model = quantizeModel(unwrap(loadModel(fableFolder)).checkpoint);
  const alone = forward(createIntegerDecoder(model), tokens);
  expect(forward(createParallelDecoder(splitModel(model, parts)), tokens)).toEqual(alone);
});

const config = { ...tinyConfig, heads: 4, kvHeads: 2, headDim: 4, ffn: 12, vocab: 12, window: 5 };

test.each([
  { ...config, qkvBias: true },
  { ...config, qkNorm: true },
])("biases and normalized heads, keys and values in 16 bits", (own) => {
  const checkpoint = tinyCheckpoint(own);
  const precision = unwrap(parsePrecision("w8a8", { kv: 16 }));
  const model = quantizeTo(checkpoint, precision);
  const short = tokens.slice(0, 9).map((token) => token % own.vocab);
  const alone = forward(createIntegerDecoder(model, { blockSize: 4 }), short);
  for (const parts of [2, 4])
    expect(forward(createParallelDecoder(splitModel(model, parts), { blockSize: 4 }), short)).toEqual(alone);
});

test("what cannot be split says why", () => {
  const model = quantizeModel(tinyCheckpoint(config));
  expect(splitProblem(model, 3)).toBe("4 heads are not 3 equal parts");
  expect(splitProblem(quantizeModel(tinyCheckpoint({ ...config, ffn: 13 })), 2)).toContain("FFN");
  const floats = quantizeTo(tinyCheckpoint(config), unwrap(parsePrecision("w16a16", {})));
  expect(splitProblem(floats, 2)).toContain("w16a16");
});
