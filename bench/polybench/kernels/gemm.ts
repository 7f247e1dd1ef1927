import { defineKernel } from "../kernel.ts";
import { ratio } from "../matrix.ts";

const f = Math.fround;
const [ALPHA, BETA] = [f(1.5), f(1.2)];

/** C = alpha · A · B + beta · C. */
export const gemm = defineKernel({
  name: "gemm",
  sizes: {
    mini: { ni: 20, nj: 25, nk: 30 },
    small: { ni: 60, nj: 70, nk: 80 },
    medium: { ni: 200, nj: 220, nk: 240 },
  },
  arrays: ({ ni, nj, nk }) => [
    { name: "C", shape: [ni, nj], role: "inout", value: (i, j) => ratio((i * j + 1) % ni, ni) },
    { name: "A", shape: [ni, nk], role: "in", value: (i, k) => ratio((i * (k + 1)) % nk, nk) },
    { name: "B", shape: [nk, nj], role: "in", value: (k, j) => ratio((k * (j + 2)) % nj, nj) },
  ],
  body: (t, { ni, nj, nk }) => {
    const alpha = t.constant("alpha", 1.5);
    const beta = t.constant("beta", 1.2);
    t.loop("i", 0, ni, () => {
      t.loop("j", 0, nj, () => {
        t.store(t.mul(t.load("C", "i", "j"), beta), "C", "i", "j");
      });
      t.loop("k", 0, nk, () => {
        t.loop("j", 0, nj, () => {
          const product = t.mul(t.mul(alpha, t.load("A", "i", "k")), t.load("B", "k", "j"));
          t.store(t.add(t.load("C", "i", "j"), product), "C", "i", "j");
        });
      });
    });
  },
  reference: (m, { ni, nj, nk }) => {
    const [A, B, C] = [m("A"), m("B"), m("C")];
    for (let i = 0; i < ni; i++) {
      for (let j = 0; j < nj; j++) C.set(f(C.get(i, j) * BETA), i, j);
      for (let k = 0; k < nk; k++)
        for (let j = 0; j < nj; j++) C.set(f(C.get(i, j) + f(f(ALPHA * A.get(i, k)) * B.get(k, j))), i, j);
    }
  },
});
