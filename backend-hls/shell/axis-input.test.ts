import { expect, test } from "vitest";
import { axisInputModule } from "./axis-input.ts";
import { bench } from "./testing/evaluate.ts";

/** Elements that are taken one cycle after the other, where nothing leaves the queue but what `credits` says. */
function taken(beginsWithoutCredits: boolean, credits: readonly number[]): number {
  const front = axisInputModule(8, { depth: 3, beginsWithoutCredits });
  const dut = bench(front, [front]);
  dut.set({ rst: 1, tvalid: 1, tdata: 7n, credit: 0 });
  dut.tick();
  dut.set({ rst: 0 });
  let count = 0;
  for (const credit of [...credits, 0, 0, 0, 0, 0]) {
    dut.set({ credit });
    count += Number(dut.get("tready"));
    expect(dut.get("valid")).toBe(dut.get("tready"));
    dut.tick();
  }
  return count;
}

test("as many elements are taken as the queue has room for", () => {
  expect(taken(false, [])).toBe(3);
  expect(taken(false, [0, 1, 1])).toBe(5);
});

test("in front of a queue with a limit only what it hands out is taken", () => {
  expect(taken(true, [])).toBe(0);
  expect(taken(true, [1, 0, 1])).toBe(2);
});
