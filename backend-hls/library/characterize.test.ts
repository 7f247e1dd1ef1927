import fc from "fast-check";
import { expect, test } from "vitest";
import { characterize } from "./characterize.ts";
import { countBlockRams } from "./characterize-memory.ts";
import type { Operator } from "./operator.ts";
import { createOperatorLibrary } from "./operator-library.ts";
import type { DeviceFamily } from "./table-types.ts";

const families: readonly DeviceFamily[] = ["xc7", "xcup", "ecp5", "ice40"];

test("the usable period is half the clock period less a register's clock-to-out", () => {
  expect(createOperatorLibrary("xc7", 200).usablePeriodPs).toBe(2500 - 303);
});

test("measured widths are exact, others lie between, wires are free", () => {
  const library = createOperatorLibrary("xc7", 100);
  const delay = (operator: Operator): number => characterize(library, operator).outputDelayPs;
  expect(delay({ kind: "add", width: 16 })).toBe(1328);
  expect(delay({ kind: "add", width: 24 })).toBe(1556);
  expect(delay({ kind: "wire" })).toBe(0);
  expect(delay({ kind: "mux", width: 8, ways: 4 })).toBe(814);
});

test.each([
  [100, 1],
  [200, 2],
  [300, 3],
])("a 16 x 16 multiplier at %i MHz has %i registers and one DSP on xc7", (clockMhz, latencyCycles) => {
  const { latencyCycles: latency, area } = characterize(createOperatorLibrary("xc7", clockMhz), {
    kind: "mul",
    leftBits: 16,
    rightBits: 16,
  });
  expect({ latency, dsp: area.dsp }).toEqual({ latency: latencyCycles, dsp: 1 });
});

test("wide products take several blocks, narrow ones and iCE40's take LUTs", () => {
  const area = (family: DeviceFamily, leftBits: number, rightBits: number) =>
    characterize(createOperatorLibrary(family, 100), { kind: "mul", leftBits, rightBits }).area;
  expect(area("xc7", 32, 32).dsp).toBe(4);
  expect(area("xc7", 24, 24).dsp).toBe(2);
  expect(area("xc7", 4, 4)).toMatchObject({ dsp: 0, lut: 26 });
  expect(area("ice40", 8, 8)).toMatchObject({ dsp: 0, lut: 182 });
});

test("block RAM reads take the output register where the clock asks for it", () => {
  const latency = (clockMhz: number): number =>
    characterize(createOperatorLibrary("xc7", clockMhz), {
      kind: "ram-read",
      style: "block",
      depth: 512,
      width: 32,
    }).latencyCycles;
  expect([latency(100), latency(300)]).toEqual([1, 2]);
  expect(countBlockRams(createOperatorLibrary("xc7", 100), 1024, 72)).toBe(2);
});

const operators: fc.Arbitrary<Operator> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("add", "sub", "and", "not", "mux", "eq", "lt", "shift"),
    width: fc.integer({ min: 1, max: 128 }),
  }),
  fc.record({
    kind: fc.constant("mul"),
    leftBits: fc.integer({ min: 1, max: 64 }),
    rightBits: fc.integer({ min: 1, max: 64 }),
  }),
  fc.record({
    kind: fc.constantFrom("ram-read", "ram-write", "rom"),
    style: fc.constantFrom("block", "distributed"),
    depth: fc.integer({ min: 1, max: 4096 }),
    width: fc.integer({ min: 1, max: 512 }),
  }),
);

test("every operator fits the usable period of a moderate clock, in whole numbers from 0", () => {
  fc.assert(
    fc.property(fc.constantFrom(...families), operators, (family, operator) => {
      const library = createOperatorLibrary(family, family === "ice40" || family === "ecp5" ? 60 : 200);
      const { latencyCycles, inputDelayPs, outputDelayPs, area } = characterize(library, operator);
      expect(Math.max(inputDelayPs, outputDelayPs)).toBeLessThanOrEqual(library.usablePeriodPs);
      for (const value of [
        latencyCycles,
        inputDelayPs,
        outputDelayPs,
        area.lut,
        area.ff,
        area.dsp,
        area.carry,
      ]) {
        expect(Number.isInteger(value) && value >= 0).toBe(true);
      }
    }),
    { numRuns: 1000, seed: 5 },
  );
});
