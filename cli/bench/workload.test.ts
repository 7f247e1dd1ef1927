import { expect, test } from "vitest";
import { latenciesOf } from "./serving-table.ts";
import { distributionOf } from "./statistics.ts";
import { makeWorkload, type Workload } from "./workload.ts";

const base: Workload = {
  shape: { kind: "mixed", input: 64, output: 32 },
  requests: 200,
  rate: 100,
  seed: 3,
  vocab: 97,
};

test("the same seed gives the same requests; a Poisson process has the rate that was asked for", () => {
  const made = makeWorkload(base);
  expect(makeWorkload(base)).toEqual(made);
  expect(makeWorkload({ ...base, seed: 4 })).not.toEqual(made);
  const last = made.at(-1)?.arrival ?? 0;
  expect(200 / last).toBeGreaterThan(80);
  expect(200 / last).toBeLessThan(125);
  const lengths = made.map(({ request }) => request.promptIds.length);
  expect([Math.min(...lengths) >= 8, Math.max(...lengths) <= 64]).toEqual([true, true]);
});

test("prefixes are repeated, and there are as many as were asked for", () => {
  const shape = { kind: "prefix-repetition", prefixes: 3, prefix: 10, input: 4, output: 2 } as const;
  const made = makeWorkload({ ...base, shape, rate: undefined });
  const prefixes = new Set(made.map(({ request }) => request.promptIds.slice(0, 10).join()));
  expect(prefixes.size).toBe(3);
  expect(made.every(({ arrival, request }) => arrival === 0 && request.promptIds.length === 14)).toBe(true);
});

test("latencies are those of methods for serving: first token, per token behind it, gaps, end", () => {
  const requests = [
    { id: "a", arrival: 10, tokens: [1, 2, 3], times: [20, 26, 40] },
    { id: "b", arrival: 12, tokens: [4], times: [20] },
  ];
  expect(latenciesOf(requests)).toEqual({ ttft: [10, 8], tpot: [10], itl: [6, 14], e2e: [30, 8] });
  const { p99, ...others } = distributionOf([1, 2, 3, 4]);
  expect(others).toEqual({ mean: 2.5, median: 2.5, std: Math.sqrt(1.25) });
  expect(p99).toBeCloseTo(3.97);
});
