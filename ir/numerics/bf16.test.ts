import { expect, test } from "vitest";
import { bf16ToF32, f32ToBf16, mulBf16 } from "./bf16.ts";
import { compileGraph } from "./bit-ops-compile.ts";
import { bitsToF32, f32ToBits } from "./f32-bits.ts";
import { FLOAT_PRIMITIVES } from "./primitives.ts";
import { graphOf } from "./testing/compare-primitive.ts";

const WORDS = Array.from({ length: 65536 }, (_, word) => word);

test("every bfloat16 is itself; zeros for subnormals, one NaN", () => {
  const to = compileGraph(graphOf(FLOAT_PRIMITIVES.to_bf16));
  for (const word of WORDS) {
    const isTiny = (word & 0x7f80) === 0;
    const isNotNumber = (word & 0x7fff) > 0x7f80;
    const wanted = isTiny ? word & 0x8000 : isNotNumber ? 0x7fc0 : word;
    if (to(word * 65536) !== wanted || (f32ToBf16(bf16ToF32(word)) & 0xffff) !== wanted)
      expect.fail(word.toString(16));
  }
});

test("between two neighbours the nearer one is taken, the even one of equals, for every upper half", () => {
  const to = compileGraph(graphOf(FLOAT_PRIMITIVES.to_bf16));
  for (const word of WORDS) {
    if ((word & 0x7f80) === 0 || (word & 0x7f80) === 0x7f80) continue;
    for (const low of [0, 1, 0x7fff, 0x8000, 0x8001, 0xffff]) {
      const isUp = low > 0x8000 || (low === 0x8000 && (word & 1) === 1);
      const wanted = isUp ? word + 1 : word;
      const found = [to(word * 65536 + low), f32ToBf16(bitsToF32(word * 65536 + low)) & 0xffff];
      if (found.some((one) => one !== wanted)) expect.fail(`${word.toString(16)} ${low.toString(16)}`);
    }
  }
});

test("products are exact: every pair of significands at the ends of the exponents, every word with special words", () => {
  const mul = compileGraph(graphOf(FLOAT_PRIMITIVES.mul_bf16));
  const check = (a: number, b: number): void => {
    const wanted = f32ToBits(mulBf16(a, b));
    if (mul(a, b) !== wanted) expect.fail(`${a.toString(16)} · ${b.toString(16)}: ${mul(a, b).toString(16)}`);
  };
  for (const [x, y] of [
    [127, 127],
    [1, 127],
    [1, 126],
    [1, 125],
    [254, 127],
    [254, 128],
    [64, 63],
    [0, 200],
  ] as const) {
    for (let i = 0; i < 128; i++) for (let j = 0; j < 128; j++) check(x * 128 + i, 32768 + y * 128 + j);
  }
  for (const word of WORDS) {
    for (const special of [
      0, 0x8000, 1, 0x7f, 0x80, 0x3f80, 0x3f81, 0xbfff, 0x7f7f, 0x7f80, 0xff80, 0x7fc0, 0xff81,
    ])
      check(word, special);
  }
  expect(mulBf16(f32ToBf16(1.5), f32ToBf16(-3))).toBe(-4.5);
});
