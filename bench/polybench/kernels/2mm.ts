import { defineKernel } from "../kernel.ts";
import { ratio } from "../matrix.ts";

const f = Math.fround;
const [ALPHA, BETA] = [f(1.5), f(1.2)];

/** D = alpha · A · B · C + beta · D. */
export const twoMatrixProducts = defineKernel({
  name: "2mm",
  sizes: {
    mini: { ni: 16, nj: 18, nk: 22, nl: 24 },
    small: { ni: 40, nj: 50, nk: 70, nl: 80 },
    medium: { ni: 180, nj: 190, nk: 210, nl: 220 },
  },
  arrays: ({ ni, nj, nk, nl }) => [
    { name: "tmp", shape: [ni, nj], role: "out" },
    { name: "A", shape: [ni, nk], role: "in", value: (i, j) => ratio((i * j + 1) % ni, ni) },
    { name: "B", shape: [nk, nj], role: "in", value: (i, j) => ratio((i * (j + 1)) % nj, nj) },
    { name: "C", shape: [nj, nl], role: "in", value: (i, j) => ratio((i * (j + 3) + 1) % nl, nl) },
    { name: "D", shape: [ni, nl], role: "inout", value: (i, j) => ratio((i * (j + 2)) % nk, nk) },
  ],
  body: (t, { ni, nj, nk, nl }) => {
    const alpha = t.constant("alpha", 1.5);
    const beta = t.constant("beta", 1.2);
    const zero = t.constant("zero", 0);
    t.loop("i", 0, ni, () => {
      t.loop("j", 0, nj, () => {
        t.store(zero, "tmp", "i", "j");
        t.loop("k", 0, nk, () => {
          const product = t.mul(t.mul(alpha, t.load("A", "i", "k")), t.load("B", "k", "j"));
          t.store(t.add(t.load("tmp", "i", "j"), product), "tmp", "i", "j");
        });
      });
    });
    t.loop("i", 0, ni, () => {
      t.loop("j", 0, nl, () => {
        t.store(t.mul(t.load("D", "i", "j"), beta), "D", "i", "j");
        t.loop("k", 0, nj, () => {
          const product = t.mul(t.load("tmp", "i", "k"), t.load("C", "k", "j"));
          t.store(t.add(t.load("D", "i", "j"), product), "D", "i", "j");
        });
      });
    });
  },
  reference: (m, { ni, nj, nk, nl }) => {
    const [tmp, A, B, C, D] = [m("tmp"), m("A"), m("B"), m("C"), m("D")];
    for (let i = 0; i < ni; i++)
      for (let j = 0; j < nj; j++) {
        tmp.set(0, i, j);
        for (let k = 0; k < nk; k++)
          tmp.set(f(tmp.get(i, j) + f(f(ALPHA * A.get(i, k)) * B.get(k, j))), i, j);
      }
    for (let i = 0; i < ni; i++)
      for (let j = 0; j < nl; j++) {
        D.set(f(D.get(i, j) * BETA), i, j);
        for (let k = 0; k < nj; k++) D.set(f(D.get(i, j) + f(tmp.get(i, k) * C.get(k, j))), i, j);
      }
  },
});
