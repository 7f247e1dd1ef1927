import fc from "fast-check";
import { expect, test } from "vitest";
import { HwBuilder, type Operation, type Value } from "../../../ir/index.ts";
import { LogicNetwork } from "./logic-network.ts";
import { mapLuts } from "./map-luts.ts";
import { moduleCells } from "./module-cells.ts";

function build(width: number, body: (b: HwBuilder, a: Value, c: Value) => Value): Operation {
  const b = new HwBuilder("dut", [
    { name: "clk", width: "clock" },
    { name: "rst", width: 1 },
    { name: "a", width },
    { name: "c", width },
  ]);
  b.output("y", body(b, b.input("a"), b.input("c")));
  return b.finish();
}

function chain(b: HwBuilder, value: Value, length: number): Value {
  return length === 0 ? value : chain(b, b.register(value, {}), length - 1);
}

test("a sum is a table a bit behind its chain, a chain of registers a shift register", () => {
  const sum = build(16, (b, a, c) => b.register(b.add(a, c), {}));
  expect(moduleCells(sum, "xc7")).toMatchObject({ ff: 16, dsp: 0 });
  expect(moduleCells(sum, "xc7").lut).toBeGreaterThanOrEqual(15);
  const delay = build(8, (b, a) => chain(b, a, 20));
  expect(moduleCells(delay, "xcup")).toEqual({ lut: 8, ff: 0, dsp: 0, bram18: 0 });
  expect(moduleCells(delay, "ecp5")).toMatchObject({ lut: 0, ff: 160 });
});

test("constants, unused bits and equal registers go away", () => {
  const twice = build(8, (b, a) => b.xor(b.register(a, {}), b.register(a, {})));
  expect(moduleCells(twice, "xc7")).toEqual({ lut: 0, ff: 0, dsp: 0, bram18: 0 });
  const low = build(8, (b, a) => b.extract(b.register(a, {}), 0, 3));
  expect(moduleCells(low, "xc7").ff).toBe(3);
});

test("a pipelined product is one block, registers inside it on 7-series alone", () => {
  const product = build(16, (b, a, c) => {
    const wide = (value: Value): Value => b.resizeSigned(chain(b, value, 1), 32);
    return chain(b, b.mul(wide(a), wide(c)), 2);
  });
  expect(moduleCells(product, "xc7")).toEqual({ lut: 0, ff: 0, dsp: 1, bram18: 0 });
  expect(moduleCells(product, "xcup")).toMatchObject({ ff: 96, dsp: 1 });
});

test("a cover never has more tables than gates, and at least one a root", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(), fc.boolean()), { maxLength: 60 }), (gates) => {
      const logic = new LogicNetwork();
      const bits = Array.from({ length: 8 }, () => logic.leaf());
      for (const [x, y, flip] of gates)
        bits.push(logic.and(bits[x % bits.length] ?? 0, (bits[y % bits.length] ?? 0) ^ (flip ? 1 : 0)));
      const root = bits.at(-1) ?? 0;
      const tables = mapLuts(logic, [root], { costs: [1, 1, 1, 1], cells: [1, 1, 1, 1] });
      const isGate = root > 1 && !logic.isLeaf(root >> 1);
      expect(tables).toBeLessThanOrEqual(gates.length);
      expect(tables > 0).toBe(isGate);
    }),
    { numRuns: 200, seed: 3 },
  );
});
