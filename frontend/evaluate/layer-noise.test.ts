import { expect, test } from "vitest";
import { createIntegerDecoder } from "../executor/integer-decoder.ts";
import { bytesOfFloatModel, bytesOfModel } from "../quantize/model-bytes.ts";
import { parsePrecision } from "../quantize/precision.ts";
import { quantizeTo } from "../quantize/quantize-model.ts";
import { tinyCheckpoint, tinyConfig } from "../testing/tiny-model.ts";
import { measureNoise, recordProducts } from "./layer-noise.ts";
import { LikelihoodMeter } from "./measure-likelihood.ts";

const checkpoint = tinyCheckpoint(tinyConfig);
const quantized = (name: string): ReturnType<typeof quantizeTo> => {
  const precision = parsePrecision(name);
  if (precision.kind === "error") throw new Error("a known name");
  return quantizeTo(checkpoint, precision.value);
};

test("every matrix of every layer has its noise; 16 bits have less of it than 8", () => {
  const products = recordProducts(checkpoint, [
    [0, 3, 5],
    [0, 7, 2, 2],
  ]);
  expect(products.windows).toHaveLength(2);
  const [eight, sixteen] = [quantized("w8a8"), quantized("w16a16")].map((m) => measureNoise(m, products, 16));
  const matrices = ["qkv", "wo", "gate", "up", "down"];
  expect(eight?.map(({ name }) => name)).toEqual([
    ...matrices.map((name) => `layers.0.${name}`),
    ...matrices.map((name) => `layers.1.${name}`),
    "head",
  ]);
  const first = [eight?.[0]?.sqnrDb ?? 0, sixteen?.[0]?.sqnrDb ?? 0];
  expect(first[0]).toBeGreaterThan(25);
  expect(first[1]).toBeGreaterThan(first[0] ?? 0);
});

test("rows of a step change no bit of w8a8, and are measured as one by one", () => {
  const model = quantized("w8a8");
  const window = [0, 3, 5, 7, 2, 2, 9, 4, 4];
  const [one, four] = [1, 4].map((rows) => {
    const meter = new LikelihoodMeter();
    meter.add(createIntegerDecoder(model), window, { rows, limit: 7 });
    return meter.result();
  });
  expect(one?.top1).toHaveLength(7);
  expect(four).toEqual(one);
});

test("bytes of a model", () => {
  const perLayer = 8 * 2 * (8 + 4) + 3 * 8 * 12;
  const rows = 16 + 8 + 12 + 12 + 8;
  const other = 4 * 10 * 8 + 2 * 5 * 8;
  const int8 = 2 * (perLayer + 2 * rows) + 80 + 20;
  expect(bytesOfModel(quantized("w8a8"))).toEqual({
    weights: int8,
    total: int8 + other,
    kvPerToken: 2 * 2 * 2 * 6,
  });
  expect(bytesOfModel(quantized("w16a16")).weights).toBe(2 * (2 * perLayer + 80));
  expect(bytesOfFloatModel(tinyConfig).weights).toBe(4 * (2 * perLayer + 80));
});
