import { expect, test } from "vitest";
import { pairProducts } from "./paired-products.ts";
import { PLAIN_INT8 } from "./precision.ts";

const DSP48E2 = { operandBits: [27, 18] } as const;
const DSP48E1 = { operandBits: [25, 18] } as const;

test.each([
  ["channels of DSP48E2", DSP48E2, { pn: 2 }, { of: "channels", spacing: 19, most: 16 }],
  ["rows of DSP48E2", DSP48E2, { pn: 1, pt: 2 }, { of: "rows", spacing: 18, most: 8 }],
  ["channels of DSP48E1", DSP48E1, { pn: 4, pt: 2 }, { of: "channels", spacing: 17, most: 4 }],
  ["rows of DSP48E1", DSP48E1, { pn: 1, pt: 4 }, { of: "rows", spacing: 16, most: 2 }],
] as const)(
  "%s: a pair fits, and as many sums of extremes as are added come apart",
  (_, multiplier, shape, pairs) => {
    expect(pairProducts(shape, PLAIN_INT8, multiplier)).toEqual(pairs);
    const { of, spacing, most } = pairs;
    const [weights, activations] = [
      [-127, 127],
      [-128, 127],
    ] as const;
    const [parts, shared] = of === "channels" ? [weights, activations] : [activations, weights];
    for (const upper of parts)
      for (const lower of parts)
        for (const factor of shared) {
          const pair = BigInt(upper) * 2n ** BigInt(spacing) + BigInt(lower);
          expect(BigInt.asIntN(multiplier.operandBits[0], pair)).toBe(pair);
          const sum = BigInt(most * factor) * pair;
          const low = BigInt.asIntN(spacing, sum);
          expect(low).toBe(BigInt(most * factor * lower));
          expect((sum >> BigInt(spacing)) + (low < 0n ? 1n : 0n)).toBe(BigInt(most * factor * upper));
        }
  },
);

test("a single product a multiplication where nothing can be paired, or nothing fits", () => {
  expect(pairProducts({ pn: 1 }, PLAIN_INT8, DSP48E2)).toBeUndefined();
  expect(pairProducts({ pn: 2 }, PLAIN_INT8, { operandBits: [18, 18] })).toBeUndefined();
  expect(pairProducts({ pn: 2 }, PLAIN_INT8, undefined)).toBeUndefined();
});
