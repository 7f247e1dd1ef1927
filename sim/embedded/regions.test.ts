import { expect, test } from "vitest";
import { HwBuilder, present } from "../../ir/index.ts";
import { counter, memories } from "../testing/small-designs.ts";
import { buildEmbedded } from "./embedded-simulator.ts";

const CLOCKED = [
  { name: "clk", width: "clock" },
  { name: "rst", width: 1 },
] as const;
const regions = { fewest: 1, most: 1000 };

test("an instance that changes by itself goes on while its inputs rest", async () => {
  const inner = counter(9);
  const b = new HwBuilder("top", CLOCKED);
  const child = b.instance(inner, "u", { clk: b.input("clk"), rst: b.input("rst") });
  b.output("count", present(child["count"], "count"));
  const built = buildEmbedded("top", [b.finish(), inner], { regions });
  if (built.kind === "error") throw new Error(JSON.stringify(built.diagnostics));
  built.value.poke("rst", 1n);
  await built.value.run(20);
  built.value.poke("rst", 0n);
  await built.value.run(300);
  expect(await built.value.peek("count")).toBe(300n);
});

test("an instance at rest sees a memory that the host writes", async () => {
  const inner = memories([8], 4);
  const b = new HwBuilder("top", [...CLOCKED, { name: "address", width: 2 }]);
  const zero = b.constant(0, 1);
  const child = b.instance(inner, "u", {
    clk: b.input("clk"),
    rst: b.input("rst"),
    address: b.input("address"),
    write: zero,
  });
  b.output("late", b.register(present(child["word8"], "word8")));
  const built = buildEmbedded("top", [b.finish(), inner], { regions });
  if (built.kind === "error") throw new Error(JSON.stringify(built.diagnostics));
  built.value.poke("address", 2n);
  await built.value.run(50);
  expect(await built.value.peek("late")).toBe(0n);
  await built.value.writeMemory("u.m8", 2, new Uint8Array([77]));
  await built.value.run(2);
  expect(await built.value.peek("late")).toBe(77n);
});
