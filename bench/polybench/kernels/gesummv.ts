import { defineKernel } from "../kernel.ts";
import { ratio } from "../matrix.ts";

const f = Math.fround;
const [ALPHA, BETA] = [f(1.5), f(1.2)];

/** y = alpha · A · x + beta · B · x. */
export const gesummv = defineKernel({
  name: "gesummv",
  sizes: { mini: { n: 30 }, small: { n: 90 }, medium: { n: 250 } },
  arrays: ({ n }) => [
    { name: "A", shape: [n, n], role: "in", value: (i, j) => ratio((i * j + 1) % n, n) },
    { name: "B", shape: [n, n], role: "in", value: (i, j) => ratio((i * j + 2) % n, n) },
    { name: "tmp", shape: [n], role: "out" },
    { name: "x", shape: [n], role: "in", value: (i) => ratio(i % n, n) },
    { name: "y", shape: [n], role: "out" },
  ],
  body: (t, { n }) => {
    const alpha = t.constant("alpha", 1.5);
    const beta = t.constant("beta", 1.2);
    const zero = t.constant("zero", 0);
    t.loop("i", 0, n, () => {
      t.store(zero, "tmp", "i");
      t.store(zero, "y", "i");
      t.loop("j", 0, n, () => {
        const left = t.mul(t.load("A", "i", "j"), t.load("x", "j"));
        t.store(t.add(left, t.load("tmp", "i")), "tmp", "i");
        const right = t.mul(t.load("B", "i", "j"), t.load("x", "j"));
        t.store(t.add(right, t.load("y", "i")), "y", "i");
      });
      const sum = t.add(t.mul(alpha, t.load("tmp", "i")), t.mul(beta, t.load("y", "i")));
      t.store(sum, "y", "i");
    });
  },
  reference: (m, { n }) => {
    const [A, B, tmp, x, y] = [m("A"), m("B"), m("tmp"), m("x"), m("y")];
    for (let i = 0; i < n; i++) {
      tmp.set(0, i);
      y.set(0, i);
      for (let j = 0; j < n; j++) {
        tmp.set(f(f(A.get(i, j) * x.get(j)) + tmp.get(i)), i);
        y.set(f(f(B.get(i, j) * x.get(j)) + y.get(i)), i);
      }
      y.set(f(f(ALPHA * tmp.get(i)) + f(BETA * y.get(i))), i);
    }
  },
});
