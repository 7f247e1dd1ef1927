import fc from "fast-check";
import { expect, test } from "vitest";
import { cycleOf } from "../problem/clock-time.ts";
import { buildGraph } from "../problem/graph.ts";
import { depthOf } from "../problem/verify.ts";
import { rankOperations } from "./components.ts";
import { EarliestTimes } from "./earliest-times.ts";
import { randomProblem } from "./random-problem.ts";
import { shortenLifetimes, waitingBits } from "./shorten-lifetimes.ts";

test("moving operations never costs registers or depth", () => {
  fc.assert(
    fc.property(randomProblem(25), fc.integer({ min: 1, max: 12 }), (problem, ii) => {
      const graph = buildGraph({ ...problem, resources: [{ name: "port", units: 25 }] });
      const ranked = rankOperations(graph);
      const times = new EarliestTimes(graph, ranked, ii);
      fc.pre(times.settleAll());
      const options = { ii, opByRank: ranked.opByRank, isAnchored: () => false };
      const before = times.start.map(cycleOf);
      const after = shortenLifetimes(graph, times.start, options).map(cycleOf);
      expect(waitingBits(graph, after, ii)).toBeLessThanOrEqual(waitingBits(graph, before, ii));
      expect(depthOf(graph, after)).toBeLessThanOrEqual(depthOf(graph, before));
    }),
    { numRuns: 500, seed: 7 },
  );
});
