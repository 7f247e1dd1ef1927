import { expect, test } from "vitest";
import type { NetworkPlan } from "../network/plan-network.ts";
import { type DeadlockFinding, QueueWitness } from "./queue-witness.ts";

/** Two elements are pushed before the first is taken; a third in the cycle behind that. */
function run(
  depth: number,
  more: (trace: { push(cycle: number): void; pop(cycle: number): void }) => void,
): DeadlockFinding {
  const streams = new Map([["a", { name: "a", depth }]]) as unknown as NetworkPlan["streams"]; // only names and depths are looked at
  const witness = new QueueWitness({ streams });
  const trace = witness.traceOf("a");
  if (trace === undefined) throw new Error("a queue");
  more(trace);
  return witness.finding();
}

const healthy: Parameters<typeof run>[1] = (trace) => {
  trace.push(1);
  trace.push(2);
  trace.pop(4);
  trace.push(5);
  trace.pop(6);
  trace.pop(7);
};

test("a run that keeps to the depth proves that nothing waits for itself", () => {
  expect(run(2, healthy)).toEqual({ free: true, queues: 1, elements: 3, breach: null });
});

test("a depth that the run does not keep to is refused", () => {
  expect(run(1, healthy)).toMatchObject({
    free: false,
    breach: "element 1 of a finds none of its 1 spaces free",
  });
});

test("elements that are taken too early, or never, are refused", () => {
  const early = run(2, (trace) => {
    trace.push(3);
    trace.pop(3);
  });
  expect(early).toMatchObject({ free: false, breach: "element 0 of a is taken before it is there" });
  expect(
    run(2, (trace) => {
      trace.push(1);
    }),
  ).toMatchObject({ free: false, breach: "1 elements stay in a" });
});
