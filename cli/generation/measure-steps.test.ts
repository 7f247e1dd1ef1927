import fc from "fast-check";
import { expect, test } from "vitest";
import { tinyManifest } from "../testing/tiny-build.ts";
import { measureSteps } from "./measure-steps.ts";
import { type MeasuredStep, neededWork } from "./needed-work.ts";

const { model, design } = tinyManifest;

function step(
  phase: MeasuredStep["phase"],
  rows: number,
  lastPosition: number,
  cycles: number,
): MeasuredStep {
  const stalls = { dramRead: 5, dramWrite: 4, fifoFull: 3, fifoEmpty: 2, drain: 1 };
  const bytes = { weights: 800, kvRead: 16, kvWrite: 8, other: 8 };
  const counters = { cycles, hostGap: 10, busy: cycles - 15, stalls, bytes };
  return { rows, lastPosition, tokens: [7], phase, sequences: 1, preempted: 0, counters };
}

const steps = [step("prefill", 4, 3, 400), step("decode", 1, 4, 200), step("decode", 1, 5, 300)];

test("cycles are counted from start to done, decode per decoded token, and add up", () => {
  const measured = measureSteps(steps, model, design);
  expect(measured).toMatchObject({
    steps: 3,
    cycles: { total: 930, prefill: 400, decode: 500, host_gap: 30 },
    cycles_per_token: 250,
    ttft_cycles: 410,
    tokens_per_s: 200e6 / 250,
    busy_cycles: 855,
    stalls: { dram_read: 15, dram_write: 12, fifo_full: 9, fifo_empty: 6, drain: 3 },
    bytes: { weights: 2400, kv_read: 48, kv_write: 24, other: 24 },
  });
});

test("utilization is needed work over what ports and array could have done", () => {
  const { mbu, mfu, decode, macs_needed: macs } = measureSteps(steps, model, design);
  const bytes = steps.map((each) => neededWork(model, each).bytes);
  const all = bytes.reduce((a, b) => a + b, 0);
  expect(mbu).toBeCloseTo(all / (900 * 8), 12);
  expect(mfu).toBeCloseTo(macs / (900 * 12), 12);
  expect(decode?.mbu).toBeCloseTo((all - (bytes[0] ?? 0)) / (500 * 8), 12);
});

test("energy is the stated sum", () => {
  const { energy, macs_needed: macs } = measureSteps(steps, model, design);
  const bytes = 2496;
  const joules = (macs * 1 + bytes * 100 + 2 * bytes * 1) * 1e-12 + (930 / 200e6) * 2;
  expect(energy?.j_per_token).toBeCloseTo(joules / 3, 12);
  const split = energy?.split ?? { mac: 0, sram: 0, dram: 0, static: 0 };
  expect(split.mac + split.sram + split.dram + split.static).toBeCloseTo(1, 12);
});

test("without clock only the work is known; without decode there is nothing per token", () => {
  const untimed = steps.map((each) => ({ ...each, counters: undefined }));
  expect(measureSteps(untimed, model, undefined)).toMatchObject({ steps: 3, cycles: null, energy: null });
  const prefill = measureSteps(steps.slice(0, 1), model, design);
  expect(prefill).toMatchObject({ cycles_per_token: null, tokens_per_s: null, decode: null });
});

/** The same by walking over every row, head and position. */
function countMacs(first: number, rows: number, emitting: number): number {
  const weights = 8 * (8 + 4 + 4) + 8 * 8 + 3 * 8 * 12;
  let macs = emitting * 10 * 8;
  for (let row = 0; row < rows; row++) {
    macs += 2 * weights;
    for (let position = 0; position <= first + row; position++) {
      if (first + row - position < 3) macs += 2 * (4 * 2) * 2;
    }
  }
  return macs;
}

test("needed multiply-accumulates are those of a walk over rows and positions", () => {
  fc.assert(
    fc.property(fc.nat(20), fc.integer({ min: 1, max: 9 }), fc.nat(1), (first, rows, emitting) => {
      const tokens = emitting === 1 ? [5] : [];
      const record = {
        rows,
        lastPosition: first + rows - 1,
        tokens,
        phase: "decode",
        sequences: 1,
        preempted: 0,
        counters: undefined,
      } as const;
      expect(neededWork(model, record).macs).toBe(countMacs(first, rows, emitting));
    }),
    { seed: 1 },
  );
});

test("needed bytes: weights once, each committed position in the window once, each row written once", () => {
  const weights = 2 * (8 * 16 + 64 + 3 * 96 + 2 * (16 + 8 + 24 + 8 + 16));
  const record = 2 * (2 * 4 + 2 * 2 * 4);
  const embedding = 8 * 4;
  const head = 80 + 2 * (10 + 8);
  const bytes = (rows: number, lastPosition: number, tokens: readonly number[]) =>
    neededWork(model, {
      rows,
      lastPosition,
      tokens,
      phase: "decode",
      sequences: 1,
      preempted: 0,
      counters: undefined,
    }).bytes;
  expect(bytes(1, 0, [])).toBe(weights + record + embedding);
  expect(bytes(1, 9, [3])).toBe(weights + 3 * record + embedding + head);
  expect(bytes(4, 13, [])).toBe(weights + 6 * record + 4 * embedding);
});
