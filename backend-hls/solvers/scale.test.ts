import { expect, test } from "vitest";
import type { Dependence, Operation, Problem } from "../problem/problem.ts";
import { verifySchedule } from "../problem/verify.ts";
import { scheduleAsap } from "./asap.ts";
import { scheduleModulo } from "./modulo.ts";

const SIZE = 5000;

/** Layers of adders, multipliers and loads, with a few recurrences when `carried`. */
function largeProblem(units: number, carried: boolean): Problem {
  const kinds = ["add", "load", "mul", "add", "load", "add"];
  const operations = Array.from(
    { length: SIZE },
    (_, id): Operation => ({ id, name: `op${id}`, type: kinds[(id * 7) % 6] ?? "add", resultBits: id % 33 }),
  );
  const dependences = operations.flatMap(({ id }): Dependence[] =>
    id < 100
      ? []
      : [
          { kind: "data", from: id - 1 - ((id * 31) % 97), to: id, distance: 0 },
          { kind: "data", from: id - 1 - ((id * 17) % 89), to: id, distance: 0 },
          ...(carried && id % 250 === 0
            ? [{ kind: "data", from: id, to: id - 1 - ((id * 31) % 97), distance: 1 } as const]
            : []),
        ],
  );
  return {
    periodPs: 1000,
    operations,
    dependences,
    types: [
      { name: "add", latencyCycles: 0, inputDelayPs: 0, outputDelayPs: 300 },
      { name: "mul", latencyCycles: 3, inputDelayPs: 300, outputDelayPs: 300 },
      { name: "load", latencyCycles: 1, inputDelayPs: 200, outputDelayPs: 500, resource: "port" },
    ],
    resources: [{ name: "port", units }],
  };
}

test("5,000 operations are cut into stages, and scheduled at an interval of 100", () => {
  const wide = largeProblem(SIZE, false);
  const tight = largeProblem(17, true);
  const stages = scheduleAsap(wide);
  const modulo = scheduleModulo(tight, { maxIi: 200 });
  if (stages.kind !== "schedule" || modulo.kind !== "schedule") throw new Error("no schedule");
  expect(verifySchedule(wide, stages)).toEqual([]);
  expect(verifySchedule(tight, modulo)).toEqual([]);
  expect(modulo.ii).toBe(99);
});
