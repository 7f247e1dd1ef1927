import { expect, test } from "vitest";
import { type Device, loadDevice } from "../../backend-hls/index.ts";
import { at, fail, ok, type Result } from "../../ir/index.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";
import type { Evaluator } from "../evaluate/evaluator.ts";
import { exploreReport } from "../report/explore-report.ts";
import { tinyModel as model, pretended } from "../testing/pretended.ts";
import { type Exploration, type ExploreRequest, exploreDesigns } from "./explore.ts";
import { OBJECTIVES } from "./objective.ts";

function deviceOf(name: string): Device {
  const device = loadDevice(name);
  if (device.kind === "error") throw new Error(name);
  return device.value;
}

function requestFor(device: Device, more: Partial<ExploreRequest> = {}): ExploreRequest {
  return {
    device,
    variants: [{ precision: "w8a8", kvBits: 8, model }],
    clocksMhz: [device.clock_mhz],
    rows: 1,
    workload: { prompt: 8, output: 8, batch: 1 },
    objective: "latency",
    schedule: "optimized",
    seed: 0,
    replay: true,
    effort: 8,
    worth: 1,
    patience: Infinity,
    ...more,
  };
}

function found(result: Result<Exploration>): Exploration {
  if (result.kind === "error") throw new Error(at(result.diagnostics, 0).message);
  return result.value;
}

test("on a space that is enumerated the chosen design is the best", async () => {
  for (const objective of OBJECTIVES) {
    const more = { rows: 4, effort: 10_000, objective, limits: { dsp: 100 } };
    const searched = found(
      await exploreDesigns(requestFor(deviceOf("xc7z020"), more), { evaluator: pretended }),
    );
    const all = await exploreDesigns(requestFor(deviceOf("xc7z020"), { ...more, patience: Infinity }), {
      evaluator: pretended,
    });
    const fitting = found(all).points.filter(
      ({ feasible, evidence }) => feasible && evidence !== "predicted",
    );
    const best = at(searched.points, searched.chosen);
    expect(best.feasible).toBe(true);
    expect(best.value).toBe(Math.min(...fitting.map(({ value }) => value)));
    expect(searched.bound).toBeLessThanOrEqual(best.value);
  }
});

test("the same seed gives the same bytes; what was planned before is not planned again", async () => {
  const request = requestFor(deviceOf("kv260"), { rows: undefined, effort: 12 });
  const known = new Map<string, Evaluation>();
  const first = found(await exploreDesigns(request, { evaluator: pretended, known }));
  const none: Evaluator = {
    ...pretended,
    evaluateAll: (tasks) => Promise.resolve(tasks.length === 0 ? ok([]) : fail()),
  };
  const again = found(await exploreDesigns(request, { evaluator: none, known }));
  expect(JSON.stringify(exploreReport("tiny", again))).toBe(JSON.stringify(exploreReport("tiny", first)));
});

test("a device that holds no design is told what the nearest one lacks (DSE0001)", async () => {
  const result = await exploreDesigns(
    requestFor(deviceOf("kv260"), { limits: { dsp: 20 }, effort: 1, replay: false }),
  );
  expect(result.kind === "error" && at(result.diagnostics, 0).code).toBe("DSE0001");
  expect(result.kind === "error" && at(result.diagnostics, 0).message).toMatch(
    /^no design fits kv260: the nearest of \d+ that were planned \(.*\) needs \d+ DSP blocks \(there are 20\)/u,
  );
}, 480_000);

test("a port that no array takes is told (DSE0002)", async () => {
  const device = deviceOf("kv260");
  const result = await exploreDesigns(requestFor({ ...device, axi: { ...device.axi, data_bits: 32 } }));
  expect(result.kind === "error" && at(result.diagnostics, 0).code).toBe("DSE0002");
});
