import { defineKernel } from "../kernel.ts";
import { ratio } from "../matrix.ts";

const f = Math.fround;
const [ALPHA, BETA] = [f(1.5), f(1.2)];

/** C = alpha · A · B + beta · C for a symmetric A of which the lower triangle is stored. */
export const symm = defineKernel({
  name: "symm",
  sizes: { mini: { m: 20, n: 30 }, small: { m: 60, n: 80 }, medium: { m: 200, n: 240 } },
  arrays: ({ m, n }) => [
    { name: "C", shape: [m, n], role: "inout", value: (i, j) => ratio((i + j) % 100, m) },
    { name: "A", shape: [m, m], role: "in", value: (i, j) => (j <= i ? ratio((i + j) % 100, m) : -999) },
    { name: "B", shape: [m, n], role: "in", value: (i, j) => ratio((n + i - j) % 100, m) },
  ],
  body: (t, { m, n }) => {
    const alpha = t.constant("alpha", 1.5);
    const beta = t.constant("beta", 1.2);
    const zero = t.constant("zero", 0);
    t.variable("temp2");
    t.loop("i", 0, m, () => {
      t.loop("j", 0, n, () => {
        t.store(zero, "temp2");
        t.loop("k", 0, "i", () => {
          const share = t.mul(t.mul(alpha, t.load("B", "i", "j")), t.load("A", "i", "k"));
          t.store(t.add(t.load("C", "k", "j"), share), "C", "k", "j");
          const product = t.mul(t.load("B", "k", "j"), t.load("A", "i", "k"));
          t.store(t.add(t.load("temp2"), product), "temp2");
        });
        const old = t.mul(beta, t.load("C", "i", "j"));
        const diagonal = t.mul(t.mul(alpha, t.load("B", "i", "j")), t.load("A", "i", "i"));
        const rest = t.mul(alpha, t.load("temp2"));
        t.store(t.add(t.add(old, diagonal), rest), "C", "i", "j");
      });
    });
  },
  reference: (matrix, { m, n }) => {
    const [A, B, C] = [matrix("A"), matrix("B"), matrix("C")];
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let temp2 = 0;
        for (let k = 0; k < i; k++) {
          C.set(f(C.get(k, j) + f(f(ALPHA * B.get(i, j)) * A.get(i, k))), k, j);
          temp2 = f(temp2 + f(B.get(k, j) * A.get(i, k)));
        }
        const first = f(f(BETA * C.get(i, j)) + f(f(ALPHA * B.get(i, j)) * A.get(i, i)));
        C.set(f(first + f(ALPHA * temp2)), i, j);
      }
  },
});
