import { expect, test } from "vitest";
import type { HwSimulator } from "../simulator.ts";
import { firstDivergence, StreamObserver } from "./stream-observer.ts";

/** A design that pushes one number of `pushed` into stream `s` every second cycle, and a token into `t` with it. */
function pushing(pushed: readonly bigint[]): HwSimulator {
  let cycle = 0;
  const at = (): bigint | undefined => (cycle % 2 === 0 ? pushed[cycle / 2] : undefined);
  const outputs: Readonly<Record<string, () => bigint>> = {
    tap_s_valid: () => (at() === undefined ? 0n : 1n),
    tap_s_data: () => at() ?? 0n,
    tap_t_valid: () => (at() === undefined ? 0n : 1n),
    finished: () => (cycle === 2 * pushed.length ? 1n : 0n),
  };
  return {
    poke: () => undefined,
    peek: (name) => Promise.resolve(outputs[name]?.() ?? 0n),
    run: (cycles) => {
      cycle += cycles;
      return Promise.resolve({ cycles, stopped: false });
    },
    writeMemory: () => Promise.resolve(),
    readMemory: () => Promise.resolve(new Uint8Array()),
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
