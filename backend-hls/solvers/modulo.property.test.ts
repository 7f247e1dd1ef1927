import fc from "fast-check";
import { expect, test } from "vitest";
import { checkProblem } from "../problem/check.ts";
import { buildGraph } from "../problem/graph.ts";
import { printProblem } from "../problem/print.ts";
import { verifySchedule } from "../problem/verify.ts";
import { scheduleAsap } from "./asap.ts";
import { rankOperations } from "./components.ts";
import { existsSchedule } from "./exhaustive.ts";
import { scheduleModulo } from "./modulo.ts";
import { randomProblem } from "./random-problem.ts";
import { findRecurrenceMinimum, recurrenceIi } from "./recurrence.ts";
import { findResourceMinimum } from "./resource-minimum.ts";
import { scheduleSequential } from "./sequential.ts";

const runs = (numRuns: number): { numRuns: number; seed: number } => ({ numRuns, seed: 2026 });

test("every schedule of every solver verifies", () => {
  fc.assert(
    fc.property(randomProblem(30), (problem) => {
      expect(checkProblem(problem)).toEqual([]);
      const unlimited = { ...problem, resources: [{ name: "port", units: 1000 }] };
      for (const [subject, result] of [
        [problem, scheduleModulo(problem, { maxIi: 200 })],
        [problem, scheduleModulo(problem, { maxIi: 200, targetIi: 7 })],
        [problem, scheduleSequential(problem)],
        [unlimited, scheduleAsap(unlimited)],
      ] as const) {
        if (result.kind === "schedule") expect(verifySchedule(subject, result)).toEqual([]);
        else expect(subject).toBe(unlimited);
      }
    }),
    runs(400),
  );
});

test("the interval is at least both minima, and the bound that is reported explains it", () => {
  fc.assert(
    fc.property(randomProblem(20), (problem) => {
      const graph = buildGraph(problem);
      const recurrence = findRecurrenceMinimum(graph, rankOperations(graph), 200);
      const resource = findResourceMinimum(graph);
      const result = scheduleModulo(problem, { maxIi: 200 });
      if (result.kind !== "schedule") throw new Error(result.message);
      expect(result.ii).toBeGreaterThanOrEqual(Math.max(recurrence.ii, resource.ii));
      const { bound } = result;
      if (bound.kind === "recurrence") expect(recurrenceIi(bound)).toBe(result.ii);
      if (bound.kind === "resource") expect(Math.ceil(bound.uses / bound.units)).toBe(result.ii);
      if (bound.kind === "none") expect(result.ii).toBe(1);
    }),
    runs(400),
  );
});

test("on small problems no smaller interval has any schedule", () => {
  fc.assert(
    fc.property(randomProblem(5), (problem) => {
      const result = scheduleModulo(problem, { maxIi: 50 });
      if (result.kind !== "schedule") throw new Error(`${result.message}\n${printProblem(problem)}`);
      for (let ii = 1; ii < result.ii; ii++)
        expect(existsSchedule(problem, ii), `${printProblem(problem)} at II ${ii}`).toBe(false);
      expect(existsSchedule(problem, result.ii), printProblem(problem)).toBe(true);
    }),
    runs(300),
  );
});
