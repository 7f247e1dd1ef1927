import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import {
  addOrSubtract,
  type BitOps,
  isAllOnes,
  isNonZero,
  mulFull,
  normalizeLeft,
  sext,
  shiftRightSticky,
} from "./bit-ops.ts";
import { compileGraph } from "./bit-ops-compile.ts";
import { type Bits, bits, evalBitOps as o } from "./bit-ops-eval.ts";
import { measureGraph, recordGraph } from "./bit-ops-record.ts";

beforeAll(() => {
  fc.configureGlobal({ seed: 20_261 });
});

const vector = (min: number, max: number): fc.Arbitrary<Bits> =>
  fc
    .integer({ min, max })
    .chain((width) => fc.bigInt(0n, (1n << BigInt(width)) - 1n).map((value) => bits(value, width)));
const vectorPair = (min: number, max: number): fc.Arbitrary<[Bits, Bits]> =>
  vector(min, max).chain((a) =>
    fc.bigInt(0n, (1n << BigInt(a.width)) - 1n).map((value): [Bits, Bits] => [a, bits(value, a.width)]),
  );

test("normalizeLeft brings the highest set bit to the top and counts the steps", () => {
  fc.assert(
    fc.property(vector(2, 40), (v) => {
      fc.pre(v.value > 0n);
      const { value, count } = normalizeLeft(o, v);
      expect(value.value >> BigInt(v.width - 1)).toBe(1n);
      expect(v.value << count.value).toBe(value.value);
    }),
  );
});

test("shiftRightSticky keeps the OR of the lost bits in the lowest bit, for every amount", () => {
  fc.assert(
    fc.property(vector(2, 40), fc.bigInt(0n, 63n), (v, amount) => {
      const shifted = v.value >> amount;
      const sticky = shifted << amount === v.value ? 0n : 1n;
      expect(shiftRightSticky(o, v, bits(amount, 6)).value).toBe(shifted | sticky);
    }),
  );
});

test("addOrSubtract, mulFull, sext and the reductions agree with integers", () => {
  fc.assert(
    fc.property(vectorPair(1, 40), fc.boolean(), ([a, b], subtract) => {
      const exact = subtract ? a.value - b.value : a.value + b.value;
      expect(addOrSubtract(o, a, b, bits(subtract ? 1n : 0n, 1))).toEqual(bits(exact, a.width));
      expect(mulFull(o, a, b)).toEqual(bits(a.value * b.value, 2 * a.width));
      expect(sext(o, a, 64)).toEqual(bits(BigInt.asIntN(a.width, a.value), 64));
      expect(isNonZero(o, a).value).toBe(a.value === 0n ? 0n : 1n);
      expect(isAllOnes(o, a).value).toBe(a.value === (1n << BigInt(a.width)) - 1n ? 1n : 0n);
    }),
  );
});

/** Every operation once; 26-bit halves keep the product within 52 bits. */
function everyOperation<V>(b: BitOps<V>, x: V, y: V): V {
  const width = b.width(x);
  const low = b.and(x, b.constant((1n << BigInt(Math.min(26, width))) - 1n, width));
  const product = b.mul(
    width > 32 ? b.shr(low, b.constant(1n, 3)) : x,
    width > 32 ? b.constant(12345n, width) : y,
  );
  const shifted = b.xor(b.shl(x, b.extract(y, 0, 3)), b.shr(y, b.extract(x, 0, 6)));
  const flags = b.concat(b.eq(x, y), b.ult(x, y), b.slt(x, y), b.not(b.extract(x, 2, 1)));
  const rom = b.table(
    Array.from({ length: 16 }, (_, i) => BigInt(i * i * 7)),
    width,
    flags,
  );
  const sums = b.mux(b.slt(x, y), b.add(x, y), b.sub(x, y));
  return b.xor(b.or(product, shifted), b.xor(b.not(rom), sums));
}

test("a compiled recording computes what the bigint algebra computes, up to 50 bits", () => {
  const compiled = Array.from({ length: 51 }, (_, width) =>
    width < 12 ? undefined : compileGraph(recordGraph([width, width], everyOperation)),
  );
  fc.assert(
    fc.property(vectorPair(12, 50), ([x, y]) => {
      const result = compiled[x.width]?.(Number(x.value), Number(y.value));
      expect(result).toBe(Number(everyOperation(o, x, y).value));
    }),
    { numRuns: 2000 },
  );
});

test("a recording shares equal nodes, drops unused ones and counts only logic", () => {
  const graph = recordGraph([8, 8], (b, x, y) => {
    b.mul(x, y);
    return b.concat(b.add(x, y), b.extract(b.not(b.add(x, y)), 0, 4));
  });
  expect(measureGraph(graph)).toEqual({ operations: 2, depth: 2, operationsByKind: { add: 1, not: 1 } });
});

test("mismatched widths are our bug", () => {
  expect(() => o.add(bits(1n, 8), bits(1n, 9))).toThrow("operands of 8 and 9 bits");
  expect(() => recordGraph([8, 9], (b, x, y) => b.add(x, y))).toThrow("operands of 8 and 9 bits");
});
