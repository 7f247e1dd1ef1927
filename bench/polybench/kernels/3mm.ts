import { defineKernel } from "../kernel.ts";
import type { KernelText } from "../kernel-text.ts";
import { type Matrix, ratio } from "../matrix.ts";

const f = Math.fround;

type Product = readonly [result: string, left: string, right: string];
type Extent = readonly [rows: number, columns: number, inner: number];

/** G = (A · B) · (C · D), by way of E and F. */
export const threeMatrixProducts = defineKernel({
  name: "3mm",
  sizes: {
    mini: { ni: 16, nj: 18, nk: 20, nl: 22, nm: 24 },
    small: { ni: 40, nj: 50, nk: 60, nl: 70, nm: 80 },
    medium: { ni: 180, nj: 190, nk: 200, nl: 210, nm: 220 },
  },
  arrays: ({ ni, nj, nk, nl, nm }) => [
    { name: "E", shape: [ni, nj], role: "out" },
    { name: "A", shape: [ni, nk], role: "in", value: (i, j) => ratio((i * j + 1) % ni, 5 * ni) },
    { name: "B", shape: [nk, nj], role: "in", value: (i, j) => ratio((i * (j + 1) + 2) % nj, 5 * nj) },
    { name: "F", shape: [nj, nl], role: "out" },
    { name: "C", shape: [nj, nm], role: "in", value: (i, j) => ratio((i * (j + 3)) % nl, 5 * nl) },
    { name: "D", shape: [nm, nl], role: "in", value: (i, j) => ratio((i * (j + 2) + 2) % nk, 5 * nk) },
    { name: "G", shape: [ni, nl], role: "out" },
  ],
  body: (t, { ni, nj, nk, nl, nm }) => {
    const zero = t.constant("zero", 0);
    writeProduct(t, zero, ["E", "A", "B"], [ni, nj, nk]);
    writeProduct(t, zero, ["F", "C", "D"], [nj, nl, nm]);
    writeProduct(t, zero, ["G", "E", "F"], [ni, nl, nj]);
  },
  reference: (m, { ni, nj, nk, nl, nm }) => {
    multiply([m("E"), m("A"), m("B")], [ni, nj, nk]);
    multiply([m("F"), m("C"), m("D")], [nj, nl, nm]);
    multiply([m("G"), m("E"), m("F")], [ni, nl, nj]);
  },
});

function writeProduct(
  t: KernelText,
  zero: string,
  [result, left, right]: Product,
  [rows, columns, inner]: Extent,
): void {
  t.loop("i", 0, rows, () => {
    t.loop("j", 0, columns, () => {
      t.store(zero, result, "i", "j");
      t.loop("k", 0, inner, () => {
        const product = t.mul(t.load(left, "i", "k"), t.load(right, "k", "j"));
        t.store(t.add(t.load(result, "i", "j"), product), result, "i", "j");
      });
    });
  });
}

function multiply(
  [result, left, right]: readonly [Matrix, Matrix, Matrix],
  [rows, columns, inner]: Extent,
): void {
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      result.set(0, i, j);
      for (let k = 0; k < inner; k++)
        result.set(f(result.get(i, j) + f(left.get(i, k) * right.get(k, j))), i, j);
    }
}
