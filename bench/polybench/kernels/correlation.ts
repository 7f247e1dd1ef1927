import { defineKernel } from "../kernel.ts";
import type { KernelText } from "../kernel-text.ts";
import { type Matrix, ratio } from "../matrix.ts";

const f = Math.fround;

interface Extent {
  readonly m: number;
  readonly n: number;
}

/** The correlation matrix of the columns of `data`. */
export const correlation = defineKernel({
  name: "correlation",
  sizes: { mini: { m: 28, n: 32 }, small: { m: 80, n: 100 }, medium: { m: 240, n: 260 } },
  arrays: ({ m, n }) => [
    { name: "data", shape: [n, m], role: "inout", value: (i, j) => f(ratio(i * j, m) + i) },
    { name: "corr", shape: [m, m], role: "out" },
    { name: "mean", shape: [m], role: "out" },
    { name: "stddev", shape: [m], role: "out" },
  ],
  body: (t, d) => {
    const count = t.constant("float_n", d.n);
    const constants = { zero: t.constant("zero", 0), one: t.constant("one", 1), count };
    writeMean(t, d, constants);
    writeDeviation(t, d, constants);
    const root = t.sqrt(count);
    t.loop("i", 0, d.n, () => {
      t.loop("j", 0, d.m, () => {
        t.store(t.sub(t.load("data", "i", "j"), t.load("mean", "j")), "data", "i", "j");
        const scale = t.mul(root, t.load("stddev", "j"));
        t.store(t.div(t.load("data", "i", "j"), scale), "data", "i", "j");
      });
    });
    writeProducts(t, d, constants);
  },
  reference: (matrix, d) => {
    const [data, corr, mean, stddev] = [matrix("data"), matrix("corr"), matrix("mean"), matrix("stddev")];
    normalize(data, mean, stddev, d);
    correlate(data, corr, d);
  },
});

type Constants = Readonly<Record<"zero" | "one" | "count", string>>;

function writeMean(t: KernelText, { m, n }: Extent, { zero, count }: Constants): void {
  t.loop("j", 0, m, () => {
    t.store(zero, "mean", "j");
    t.loop("i", 0, n, () => {
      t.store(t.add(t.load("mean", "j"), t.load("data", "i", "j")), "mean", "j");
    });
    t.store(t.div(t.load("mean", "j"), count), "mean", "j");
  });
}

function writeDeviation(t: KernelText, { m, n }: Extent, { zero, one, count }: Constants): void {
  const eps = t.constant("eps", 0.1);
  t.loop("j", 0, m, () => {
    t.store(zero, "stddev", "j");
    t.loop("i", 0, n, () => {
      const difference = (): string => t.sub(t.load("data", "i", "j"), t.load("mean", "j"));
      const square = t.mul(difference(), difference());
      t.store(t.add(t.load("stddev", "j"), square), "stddev", "j");
    });
    t.store(t.div(t.load("stddev", "j"), count), "stddev", "j");
    t.store(t.sqrt(t.load("stddev", "j")), "stddev", "j");
    const deviation = t.load("stddev", "j");
    t.store(t.selectAtMost(deviation, eps, one, deviation), "stddev", "j");
  });
}

function writeProducts(t: KernelText, { m, n }: Extent, { zero, one }: Constants): void {
  t.loop("i", 0, m - 1, () => {
    t.store(one, "corr", "i", "i");
    t.loop("j", "i + 1", m, () => {
      t.store(zero, "corr", "i", "j");
      t.loop("k", 0, n, () => {
        const product = t.mul(t.load("data", "k", "i"), t.load("data", "k", "j"));
        t.store(t.add(t.load("corr", "i", "j"), product), "corr", "i", "j");
      });
      t.store(t.load("corr", "i", "j"), "corr", "j", "i");
    });
  });
  t.store(one, "corr", String(m - 1), String(m - 1));
}

function normalize(data: Matrix, mean: Matrix, stddev: Matrix, { m, n }: Extent): void {
  for (let j = 0; j < m; j++) {
    mean.set(0, j);
    for (let i = 0; i < n; i++) mean.set(f(mean.get(j) + data.get(i, j)), j);
    mean.set(f(mean.get(j) / n), j);
  }
  for (let j = 0; j < m; j++) {
    stddev.set(0, j);
    for (let i = 0; i < n; i++) {
      const difference = f(data.get(i, j) - mean.get(j));
      stddev.set(f(stddev.get(j) + f(difference * difference)), j);
    }
    const deviation = f(Math.sqrt(f(stddev.get(j) / n)));
    stddev.set(deviation <= f(0.1) ? 1 : deviation, j);
  }
  const root = f(Math.sqrt(n));
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++) data.set(f(f(data.get(i, j) - mean.get(j)) / f(root * stddev.get(j))), i, j);
}

function correlate(data: Matrix, corr: Matrix, { m, n }: Extent): void {
  for (let i = 0; i < m - 1; i++) {
    corr.set(1, i, i);
    for (let j = i + 1; j < m; j++) {
      corr.set(0, i, j);
      for (let k = 0; k < n; k++) corr.set(f(corr.get(i, j) + f(data.get(k, i) * data.get(k, j))), i, j);
      corr.set(corr.get(i, j), j, i);
    }
  }
  corr.set(1, m - 1, m - 1);
}
