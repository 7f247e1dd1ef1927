import fc from "fast-check";
import { expect, test } from "vitest";
import { memorySource } from "../files/byte-source.ts";
import { bfloat16ToFloat32Bits, float16ToFloat32Bits, readFloats } from "./read-floats.ts";

fc.configureGlobal({ seed: 20_261 }); // the same cases on every run

const floatOf = (bits: number): number => new Float32Array(Uint32Array.of(bits).buffer)[0] ?? 0;

/** The value of a binary16 by its definition. */
function float16Value(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

test("all 65,536 halves of both kinds widen to their value", () => {
  let different = 0;
  for (let half = 0; half < 65536; half++) {
    if (!Object.is(floatOf(float16ToFloat32Bits(half)), float16Value(half))) different++;
    const widened = new Uint32Array(Float32Array.of(floatOf(bfloat16ToFloat32Bits(half))).buffer)[0] ?? 0;
    const isNan = (half & 0x7f80) === 0x7f80 && (half & 0x7f) !== 0;
    if (!isNan && widened !== half * 65536) different++;
  }
  expect(different).toBe(0);
});

test("any number of halves at any offset, across the chunk size too", () => {
  const halves = Uint16Array.from({ length: 70_000 }, (_, i) => i & 0x7bff);
  const source = memorySource("m", new Uint8Array(halves.buffer));
  fc.assert(
    fc.property(fc.nat(3000), fc.integer({ min: 60_000, max: 67_000 }), (skip, count) => {
      const floats = readFloats(source, 2 * skip, count, "F16");
      const last = count - 1;
      return floats.length === count && floats[last] === float16Value((skip + last) & 0x7bff);
    }),
    { numRuns: 20 },
  );
});
