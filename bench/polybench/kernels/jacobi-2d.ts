import { defineKernel } from "../kernel.ts";
import type { KernelText } from "../kernel-text.ts";
import { type Matrix, ratio } from "../matrix.ts";

const f = Math.fround;
const FIFTH = f(0.2);

/** Steps of the mean of five neighbours, from A to B and back. */
export const jacobi2d = defineKernel({
  name: "jacobi-2d",
  sizes: {
    mini: { steps: 20, n: 30 },
    small: { steps: 40, n: 90 },
    medium: { steps: 100, n: 250 },
  },
  arrays: ({ n }) => [
    { name: "A", shape: [n, n], role: "inout", value: (i, j) => ratio(i * (j + 2) + 2, n) },
    { name: "B", shape: [n, n], role: "inout", value: (i, j) => ratio(i * (j + 3) + 3, n) },
  ],
  body: (t, { steps, n }) => {
    const fifth = t.constant("fifth", 0.2);
    t.loop("t", 0, steps, () => {
      writeStep(t, fifth, ["A", "B"], n);
      writeStep(t, fifth, ["B", "A"], n);
    });
  },
  reference: (m, { steps, n }) => {
    for (let t = 0; t < steps; t++) {
      step(m("A"), m("B"), n);
      step(m("B"), m("A"), n);
    }
  },
});

function writeStep(t: KernelText, fifth: string, [from, to]: readonly [string, string], n: number): void {
  t.loop("i", 1, n - 1, () => {
    t.loop("j", 1, n - 1, () => {
      const neighbours = [["i", "j - 1"] as const, ["i", "j + 1"], ["i + 1", "j"], ["i - 1", "j"]];
      const sum = neighbours.reduce(
        (total, subscripts) => t.add(total, t.load(from, ...subscripts)),
        t.load(from, "i", "j"),
      );
      t.store(t.mul(fifth, sum), to, "i", "j");
    });
  });
}

function step(from: Matrix, to: Matrix, n: number): void {
  for (let i = 1; i < n - 1; i++)
    for (let j = 1; j < n - 1; j++) {
      const row = f(f(from.get(i, j) + from.get(i, j - 1)) + from.get(i, j + 1));
      to.set(f(FIFTH * f(f(row + from.get(i + 1, j)) + from.get(i - 1, j))), i, j);
    }
}
