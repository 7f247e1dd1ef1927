import { defineKernel } from "../kernel.ts";
import { ratio } from "../matrix.ts";

const f = Math.fround;
const [ALPHA, BETA] = [f(1.5), f(1.2)];

/** The lower triangle of C = alpha · A · Aᵀ + beta · C. */
export const syrk = defineKernel({
  name: "syrk",
  sizes: { mini: { m: 20, n: 30 }, small: { m: 60, n: 80 }, medium: { m: 200, n: 240 } },
  arrays: ({ m, n }) => [
    { name: "C", shape: [n, n], role: "inout", value: (i, j) => ratio((i * j + 2) % m, m) },
    { name: "A", shape: [n, m], role: "in", value: (i, j) => ratio((i * j + 1) % n, n) },
  ],
  body: (t, { m, n }) => {
    const alpha = t.constant("alpha", 1.5);
    const beta = t.constant("beta", 1.2);
    t.loop("i", 0, n, () => {
      t.loop("j", 0, "i + 1", () => {
        t.store(t.mul(t.load("C", "i", "j"), beta), "C", "i", "j");
      });
      t.loop("k", 0, m, () => {
        t.loop("j", 0, "i + 1", () => {
          const product = t.mul(t.mul(alpha, t.load("A", "i", "k")), t.load("A", "j", "k"));
          t.store(t.add(t.load("C", "i", "j"), product), "C", "i", "j");
        });
      });
    });
  },
  reference: (matrix, { m, n }) => {
    const [A, C] = [matrix("A"), matrix("C")];
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) C.set(f(C.get(i, j) * BETA), i, j);
      for (let k = 0; k < m; k++)
        for (let j = 0; j <= i; j++) C.set(f(C.get(i, j) + f(f(ALPHA * A.get(i, k)) * A.get(j, k))), i, j);
    }
  },
});
