import { describe, expect, test } from "vitest";
import { compileGraph } from "./bit-ops-compile.ts";
import { f16ToF32, f32ToF16 } from "./f16.ts";
import { bitsToF32, f32ToBits } from "./f32-bits.ts";
import { divF32, sqrtF32 } from "./f32-semantics.ts";
import { BF16, F16, type HalfFormat } from "./half-precision.ts";
import { FLOAT_PRIMITIVES } from "./primitives.ts";
import { graphOf } from "./testing/compare-primitive.ts";
import { randomWords } from "./testing/f32-cases.ts";

const WORDS = Array.from({ length: 65_536 }, (_, word) => word);

/** Exponent and fraction bits as IEEE 754 reads them, for either format. */
function numberOf({ name }: HalfFormat, word: number): number {
  const [bias, fractionBits] = name === "f16" ? [15, 10] : [127, 7];
  const exponent = (word & 0x7fff) >>> fractionBits;
  const fraction = word & (2 ** fractionBits - 1);
  const sign = word >= 0x8000 ? -1 : 1;
  if (exponent === 2 * bias + 1) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return name === "f16" ? sign * fraction * 2 ** (1 - bias - fractionBits) : sign * 0;
  return sign * (1 + fraction / 2 ** fractionBits) * 2 ** (exponent - bias);
}

/** The words of a format's non-negative finite numbers rise with their value: the nearest one is between two neighbours. */
function nearest(format: HalfFormat, x: number): number {
  if (Number.isNaN(x)) return x;
  const last = format.name === "f16" ? 0x7bff : 0x7f7f;
  const magnitude = Math.abs(x);
  let [low, high] = [0, last + 1];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (numberOf(format, middle) <= magnitude) low = middle;
    else high = middle;
  }
  const below = numberOf(format, low);
  const above = low === last ? 2 * below - numberOf(format, low - 1) : numberOf(format, low + 1);
  const [down, up] = [magnitude - below, above - magnitude];
  const isUp = up < down || (up === down && low % 2 === 1);
  const rounded = isUp ? (low === last ? Infinity : above) : below;
  return x < 0 || Object.is(x, -0) ? -rounded : rounded;
}

describe.each([BF16, F16])("$name", (format) => {
  test("every word is its number, and becomes itself again", () => {
    for (const word of WORDS) {
      const number = numberOf(format, word);
      if (!Object.is(format.round(format.decode(word)), number)) expect.fail(word.toString(16));
      if (!Object.is(numberOf(format, format.encode(number)), number)) expect.fail(word.toString(16));
    }
  });

  test.each(["add", "sub", "mul"] as const)("%s is the exact result, rounded once", (operation) => {
    const { build, evaluate } = FLOAT_PRIMITIVES[`${format.name}_${operation}`];
    const run = compileGraph(graphOf(FLOAT_PRIMITIVES[`${format.name}_${operation}`]));
    expect(build).toBeTypeOf("function");
    const next = randomWords(9);
    for (let i = 0; i < 20_000; i++) {
      const [a, b] = [next() & 0xffff, next() & 0xffff];
      const [x, y] = [numberOf(format, a), numberOf(format, b)];
      const exact = operation === "mul" ? x * y : operation === "add" ? x + y : x - y;
      const isFlushed = format.name === "bf16" && Math.abs(exact) < 2 ** -126;
      const wanted = isFlushed ? exact * 0 : nearest(format, exact);
      const found = [evaluate(x, y), format.decode(run(a, b))];
      if (found.some((value) => !Object.is(value, wanted)))
        expect.fail(
          `${a.toString(16)} ${operation} ${b.toString(16)}: ${found.join()}, not ${String(wanted)}`,
        );
    }
  });

  test("quotients and roots by way of float32 are rounded as if once", () => {
    const next = randomWords(10);
    for (let i = 0; i < 20_000; i++) {
      const [x, y] = [numberOf(format, next() & 0xffff), numberOf(format, next() & 0xffff)];
      const found = format.round(divF32(x, y));
      const isTiny = format.name === "bf16" && Math.abs(x / y) < 2 ** -125;
      if (!isTiny && !Object.is(found, nearest(format, x / y))) expect.fail(`${String(x)} / ${String(y)}`);
    }
    for (const word of WORDS) {
      const x = numberOf(format, word);
      if (!Object.is(format.round(sqrtF32(x)), nearest(format, Math.sqrt(x)))) expect.fail(String(x));
    }
  });
});

test("f16 to float32 and back, in hardware's terms: every word", () => {
  const from = compileGraph(graphOf(FLOAT_PRIMITIVES.from_f16));
  const to = compileGraph(graphOf(FLOAT_PRIMITIVES.to_f16));
  for (const word of WORDS) {
    const number = f16ToF32(word);
    const again = Number.isNaN(number) ? 0x7e00 : word;
    if (from(word) !== f32ToBits(number) || to(from(word)) !== again || f32ToF16(number) !== again)
      expect.fail(word.toString(16));
  }
});

test("float32 to f16 is rounded to the nearest, at every exponent and around every tie", () => {
  const to = compileGraph(graphOf(FLOAT_PRIMITIVES.to_f16));
  const next = randomWords(11);
  for (let exponent = 90; exponent < 150; exponent++) {
    for (let i = 0; i < 1000; i++) {
      const near = (next() & 0x7ff) * 4096 + (next() % 3) - 1;
      const word = ((exponent << 23) | (i % 2 === 0 ? near & 0x7f_ffff : next() & 0x7f_ffff)) >>> 0;
      const x = bitsToF32(word);
      if (!Object.is(f16ToF32(to(word)), nearest(F16, x))) expect.fail(word.toString(16));
    }
  }
});
