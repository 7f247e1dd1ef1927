import { expect, test } from "vitest";
import { type Device, loadDevice, type ModelShape } from "../../backend-hls/index.ts";
import { at } from "../../ir/index.ts";
import { exploreDesigns } from "./explore.ts";

const model: ModelShape = {
  hidden: 32,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headDim: 8,
  ffn: 48,
  vocab: 64,
  windows: [undefined, undefined],
  maxContext: 64,
  eps: 1e-5,
  blockSize: 16,
};
const workload = { prompt: 32, output: 32, batch: 1 };

function deviceOf(name: string): Device {
  const device = loadDevice(name);
  if (device.kind === "error") throw new Error(name);
  return device.value;
}

test("the chosen design is planned, fits the device, and the search is deterministic", () => {
  const device = deviceOf("kv260");
  const first = exploreDesigns(model, device, workload, { rows: 2 });
  if (first.kind === "error") throw new Error(at(first.diagnostics, 0).message);
  const { points, chosen } = first.value;
  const best = at(points, chosen);
  expect([best.evidence, best.feasible]).toEqual(["planned", true]);
  expect(best.area.dsp).toBeLessThanOrEqual(device.resources.dsp);
  expect(
    points
      .filter(({ feasible }) => feasible)
      .every(({ cost }) => cost.totalCycles * 1.05 >= best.cost.totalCycles),
  ).toBe(true);
  expect(exploreDesigns(model, device, workload, { rows: 2 })).toEqual(first);
}, 30_000);

test("a device that holds no design is told what the smallest needs (DSE0001)", () => {
  const result = exploreDesigns(model, deviceOf("ice40up5k"), workload, { rows: 1 });
  expect(result.kind === "error" && at(result.diagnostics, 0).code).toBe("DSE0001");
  expect(result.kind === "error" && at(result.diagnostics, 0).message).toMatch(
    /^no design fits ice40up5k: the smallest needs \d+ /u,
  );
}, 30_000);
