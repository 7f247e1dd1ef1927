import { defineKernel } from "../kernel.ts";
import { ratio } from "../matrix.ts";

const f = Math.fround;
const ALPHA = f(1.5);

/** B = alpha · Aᵀ · B for a unit lower triangular A; cells above the diagonal, which the suite leaves open, are 0. */
export const trmm = defineKernel({
  name: "trmm",
  sizes: { mini: { m: 20, n: 30 }, small: { m: 60, n: 80 }, medium: { m: 200, n: 240 } },
  arrays: ({ m, n }) => [
    {
      name: "A",
      shape: [m, m],
      role: "in",
      value: (i, j) => (j < i ? ratio((i + j) % m, m) : Number(i === j)),
    },
    { name: "B", shape: [m, n], role: "inout", value: (i, j) => ratio((n + (i - j)) % n, n) },
  ],
  body: (t, { m, n }) => {
    const alpha = t.constant("alpha", 1.5);
    t.loop("i", 0, m, () => {
      t.loop("j", 0, n, () => {
        t.loop("k", "i + 1", m, () => {
          const product = t.mul(t.load("A", "k", "i"), t.load("B", "k", "j"));
          t.store(t.add(t.load("B", "i", "j"), product), "B", "i", "j");
        });
        t.store(t.mul(alpha, t.load("B", "i", "j")), "B", "i", "j");
      });
    });
  },
  reference: (matrix, { m, n }) => {
    const [A, B] = [matrix("A"), matrix("B")];
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        for (let k = i + 1; k < m; k++) B.set(f(B.get(i, j) + f(A.get(k, i) * B.get(k, j))), i, j);
        B.set(f(ALPHA * B.get(i, j)), i, j);
      }
  },
});
