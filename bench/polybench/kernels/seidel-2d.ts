import { defineKernel } from "../kernel.ts";
import { ratio } from "../matrix.ts";

const f = Math.fround;

/** The nine cells of the stencil, in the order of the sum. */
const CELLS = [-1, 0, 1].flatMap((di) => [-1, 0, 1].map((dj) => [di, dj] as const));

/** Steps of the mean of nine neighbours in place. */
export const seidel2d = defineKernel({
  name: "seidel-2d",
  sizes: {
    mini: { steps: 20, n: 40 },
    small: { steps: 40, n: 120 },
    medium: { steps: 100, n: 400 },
  },
  arrays: ({ n }) => [
    { name: "A", shape: [n, n], role: "inout", value: (i, j) => ratio(i * (j + 2) + 2, n) },
  ],
  body: (t, { steps, n }) => {
    const nine = t.constant("nine", 9);
    t.loop("t", 0, steps, () => {
      t.loop("i", 1, n - 1, () => {
        t.loop("j", 1, n - 1, () => {
          const cells = CELLS.map(([di, dj]) => t.load("A", near("i", di), near("j", dj)));
          const sum = cells.reduce((total, cell) => t.add(total, cell));
          t.store(t.div(sum, nine), "A", "i", "j");
        });
      });
    });
  },
  reference: (m, { steps, n }) => {
    const A = m("A");
    for (let t = 0; t < steps; t++)
      for (let i = 1; i < n - 1; i++)
        for (let j = 1; j < n - 1; j++) {
          const sum = CELLS.map(([di, dj]) => A.get(i + di, j + dj)).reduce((total, cell) => f(total + cell));
          A.set(f(sum / 9), i, j);
        }
  },
});

function near(counter: string, distance: number): string {
  if (distance === 0) return counter;
  return `${counter} ${distance > 0 ? "+" : "-"} 1`;
}
