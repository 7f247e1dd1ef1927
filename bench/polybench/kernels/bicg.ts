import { defineKernel } from "../kernel.ts";
import { ratio } from "../matrix.ts";

const f = Math.fround;

/** q = A · p, s = Aᵀ · r. */
export const bicg = defineKernel({
  name: "bicg",
  sizes: { mini: { m: 38, n: 42 }, small: { m: 116, n: 124 }, medium: { m: 390, n: 410 } },
  arrays: ({ m, n }) => [
    { name: "A", shape: [n, m], role: "in", value: (i, j) => ratio((i * (j + 1)) % n, n) },
    { name: "s", shape: [m], role: "out" },
    { name: "q", shape: [n], role: "out" },
    { name: "p", shape: [m], role: "in", value: (i) => ratio(i % m, m) },
    { name: "r", shape: [n], role: "in", value: (i) => ratio(i % n, n) },
  ],
  body: (t, { m, n }) => {
    const zero = t.constant("zero", 0);
    t.loop("i", 0, m, () => {
      t.store(zero, "s", "i");
    });
    t.loop("i", 0, n, () => {
      t.store(zero, "q", "i");
      t.loop("j", 0, m, () => {
        const left = t.mul(t.load("r", "i"), t.load("A", "i", "j"));
        t.store(t.add(t.load("s", "j"), left), "s", "j");
        const right = t.mul(t.load("A", "i", "j"), t.load("p", "j"));
        t.store(t.add(t.load("q", "i"), right), "q", "i");
      });
    });
  },
  reference: (matrix, { m, n }) => {
    const [A, s, q, p, r] = [matrix("A"), matrix("s"), matrix("q"), matrix("p"), matrix("r")];
    for (let i = 0; i < m; i++) s.set(0, i);
    for (let i = 0; i < n; i++) {
      q.set(0, i);
      for (let j = 0; j < m; j++) {
        s.set(f(s.get(j) + f(r.get(i) * A.get(i, j))), j);
        q.set(f(q.get(i) + f(A.get(i, j) * p.get(j))), i);
      }
    }
  },
});
