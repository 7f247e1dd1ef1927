import fc from "fast-check";
import { expect, test } from "vitest";
import {
  bitWidth,
  bundleType,
  f32,
  i8,
  i16,
  i32,
  indexType,
  intType,
  tokenType,
  vectorType,
} from "../core/type.ts";
import { packElement, unpackElement } from "./pack.ts";
import { isElementOf, type StreamElementType, TOKEN } from "./values.ts";

const scalar = fc.constantFrom(intType(1), intType(3), i8, i32, intType(33), intType(100), indexType, f32);
const element = fc.oneof(
  scalar,
  fc.record({ lanes: fc.integer({ min: 1, max: 5 }), type: scalar }).map((v) => vectorType(v.lanes, v.type)),
);
const anyElement: fc.Arbitrary<StreamElementType> = fc.oneof(
  element,
  fc.array(element, { maxLength: 4 }).map(bundleType),
  fc.constant(tokenType),
);

function hasFloat(type: StreamElementType): boolean {
  if (type.kind === "bundle") return type.fields.some(hasFloat);
  return type.kind === "vector" ? type.element.kind === "float" : type.kind === "float";
}

test("packing is the inverse of unpacking", () => {
  fc.assert(
    fc.property(anyElement, fc.bigInt(0n, (1n << 600n) - 1n), (type, seed) => {
      const bits = BigInt.asUintN(bitWidth(type), seed);
      const value = unpackElement(type, bits);
      if (!hasFloat(type)) expect(packElement(type, value)).toBe(bits);
      expect(unpackElement(type, packElement(type, value))).toEqual(value);
      expect(isElementOf(type, value)).toBe(true);
    }),
    { seed: 3, numRuns: 500 },
  );
});

test("field 0 and lane 0 are in the low bits, NaN is canonical", () => {
  expect(packElement(bundleType([i16, vectorType(2, i8)]), [-1, [2, 3]])).toBe(0x0302_ffffn);
  expect(packElement(f32, NaN)).toBe(0x7fc0_0000n);
  expect(packElement(f32, -0)).toBe(0x8000_0000n);
  expect(unpackElement(tokenType, 0n)).toBe(TOKEN);
  expect([128, -129, 0.5, 1n].some((value) => isElementOf(i8, value))).toBe(false);
  expect(isElementOf(f32, 0.1)).toBe(false);
});
