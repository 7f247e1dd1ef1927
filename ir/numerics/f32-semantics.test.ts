import { expect, test } from "vitest";
import { bitsToF32, CANONICAL_NAN, f32ToBits } from "./f32-bits.ts";
import { expF32 } from "./f32-exp.ts";
import { recipF32 } from "./f32-recip.ts";
import { rsqrtF32 } from "./f32-rsqrt.ts";
import {
  addF32,
  eqF32,
  exponentF32,
  f32ToSigned,
  flushF32,
  leF32,
  ltF32,
  maxF32,
  mulF32,
  negF32,
  scale2F32,
  subF32,
} from "./f32-semantics.ts";

const MIN_NORMAL = 2 ** -126;
const MAX = bitsToF32(0x7f7f_ffff);

test("every NaN has the canonical bits", () => {
  expect(f32ToBits(bitsToF32(0xff80_0001))).toBe(CANONICAL_NAN);
  expect(f32ToBits(subF32(Infinity, Infinity))).toBe(CANONICAL_NAN);
  expect(f32ToBits(negF32(NaN))).toBe(CANONICAL_NAN);
});

test("subnormal operands and results become zeros of their sign", () => {
  expect(flushF32(-(2 ** -127))).toBe(-0);
  expect(addF32(2 ** -127, 2 ** -127)).toBe(0);
  expect(subF32(MIN_NORMAL, 1.5 * MIN_NORMAL)).toBe(-0);
  expect(mulF32(-MIN_NORMAL, 0.5)).toBe(-0);
  expect(mulF32(2 ** -127, Infinity)).toBe(NaN);
});

test("a product just below the smallest normal number rounds up to it where float32 rounds so", () => {
  const below = 1 - 2 ** -24; // a tie between the largest subnormal and 2^-126
  expect(mulF32(MIN_NORMAL, below)).toBe(MIN_NORMAL);
  expect(mulF32(MIN_NORMAL, 1 - 2 ** -23)).toBe(0);
  expect(scale2F32(2 * below, -127)).toBe(MIN_NORMAL);
});

test("sums of zeros keep the sign that IEEE 754 gives them", () => {
  expect(addF32(-0, -0)).toBe(-0);
  expect(addF32(0, -0)).toBe(0);
  expect(subF32(1, 1)).toBe(0);
});

test("maximum and comparisons", () => {
  expect([maxF32(NaN, 1), maxF32(1, NaN), maxF32(-0, 0), maxF32(-1, -2)]).toEqual([NaN, NaN, 0, -1]);
  expect([ltF32(NaN, 1), leF32(NaN, NaN), eqF32(0, -0), ltF32(-0, 0), eqF32(2 ** -140, 0)]).toEqual([
    0, 0, 1, 0, 1,
  ]);
});

test("to integer: ties to even, saturating, NaN to zero", () => {
  expect([0.5, 1.5, 2.5, -0.5, -1.5].map((x) => f32ToSigned(x, 8))).toEqual([0, 2, 2, 0, -2]);
  expect([127.5, -128.5, 1e9, -Infinity, NaN].map((x) => f32ToSigned(x, 8))).toEqual([
    127, -128, 127, -128, 0,
  ]);
  expect([2 ** 31, -(2 ** 31), Infinity].map((x) => f32ToSigned(x, 32))).toEqual([
    2 ** 31 - 1,
    -(2 ** 31),
    2 ** 31 - 1,
  ]);
});

test("scaling saturates at both ends for any k", () => {
  expect([scale2F32(1, 127), scale2F32(1, 128), scale2F32(-1, 2 ** 31 - 1)]).toEqual([
    2 ** 127,
    Infinity,
    -Infinity,
  ]);
  expect([scale2F32(1, -126), scale2F32(-1, -127), scale2F32(-MAX, -(2 ** 31))]).toEqual([
    MIN_NORMAL,
    -0,
    -0,
  ]);
  expect([scale2F32(0, 1000), scale2F32(Infinity, -1000), scale2F32(2 ** -130, 100)]).toEqual([
    0,
    Infinity,
    0,
  ]);
});

test("the exponent", () => {
  expect([1, 0.75, -8, 0, 2 ** -140, Infinity, NaN].map(exponentF32)).toEqual([
    0, -1, 3, -127, -127, 128, 128,
  ]);
});

test("recip: special values, and exact on every power of two that has a normal inverse", () => {
  expect([0, -0, Infinity, -Infinity, NaN].map(recipF32)).toEqual([Infinity, -Infinity, 0, -0, NaN]);
  expect([2 ** -127, 2 ** 127, -MAX].map(recipF32)).toEqual([Infinity, 0, -0]);
  for (let k = -126; k <= 126; k++) expect(recipF32(-(2 ** k))).toBe(-(2 ** -k));
});

test("rsqrt: special values, and exact on every power of four", () => {
  expect([0, -0, Infinity, -Infinity, NaN, -1, -(2 ** -140)].map(rsqrtF32)).toEqual([
    Infinity,
    -Infinity,
    0,
    NaN,
    NaN,
    NaN,
    -Infinity,
  ]);
  for (let k = -63; k <= 63; k++) expect(rsqrtF32(4 ** k)).toBe(2 ** -k);
});

test("exp: special values and the ends of its range", () => {
  expect([0, -0, Infinity, -Infinity, NaN, 1000, -1000].map(expF32)).toEqual([
    1,
    1,
    Infinity,
    0,
    NaN,
    Infinity,
    0,
  ]);
  expect([2 ** -126, -(2 ** -26), 2 ** -25].map(expF32)).toEqual([1, 1, 1]);
  const lastFinite = bitsToF32(0x42b1_7217); // 88.72283
  const firstNormal = bitsToF32(0xc2ae_ac4f); // -87.33654
  expect([expF32(lastFinite) < Infinity, expF32(bitsToF32(0x42b1_7218))]).toEqual([true, Infinity]);
  expect([expF32(firstNormal) >= MIN_NORMAL, expF32(bitsToF32(0xc2ae_ac51))]).toEqual([true, 0]);
});
