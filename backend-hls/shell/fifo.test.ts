import fc from "fast-check";
import { expect, test } from "vitest";
import { fifoLatency, fifoModule } from "./fifo.ts";
import { bench } from "./testing/evaluate.ts";

interface Held {
  readonly data: bigint;
  /** The first cycle in which it must be shown, if it is the oldest. */
  readonly visible: number;
}

function checkValid(valid: boolean, depth: number, head: Held | undefined, cycle: number): void {
  if (valid) expect(head).toBeDefined();
  if (head === undefined) return;
  if (depth <= 512 || cycle >= head.visible + 1) expect(valid).toBe(true);
}

/** Drives a queue with credits kept by the producer, against a list; `traffic` says who is willing in each cycle. */
function run(
  width: number,
  depth: number,
  traffic: readonly { readonly push: boolean; readonly pop: boolean }[],
): void {
  const fifo = fifoModule(width, depth);
  const dut = bench(fifo, [fifo]);
  dut.set({ rst: 1 });
  dut.tick();
  dut.set({ rst: 0 });
  const held: Held[] = [];
  let credits = depth;
  let next = 1n;
  traffic.forEach(({ push, pop }, cycle) => {
    const pushes = push && credits > 0;
    const data = BigInt.asUintN(Math.max(width, 1), next * 2654435761n);
    dut.set({ in_valid: pushes, out_pop: 0, ...(width === 0 ? {} : { in_data: data }) });
    const head = held[0];
    const valid = dut.get("out_valid") === 1n;
    checkValid(valid, depth, head, cycle);
    if (valid && width > 0) expect(dut.get("out_data")).toBe(head?.data);
    const pops = pop && valid;
    dut.set({ out_pop: pops });
    const credit = dut.get("in_credit") === 1n;
    expect(credit).toBe(pops);
    if (pushes) {
      held.push({ data, visible: cycle + fifoLatency(depth) });
      next += 1n;
    }
    if (pops) held.shift();
    credits += Number(credit) - Number(pushes);
    dut.tick();
  });
}

const willing = fc.array(fc.record({ push: fc.boolean(), pop: fc.boolean() }), {
  minLength: 50,
  maxLength: 200,
});

test.each([1, 2, 3, 4, 7, 32])("a queue of depth %i keeps order under any traffic", (depth) => {
  fc.assert(
    fc.property(willing, fc.constantFrom(0, 1, 9, 70), (traffic, width) => {
      run(width, depth, traffic);
    }),
    { numRuns: 12, seed: 1 },
  );
});

test("a block RAM queue keeps order, fills up and streams one element per cycle", () => {
  run(
    16,
    600,
    Array.from({ length: 1500 }, (_, cycle) => ({ push: true, pop: cycle > 700 })),
  );
  run(
    16,
    600,
    Array.from({ length: 400 }, (_, cycle) => ({ push: cycle % 3 !== 0, pop: cycle % 7 !== 2 })),
  );
});

test.each([1, 2, 5, 8, 600])(
  "a queue of depth 600 or 8 with limit %i hands out that many credits and never more elements are in it",
  (limit) => {
    const depth = limit > 8 ? 600 : 8;
    const fifo = fifoModule(12, depth, { limit: true });
    const dut = bench(fifo, [fifo]);
    dut.set({ rst: 1, limit, in_valid: 0, out_pop: 0 });
    dut.tick();
    dut.set({ rst: 0 });
    let [credits, held, most] = [0, 0, 0];
    for (let cycle = 0; cycle < 4 * depth; cycle++) {
      const push = cycle > depth && credits > 0;
      dut.set({ in_valid: push, in_data: BigInt(cycle % 4096) });
      const pop = cycle > 2 * depth && cycle % 3 === 0 && dut.get("out_valid") === 1n;
      dut.set({ out_pop: pop });
      credits += Number(dut.get("in_credit") === 1n) - Number(push);
      held += Number(push) - Number(pop);
      most = Math.max(most, held);
      expect(held + credits).toBeLessThanOrEqual(limit);
      dut.tick();
    }
    expect(most).toBe(limit);
  },
);
