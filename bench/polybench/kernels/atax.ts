import { defineKernel } from "../kernel.ts";
import { ratio } from "../matrix.ts";

const f = Math.fround;

/** y = Aᵀ · (A · x). */
export const atax = defineKernel({
  name: "atax",
  sizes: { mini: { m: 38, n: 42 }, small: { m: 116, n: 124 }, medium: { m: 390, n: 410 } },
  arrays: ({ m, n }) => [
    { name: "A", shape: [m, n], role: "in", value: (i, j) => ratio((i + j) % n, 5 * m) },
    { name: "x", shape: [n], role: "in", value: (i) => f(1 + ratio(i, n)) },
    { name: "y", shape: [n], role: "out" },
    { name: "tmp", shape: [m], role: "out" },
  ],
  body: (t, { m, n }) => {
    const zero = t.constant("zero", 0);
    t.loop("i", 0, n, () => {
      t.store(zero, "y", "i");
    });
    t.loop("i", 0, m, () => {
      t.store(zero, "tmp", "i");
      t.loop("j", 0, n, () => {
        const product = t.mul(t.load("A", "i", "j"), t.load("x", "j"));
        t.store(t.add(t.load("tmp", "i"), product), "tmp", "i");
      });
      t.loop("j", 0, n, () => {
        const product = t.mul(t.load("A", "i", "j"), t.load("tmp", "i"));
        t.store(t.add(t.load("y", "j"), product), "y", "j");
      });
    });
  },
  reference: (matrix, { m, n }) => {
    const [A, x, y, tmp] = [matrix("A"), matrix("x"), matrix("y"), matrix("tmp")];
    for (let i = 0; i < n; i++) y.set(0, i);
    for (let i = 0; i < m; i++) {
      tmp.set(0, i);
      for (let j = 0; j < n; j++) tmp.set(f(tmp.get(i) + f(A.get(i, j) * x.get(j))), i);
      for (let j = 0; j < n; j++) y.set(f(y.get(j) + f(A.get(i, j) * tmp.get(i))), j);
    }
  },
});
