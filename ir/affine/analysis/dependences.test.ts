import fc from "fast-check";
import { expect, test } from "vitest";
import { at } from "../../support/bug.ts";
import { rootsOf, statementsOf } from "../model/program.ts";
import { evaluateSum } from "../model/sum.ts";
import { type Access, loadsOf } from "../model/term.ts";
import { randomProgram } from "../testing/random-program.ts";
import { programOfText } from "../testing/run-both.ts";
import { type Event, traceOf } from "../testing/trace.ts";
import { commonLoops, dependencesOf, directionOf, distancesOf } from "./dependences.ts";

interface Touch {
  readonly event: Event;
  readonly access: Access;
  readonly kind: "load" | "store";
  readonly cell: string;
}

function touches(event: Event): readonly Touch[] {
  const { statement } = event.placed;
  const cellOf = ({ subscripts }: Access): string =>
    subscripts.map((sum) => evaluateSum(sum, (counter) => event.counters.get(counter) ?? Number.NaN)).join();
  const loads = loadsOf(rootsOf(statement)).map(({ access }) => ({ access, kind: "load" as const }));
  return [...loads, { access: statement.target, kind: "store" as const }].map(({ access, kind }) => ({
    event,
    access,
    kind,
    cell: cellOf(access),
  }));
}

/** Dependences found by running the program: one line each, with the distances that occur. */
function observed(events: readonly Event[], number: ReadonlyMap<Access, string>): Map<string, number[][]> {
  const out = new Map<string, number[][]>();
  const all = events.map(touches);
  all.forEach((list, first) => {
    for (const later of all.slice(first + 1).flat())
      for (const earlier of list) {
        if (earlier.access.array !== later.access.array || earlier.cell !== later.cell) continue;
        if (earlier.kind === "load" && later.kind === "load") continue;
        const common = commonLoops(earlier.event.placed.loops, later.event.placed.loops);
        const distance = Array.from(
          { length: common },
          (_, loop) => at(later.event.iteration, loop) - at(earlier.event.iteration, loop),
        );
        const carrier = distance.findIndex((step) => step !== 0);
        const key = `${number.get(earlier.access) ?? "?"}>${number.get(later.access) ?? "?"}@${String(carrier)}`;
        out.set(key, [...(out.get(key) ?? []), distance]);
      }
  });
  return out;
}

test("dependences of random programs are those that happen", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 30 }), (seed) => {
      const { body } = programOfText(randomProgram(seed, { depth: 2, unguarded: seed % 2 === 0 }));
      const placed = statementsOf(body);
      const number = new Map<Access, string>();
      placed.forEach(({ statement }, index) => {
        for (const { access } of loadsOf(rootsOf(statement)))
          number.set(access, `${String(index)}.${String(number.size)}`);
        number.set(statement.target, `${String(index)}.${String(number.size)}`);
      });
      const wanted = observed(traceOf(body), number);
      const found = new Map(
        dependencesOf(placed).map((each) => [
          `${number.get(each.sourceAccess) ?? "?"}>${number.get(each.targetAccess) ?? "?"}@${String(each.carrier ?? -1)}`,
          each,
        ]),
      );
      expect([...found.keys()].sort()).toEqual([...wanted.keys()].sort());
      for (const [key, distances] of wanted) {
        const ranges = distancesOf(found.get(key) ?? at([], 0));
        for (const distance of distances)
          ranges.forEach((range, loop) => {
            expect(at(distance, loop)).toBeGreaterThanOrEqual(range.min ?? -Infinity);
            expect(at(distance, loop)).toBeLessThanOrEqual(range.max ?? Infinity);
          });
      }
    }),
    { numRuns: 30, seed: 11 },
  );
});

test("constant distances and directions of a stencil", () => {
  const { body } = programOfText(`func.func @f(%A: memref<20x20xf32>) {
    affine.for %i = 1 to 19 { affine.for %j = 1 to 18 {
      %0 = affine.load %A[%i - 1, %j + 1] : memref<20x20xf32>
      affine.store %0, %A[%i, %j] : memref<20x20xf32>
    } }
    return
  }`);
  const dependences = dependencesOf(statementsOf(body));
  expect(dependences.map(({ kind, carrier }) => [kind, carrier])).toEqual([["flow", 0]]);
  const distances = distancesOf(at(dependences, 0));
  expect(distances).toEqual([
    { min: 1, max: 1 },
    { min: -1, max: -1 },
  ]);
  expect(distances.map(directionOf)).toEqual(["<", ">"]);
});
