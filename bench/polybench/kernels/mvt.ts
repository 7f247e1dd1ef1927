import { defineKernel } from "../kernel.ts";
import { ratio } from "../matrix.ts";

const f = Math.fround;

/** x1 = x1 + A · y1, x2 = x2 + Aᵀ · y2. */
export const mvt = defineKernel({
  name: "mvt",
  sizes: { mini: { n: 40 }, small: { n: 120 }, medium: { n: 400 } },
  arrays: ({ n }) => [
    { name: "x1", shape: [n], role: "inout", value: (i) => ratio(i % n, n) },
    { name: "x2", shape: [n], role: "inout", value: (i) => ratio((i + 1) % n, n) },
    { name: "y_1", shape: [n], role: "in", value: (i) => ratio((i + 3) % n, n) },
    { name: "y_2", shape: [n], role: "in", value: (i) => ratio((i + 4) % n, n) },
    { name: "A", shape: [n, n], role: "in", value: (i, j) => ratio((i * j) % n, n) },
  ],
  body: (t, { n }) => {
    t.loop("i", 0, n, () => {
      t.loop("j", 0, n, () => {
        const product = t.mul(t.load("A", "i", "j"), t.load("y_1", "j"));
        t.store(t.add(t.load("x1", "i"), product), "x1", "i");
      });
    });
    t.loop("i", 0, n, () => {
      t.loop("j", 0, n, () => {
        const product = t.mul(t.load("A", "j", "i"), t.load("y_2", "j"));
        t.store(t.add(t.load("x2", "i"), product), "x2", "i");
      });
    });
  },
  reference: (m, { n }) => {
    const [A, x1, x2, y1, y2] = [m("A"), m("x1"), m("x2"), m("y_1"), m("y_2")];
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) x1.set(f(x1.get(i) + f(A.get(i, j) * y1.get(j))), i);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) x2.set(f(x2.get(i) + f(A.get(j, i) * y2.get(j))), i);
  },
});
