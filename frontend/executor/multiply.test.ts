/* The sentences of docs/numerics.md, "Other precisions", read out one by one. */
import { expect, test } from "vitest";
import { addF32, at, bf16ToF32, f32ToBf16, f32ToSigned, maxF32, mulF32, recipF32 } from "../../ir/index.ts";
import type { Int4Matrix } from "../quantize/matrix.ts";
import { quantizeInt4 } from "../quantize/quantize-int4.ts";
import { quantizeInt8, roundToBf16 } from "../quantize/quantize-matrix.ts";
import { seededFloats } from "../testing/tiny-model.ts";
import { prepareRows, type ScaledRow } from "./activation.ts";
import { multiplyRow } from "./multiply.ts";

const columns = 70;
const rows = 5;
const weights = seededFloats(rows * columns, 21);
const first: ScaledRow = { values: seededFloats(columns, 22), factor: Math.fround(0.37) };
const second: ScaledRow = { values: seededFloats(columns, 23).map((v) => 3 * v), factor: Math.fround(1.9) };

/** Rows are consumed: each test takes copies. */
function copies(): readonly ScaledRow[] {
  return [first, second].map(({ values, factor }) => ({ values: values.slice(), factor }));
}

const bf16 = (value: number): number => bf16ToF32(f32ToBf16(value));
const largestOf = (values: Float32Array): number => values.reduce((a, b) => maxF32(a, Math.abs(b)), 0);
const c127 = Math.fround(1 / 127);

/** What `prepareRows` gives as int8. */
function int8Of(...args: Parameters<typeof prepareRows>): readonly { q: Int8Array; scale: number }[] {
  return prepareRows(...args).map((row) => {
    if (row.kind !== "int8") throw new Error("int8 was asked for");
    return row;
  });
}

test("static scales are 1: the factor of the norm alone", () => {
  const [one] = int8Of({ kind: "int8", scales: "static" }, {}, copies());
  expect(Array.from(one?.q ?? [])).toEqual(
    Array.from(first.values, (value) => f32ToSigned(mulF32(value, first.factor), 8)),
  );
  expect(one?.scale).toBe(1);
});

test("one scale per step: the largest of all rows, each with its factor", () => {
  const both = int8Of({ kind: "int8", scales: "tensor" }, {}, copies());
  const a = maxF32(
    mulF32(largestOf(first.values), first.factor),
    mulF32(largestOf(second.values), second.factor),
  );
  const inverse = mulF32(127, recipF32(maxF32(a, 2 ** -100)));
  for (const [r, { values, factor }] of [first, second].entries()) {
    const { q, scale } = at(both, r);
    expect(scale).toBe(mulF32(a, c127));
    const wanted = Array.from(values, (value) => f32ToSigned(mulF32(value, mulF32(factor, inverse)), 8));
    expect(Array.from(q)).toEqual(wanted);
  }
});

test("int4: group sums times group scales, exact, then the row's scale and the vector's", () => {
  const matrix: Int4Matrix = quantizeInt4(columns, 32, [weights]);
  const [x] = prepareRows({ kind: "int8", scales: "token" }, {}, copies());
  if (x?.kind !== "int8") throw new Error("int8 was asked for");
  const y = new Float32Array(rows);
  multiplyRow(matrix, x, y);
  for (let n = 0; n < rows; n++) {
    let sum = 0n;
    for (let k = 0; k < columns; k++) {
      const scale = BigInt(matrix.groupScales[n * 3 + Math.floor(k / 32)] ?? 0);
      sum += scale * BigInt(matrix.weights[n * columns + k] ?? 0) * BigInt(x.q[k] ?? 0);
    }
    expect(y[n]).toBe(mulF32(mulF32(Math.fround(Number(sum)), matrix.scales[n] ?? 0), x.scale));
  }
});

test("outlier columns: +0 in the int8 part, chunks of four products added from +0", () => {
  const outliers = Uint32Array.of(2, 3, 31, 40, 69);
  const matrix = quantizeInt8(columns, [weights], { scales: "channel", outliers });
  const [x] = prepareRows({ kind: "int8", scales: "token" }, { outliers }, copies());
  if (x?.kind !== "int8") throw new Error("int8 was asked for");
  const inner = first.values.map((value, k) => (outliers.includes(k) ? 0 : value));
  expect(x.scale).toBe(mulF32(mulF32(largestOf(inner), c127), first.factor));
  const y = new Float32Array(rows);
  multiplyRow(matrix, x, y);
  const a = Array.from(outliers, (c) => bf16(mulF32(first.values[c] ?? 0, first.factor)));
  for (let n = 0; n < rows; n++) {
    const p = Array.from(outliers, (c, j) => mulF32(bf16(weights[n * columns + c] ?? 0), a[j] ?? 0));
    const chunk = addF32(addF32(at(p, 0), at(p, 1)), addF32(at(p, 2), at(p, 3)));
    const rest = addF32(addF32(at(p, 4), 0), addF32(0, 0));
    const sum = x.q.reduce((total, q, k) => total + q * (matrix.weights[n * columns + k] ?? 0), 0);
    const inInt8 = mulF32(mulF32(sum, matrix.scales[n] ?? 0), x.scale);
    expect(y[n]).toBe(addF32(inInt8, addF32(addF32(0, chunk), rest)));
  }
});

test.each([1, 2 ** -70])(
  "bfloat16: chunks of four, sixteen parts, a rotated tree (values times %d)",
  (size) => {
    const scaled = weights.map((value) => value * size);
    const matrix = roundToBf16(columns, [scaled]);
    const row = { values: first.values.map((value) => value * size), factor: first.factor };
    const a = Array.from(row.values, (value) => bf16(mulF32(value, row.factor)));
    const [x] = prepareRows({ kind: "bf16" }, {}, [row]);
    const y = new Float32Array(rows);
    if (x !== undefined) multiplyRow(matrix, x, y);
    for (let n = 0; n < rows; n++) {
      const p = (k: number): number =>
        k < columns ? mulF32(bf16(scaled[n * columns + k] ?? 0), a[k] ?? 0) : 0;
      const chunks = Math.ceil(columns / 4);
      const part = Array.from({ length: 16 }, () => 0);
      for (let c = 0; c < chunks; c++)
        part[c % 16] = addF32(
          part[c % 16] ?? 0,
          addF32(addF32(p(4 * c), p(4 * c + 1)), addF32(p(4 * c + 2), p(4 * c + 3))),
        );
      let tree = Array.from({ length: 16 }, (_, i) => part[(chunks + i) % 16] ?? 0);
      while (tree.length > 1)
        tree = Array.from({ length: tree.length / 2 }, (_, i) =>
          addF32(tree[2 * i] ?? 0, tree[2 * i + 1] ?? 0),
        );
      expect(y[n]).toBe(tree[0]);
    }
  },
);
