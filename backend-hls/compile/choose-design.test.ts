import { expect, test } from "vitest";
import type { ModelShape } from "../accelerator/index.ts";
import { type Device, knownDevices, loadDevice } from "../device/index.ts";
import { chooseDesign } from "./index.ts";

const model: ModelShape = {
  hidden: 64,
  layers: 5,
  heads: 8,
  kvHeads: 4,
  headDim: 8,
  ffn: 172,
  vocab: 512,
  windows: Array.from({ length: 5 }, () => undefined),
  maxContext: 512,
  eps: 1e-5,
  blockSize: 16,
};

function device(name: string): Device {
  const loaded = loadDevice(name);
  if (loaded.kind === "error") throw new Error(JSON.stringify(loaded.diagnostics));
  return loaded.value;
}

function codesOf(shape: ModelShape, target: Device): readonly string[] {
  const chosen = chooseDesign(shape, target);
  return chosen.kind === "ok" ? [] : chosen.diagnostics.map(({ code }) => code);
}

test("an array takes one beat of the device's port per cycle", () => {
  for (const name of knownDevices().filter((known) => known !== "ice40up5k")) {
    const target = device(name);
    const chosen = chooseDesign(model, target);
    if (chosen.kind === "error") throw new Error(JSON.stringify(chosen.diagnostics));
    expect(chosen.value.pn * chosen.value.pk * 8).toBe(target.axi.data_bits);
    expect(chosen.value.rows).toBe(1);
  }
});

test("among splits of a beat the one with the least padding is chosen", () => {
  expect(chooseDesign(model, device("kv260"))).toMatchObject({ value: { pn: 4, pk: 4 } });
  expect(chooseDesign({ ...model, ffn: 176 }, device("kv260"))).toMatchObject({ value: { pn: 1, pk: 16 } });
});

test("what cannot be built is said", () => {
  expect(codesOf(model, device("ice40up5k"))).toEqual(["HLS0040"]);
  const narrow = device("kv260");
  expect(codesOf(model, { ...narrow, axi: { ...narrow.axi, data_bits: 32 } })).toEqual(["HLS0041"]);
  expect(codesOf({ ...model, headDim: 7 }, narrow)).toEqual(["HLS0042"]);
  expect(codesOf({ ...model, kvHeads: 3 }, narrow)).toEqual(["HLS0042"]);
});
