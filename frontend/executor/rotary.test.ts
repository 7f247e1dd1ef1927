import { expect, test } from "vitest";
import type { RopeScaling } from "../checkpoint.ts";
import { rotarySpeeds, rotaryTable } from "./rotary.ts";

const config = { headDim: 128, ropeTheta: 500_000 };
const speeds = (ropeScaling: RopeScaling): readonly number[] => [...rotarySpeeds({ ...config, ropeScaling })];

test("a linear factor stretches positions", () => {
  const [plain, halved] = [speeds({ kind: "none" }), speeds({ kind: "linear", factor: 2 })];
  expect(halved).toEqual(plain.map((speed) => speed / 2));
  expect(plain[0]).toBe(1);
  expect(plain[32]).toBeCloseTo(1 / Math.sqrt(500_000), 12);
});

test("a factor for each speed", () => {
  const factors = Array.from({ length: 64 }, (_, i) => 1 + i);
  const divided = speeds({ kind: "none" }).map((speed, i) => speed / (1 + i));
  expect(speeds({ kind: "factors", factors })).toEqual(divided);
});

test("Llama 3.1: by wavelength as its authors write it", () => {
  const [factor, low, high, context] = [8, 1, 4, 8192];
  const wanted = speeds({ kind: "none" }).map((speed) => {
    const wavelength = (2 * Math.PI) / speed;
    if (wavelength < context / high) return speed;
    if (wavelength > context / low) return speed / factor;
    const smooth = (context / wavelength - low) / (high - low);
    return ((1 - smooth) * speed) / factor + smooth * speed;
  });
  const found = speeds({ kind: "llama3", factor, lowTurns: low, highTurns: high, context });
  for (const [j, speed] of wanted.entries()) expect(found[j]).toBeCloseTo(speed, 15);
  expect(found.filter((speed, j) => speed === speeds({ kind: "none" })[j]).length).toBe(29);
  expect(found.filter((speed, j) => speed === (speeds({ kind: "none" })[j] ?? 0) / 8).length).toBe(29);
});

test("the table holds cosines, then sines, of each position", () => {
  const table = rotaryTable({ headDim: 4, ropeTheta: 100, ropeScaling: { kind: "linear", factor: 4 } }, 3);
  expect([...table.subarray(0, 4)]).toEqual([1, 1, 0, 0]);
  expect([...table.subarray(8)]).toEqual(
    [Math.cos(0.5), Math.cos(0.05), Math.sin(0.5), Math.sin(0.05)].map(Math.fround),
  );
});
