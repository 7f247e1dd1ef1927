import { expect, test } from "vitest";
import { type LoadedModel, loadModel } from "../../frontend/index.ts";
import { fable } from "../testing/model-folders.ts";
import { tellStorage } from "./tell-storage.ts";

function loaded(): LoadedModel {
  const model = loadModel(fable);
  if (model.kind === "error") throw new Error(JSON.stringify(model.diagnostics));
  return model.value;
}

const stored = [
  { type: "Q4_0", tensors: 29, elements: 320, bytes: 180 },
  { type: "F32", tensors: 9, elements: 8, bytes: 32 },
] as const;

test("what a file holds quantized, and what rounding it again costs", () => {
  const model = { ...loaded(), stored };
  expect(tellStorage(model, "w8a8")).toEqual([
    "fable: 29 tensors in Q4_0 (4.5 bits per weight), dequantized exactly",
    "fable: rounding the weights to int8 with a scale per channel (w8a8) adds an error of 0.66 % (root mean square)",
  ]);
  expect(tellStorage(model, "f32")).toHaveLength(1);
  expect(tellStorage(model, "w4a8")[1]).toContain("int4 in groups of 32 (w4a8)");
  expect(tellStorage(model, "w16a16")[1]).toContain("bf16");
});

test("nothing is told of weights that were never quantized", () => {
  expect(tellStorage(loaded(), "w8a8")).toEqual([]);
  expect(tellStorage({ ...loaded(), stored: stored.slice(1) }, "w8a8")).toEqual([]);
});
