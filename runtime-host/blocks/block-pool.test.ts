import fc from "fast-check";
import { expect, test } from "vitest";
import { BlockPool, NULL_BLOCK } from "./block-pool.ts";

test("the least recently freed block goes first, a sequence's tail before its head, never the null block", () => {
  const pool = new BlockPool(4);
  expect(pool.allocate(2)).toEqual({ kind: "allocated", blocks: [1, 2], evicted: [] });
  expect(pool.allocate(2)).toEqual({ kind: "no-space", short: 1 });
  expect(pool.free).toBe(1);
  pool.release([1, NULL_BLOCK, 2]);
  expect(pool.allocate(3)).toEqual({ kind: "allocated", blocks: [3, 2, 1], evicted: [] });
});

test("what is not in use cannot be given back", () => {
  const pool = new BlockPool(3);
  pool.allocate(1);
  expect(() => {
    pool.release([2]);
  }).toThrow("block 2");
});

test("each block is free or held by exactly one owner, whatever happens", () => {
  const action = fc.oneof(
    fc.record({ kind: fc.constant("take" as const), count: fc.integer({ min: 0, max: 5 }) }),
    fc.record({ kind: fc.constant("give" as const), owner: fc.nat(20) }),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const pool = new BlockPool(13);
      const owned: (readonly number[])[] = [];
      for (const step of actions) {
        if (step.kind === "take") {
          const taken = pool.allocate(step.count);
          if (taken.kind === "allocated") owned.push(taken.blocks);
        } else {
          pool.release(owned.splice(step.owner, 1).flat());
        }
        const held = owned.flat();
        expect(new Set(held).size).toBe(held.length);
        expect(held).not.toContain(NULL_BLOCK);
        expect(held.length + pool.free).toBe(12);
      }
    }),
    { seed: 1 },
  );
});
