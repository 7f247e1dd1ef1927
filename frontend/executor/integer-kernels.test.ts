import fc from "fast-check";
import { expect, test } from "vitest";
import { quantizeInt8 } from "../quantize/quantize-matrix.ts";
import { seededFloats } from "../testing/tiny-model.ts";
import { prepareRows } from "./activation.ts";
import { gateQuantizedFfn, rotateHeads } from "./integer-activation.ts";
import {
  dotInt8,
  multiplyQuantized,
  normConstants,
  normRow,
  quantizeVector,
  sumOfSquares,
} from "./integer-kernels.ts";
import { rotaryRow, rotarySpeeds } from "./rotary.ts";

fc.configureGlobal({ seed: 20_261 }); // the same cases on every run

const activation = fc
  .double({ min: -1000, max: 1000, noNaN: true })
  .map((x) => (Math.abs(x) < 1e-20 ? 0 : Math.fround(x)));
const vector = fc.array(activation, { minLength: 8, maxLength: 40 }).map((list) => Float32Array.from(list));

test("a quantized vector is within half a step, and a zero vector has scale 0", () => {
  fc.assert(
    fc.property(vector, (v) => {
      const q = new Int8Array(v.length);
      const scale = quantizeVector(v, q);
      for (const [i, value] of v.entries()) {
        expect(Math.abs((q[i] ?? 0) * scale - value)).toBeLessThanOrEqual(scale * 0.5001);
      }
    }),
  );
  const zero = new Int8Array(8).fill(3);
  expect(quantizeVector(new Float32Array(8), zero)).toBe(0);
  expect(zero).toEqual(new Int8Array(8));
});

test("below 2^-100 a vector is no longer scaled up, and is wrong by less than 2^-100", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 2 ** -100, noNaN: true }), (largest) => {
      const v = Float32Array.of(largest, -largest / 3, 0, 0, 0, 0, 0, 0);
      const q = new Int8Array(8);
      const scale = quantizeVector(v, q);
      for (const [i, value] of v.entries()) {
        expect(Math.abs((q[i] ?? 0) * scale - value)).toBeLessThanOrEqual(2 ** -100);
      }
    }),
  );
});

test("the squares are summed in eight parts, added as a tree in the order of the last eight elements", () => {
  // Ten elements: parts 2 … 7 hold one square each, parts 0 and 1 two; part 2 begins.
  const x = Float32Array.of(4096, 1, 1, 1, 1, 1, 1, 1, 1, 1);
  const add = (a: number, b: number): number => Math.fround(a + b);
  const last = add(add(1, 1), add(Math.fround(4096 ** 2 + 1), 2));
  expect(sumOfSquares(x)).toBe(add(add(add(1, 1), add(1, 1)), last));
  expect(sumOfSquares(x)).toBe(4096 ** 2 + 8); // the plain ascending sum would lose every 1
});

test("norm and quantize: the scale carries the RMS factor", () => {
  fc.assert(
    fc.property(vector, (x) => {
      const gain = seededFloats(x.length, 5);
      const row = normRow(x, gain, normConstants(x.length, 1e-5));
      const [activation] = prepareRows({ kind: "int8", scales: "token" }, {}, [row]);
      if (activation?.kind !== "int8") throw new Error("int8 was asked for");
      const { q, scale } = activation;
      const rms = Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / x.length + 1e-5);
      for (const [i, value] of x.entries()) {
        const wanted = (value / rms) * (gain[i] ?? 0);
        expect(Math.abs((q[i] ?? 0) * scale - wanted)).toBeLessThanOrEqual(scale * 0.501);
      }
    }),
  );
});

test("integer products are exact for any number of rows and columns", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 33 }),
      fc.nat(1000),
      (rows, columns, seed) => {
        const matrix = quantizeInt8(columns, [seededFloats(rows * columns, seed)]);
        const q = Int8Array.from(seededFloats(columns, seed + 1), (x) => x * 127);
        const y = new Float32Array(rows);
        multiplyQuantized(matrix, q, 0.25, y);
        for (let row = 0; row < rows; row++) {
          const sum = dotInt8(q, matrix.weights, row * columns);
          const wanted = q.reduce(
            (total, value, k) => total + value * (matrix.weights[row * columns + k] ?? 0),
            0,
          );
          expect(sum).toBe(wanted);
          expect(y[row]).toBe(Math.fround(Math.fround(sum * (matrix.scales[row] ?? 0)) * 0.25));
        }
      },
    ),
  );
});

test("rotation turns pairs by the position's angle; SwiGLU is what its formula says", () => {
  const config = { headDim: 4, ropeTheta: 10000, ropeScaling: { kind: "none" } } as const;
  const row = rotaryRow(3, rotarySpeeds(config));
  expect(Array.from(row.cosines)).toEqual([Math.cos(3), Math.cos(0.03)].map(Math.fround));
  const turned = Float32Array.of(1, 0, 0, 1);
  rotateHeads(turned, row);
  expect(Array.from(turned)).toEqual(
    [Math.cos(3), -Math.sin(0.03), Math.sin(3), Math.cos(0.03)].map(Math.fround),
  );
  const gate = Float32Array.of(-20, -1, 0, 1, 20);
  gateQuantizedFfn(gate, Float32Array.of(1, 1, 1, 2, 1));
  const silu = (x: number) => x / (1 + Math.exp(-x));
  for (const [i, wanted] of [silu(-20), silu(-1), 0, 2 * silu(1), silu(20)].entries()) {
    expect(gate[i]).toBeCloseTo(wanted, 5);
  }
});
