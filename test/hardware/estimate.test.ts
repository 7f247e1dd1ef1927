import { expect, test } from "vitest";
import {
  type ArrayShape,
  type CompiledAccelerator,
  compileAccelerator,
  deviceMemory,
  type HardwarePrecision,
  kernelIntervals,
  loadDevice,
  type ModelShape,
  type Row,
  StepEstimator,
} from "../../backend-hls/index.ts";
import { RtlSteps } from "../../bench/estimate/rtl-steps.ts";
import type { MemoryParameters } from "../../ir/index.ts";

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
  blockSize: 4,
};

interface Made {
  readonly accelerator: CompiledAccelerator;
  readonly memory: MemoryParameters;
}

function make(array: ArrayShape, kind: "ideal" | "dram", more: Partial<ModelShape> = {}): Made {
  const device = loadDevice("kv260");
  if (device.kind === "error") throw new Error("no device");
  const request = { shape: array, device: device.value, clockMhz: 250, schedule: "optimized" } as const;
  const made = compileAccelerator({ ...request, model: { ...model, ...more } });
  if (made.kind === "error") throw new Error(JSON.stringify(made.diagnostics));
  const { plan } = made.value;
  const dram = deviceMemory(device.value, {
    depthBeats: 2 ** 20,
    addressBits: 32,
    clockMhz: 250,
    dataBits: 8 * plan.beatBytes,
  });
  const { dataBits, addressBits, depthBeats, queueDepth } = dram;
  const ideal = { kind: "ideal", readLatency: 64, dataBits, addressBits, depthBeats, queueDepth } as const;
  return { accelerator: made.value, memory: kind === "ideal" ? ideal : dram };
}

function rowsAt(position: number, count: number, emits: boolean): readonly Row[] {
  const blocks = Array.from({ length: 16 }, (_, index) => 1 + ((index * 7) % 16));
  return Array.from({ length: count }, (_, row) => ({
    token: 3 + row,
    position: position + row,
    blocks,
    sequence: 0,
    emit: emits && row === count - 1 ? "argmax" : "none",
  }));
}

/** Each step in the hardware and in the estimate: cycles and every counter are the same. */
async function expectExact({ accelerator, memory }: Made, steps: readonly (readonly Row[])[]): Promise<void> {
  const rtl = await RtlSteps.open(accelerator, memory, new Uint8Array(accelerator.layout.bytes));
  const estimator = new StepEstimator(accelerator, { memory, breakdown: true });
  for (const rows of steps) {
    const { start, counters, beats } = await rtl.step(rows);
    const estimate = estimator.step(rows, start);
    expect(estimate.counters).toEqual(counters);
    expect(estimate.cycles).toBe(counters["total"]);
    expect(Object.fromEntries(estimate.traffic.map((client) => [client.name, client.beats]))).toEqual(beats);
    const { path, bound } = estimate.breakdown ?? { path: [], bound: undefined };
    expect(path.reduce((sum, { cycles }) => sum + cycles, 0)).toBe(estimate.cycles);
    expect(bound?.cycles).toBeLessThanOrEqual(estimate.cycles);
  }
  await rtl.close();
}

test("a whole model behind DRAM: three tokens one after the other, every counter to the cycle", async () => {
  const made = make({ pn: 4, pk: 4, rows: 1 }, "dram");
  await expectExact(made, [rowsAt(4, 1, true), rowsAt(5, 1, true), rowsAt(6, 1, false)]);
}, 240_000);

test("several rows on an array of several rows, a window, an ideal memory of 64 cycles", async () => {
  const made = make({ pn: 2, pk: 8, pt: 2, rows: 8 }, "ideal", { windows: [9, 9] });
  await expectExact(made, [rowsAt(11, 8, false), rowsAt(19, 3, true)]);
}, 240_000);

test("every interval above 1 has a reason", () => {
  const { accelerator } = make({ pn: 4, pk: 4, rows: 2 }, "dram");
  const slow = kernelIntervals(accelerator.network).filter(({ ii }) => ii > 1);
  expect(slow.length).toBeGreaterThan(0);
  expect(slow.filter(({ bound }) => bound.kind === "none" || bound.kind === "sequential")).toEqual([]);
});

const int8 = { kind: "int8" } as const;
const perRow = { kind: "int8", scales: "token" } as const;
const columns = { qkv: 3, wo: 0, gateUp: 3, down: 1, head: 3 };
const precisions: readonly (readonly [string, HardwarePrecision, ArrayShape])[] = [
  [
    "static scales",
    { weights: int8, activations: { kind: "int8", scales: "static" }, kvBits: 8 },
    { pn: 4, pk: 4, pt: 2, rows: 4 },
  ],
  [
    "int4 groups",
    { weights: { kind: "int4", group: 32 }, activations: perRow, kvBits: 8 },
    { pn: 4, pk: 8, pt: 2, rows: 4 },
  ],
  [
    "outlier columns",
    { weights: int8, activations: perRow, kvBits: 8, outliers: { threshold: 6, columns } },
    { pn: 4, pk: 4, pt: 2, rows: 4 },
  ],
];

test.each(precisions)(
  "%s: no cycle of error",
  async (_, precision, array) => {
    await expectExact(make(array, "dram", { precision, ffn: 45 }), [rowsAt(0, 3, true), rowsAt(3, 1, true)]);
  },
  240_000,
);
