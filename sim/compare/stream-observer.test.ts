import { expect, test } from "vitest";
import type { StreamEvent, WatchingSimulator } from "../simulator.ts";
import { firstDivergence, StreamObserver } from "./stream-observer.ts";

/** A design that pushes one number of `pushed` into stream `s` every second cycle, and a token into `t` with it. */
function pushing(pushed: readonly bigint[]): WatchingSimulator {
  let cycle = 0;
  const unused = (): never => {
    throw new Error("not asked for");
  };
  return {
    poke: unused,
    peek: unused,
    run: unused,
    runWatching: (cycles, until, streams) => {
      expect(until).toBe("finished");
      expect(streams).toEqual([
        { valid: "tap_s_valid", data: "tap_s_data" },
        { valid: "tap_t_valid", data: undefined },
      ]);
      const events: StreamEvent[] = [];
      const made = Math.min(cycles, 2 * pushed.length - cycle);
      for (let passed = 0; passed < made; passed++, cycle++) {
        const data = cycle % 2 === 0 ? pushed[cycle / 2] : undefined;
        if (data === undefined) continue;
        events.push({ cycle: passed, stream: 0, data }, { cycle: passed, stream: 1, data: 0n });
      }
      return Promise.resolve({ cycles: made, stopped: made < cycles, events });
    },
    writeMemory: unused,
    readMemory: unused,
    close: () => Promise.resolve(),
  };
}

async function observed(pushed: readonly bigint[], wanted: readonly bigint[]): Promise<StreamObserver> {
  const observer = new StreamObserver(pushing(pushed), [
    { name: "s", hasData: true },
    { name: "t", hasData: false },
  ]);
  observer.expect([
    { name: "s", elements: wanted },
    { name: "t", elements: wanted.map(() => 0n) },
  ]);
  expect(await observer.run(100, "finished")).toEqual({ cycles: 2 * pushed.length, stopped: true });
  return observer;
}

test("the same elements are no divergence", async () => {
  const observer = await observed([5n, 6n, 7n], [5n, 6n, 7n]);
  expect(firstDivergence(observer)).toBeUndefined();
  expect(observer.compared).toBe(6);
});

test("another element is told with its number and cycle", async () => {
  expect(firstDivergence(await observed([5n, 6n, 7n], [5n, 9n, 7n]))).toEqual({
    stream: "s",
    element: 1,
    cycle: 2,
    found: 6n,
    wanted: 9n,
  });
});

test("an element too many and elements that never came", async () => {
  expect(firstDivergence(await observed([5n, 6n], [5n]))).toEqual({
    stream: "s",
    element: 1,
    cycle: 2,
    found: 6n,
    wanted: undefined,
  });
  expect(firstDivergence(await observed([5n], [5n, 6n]))).toEqual({
    stream: "s",
    element: 1,
    cycle: 2,
    found: undefined,
    wanted: 6n,
  });
});
