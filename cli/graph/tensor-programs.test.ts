import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { present } from "../../ir/index.ts";
import { findTool } from "../../sim/index.ts";
import type { NumpyArray } from "../npz/npy.ts";
import { readNpz, writeNpz } from "../npz/npz.ts";
import { compileDefaults } from "../options/compile-options.ts";
import { temporaryFolder } from "../testing/model-folders.ts";
import { compileGraphFile } from "./compile-graph.ts";
import { simulateGraph } from "./simulate-graph.ts";

/** Programs of linalg and TOSA, from text to hardware, against what they mean in plain JavaScript. */
const examples = resolve(import.meta.dirname, "../../examples");
const options = { ...compileDefaults, emitIr: false };

type Arrays = Readonly<Record<string, NumpyArray>>;

async function run(name: string, arrays: Arrays, simulator: "embedded" | "verilator"): Promise<NumpyArray> {
  const folder = temporaryFolder();
  const [inputs, outputs] = [join(folder, "in.npz"), join(folder, "out.npz")];
  writeFileSync(inputs, writeNpz(new Map(Object.entries(arrays))));
  const build = await compileGraphFile(join(examples, `${name}.mlir`), options, {});
  if (build.kind === "error") throw new Error(build.diagnostics.map(({ message }) => message).join("\n"));
  const result = await simulateGraph(
    "build",
    build.value,
    { simulator, check: true, seed: 0, inputs, outputs },
    {},
  );
  expect(result).toMatchObject({ kind: "ok", value: { matches_reference: true } });
  const found = readNpz(outputs);
  return present(found.kind === "ok" ? found.value.get("ret0") : undefined, "ret0");
}

function floats(rows: number, width: number, phase: number): NumpyArray {
  const data = Float32Array.from({ length: rows * width }, (_, index) => 2 * Math.sin(3.7 * index + phase));
  return { shape: [rows, width], data };
}

function bytes(shape: readonly number[], factor: number): NumpyArray {
  const count = shape.reduce((product, size) => product * size, 1);
  return { shape, data: Int8Array.from({ length: count }, (_, index) => ((index * factor) % 255) - 127) };
}

const rowsOf = ({ shape, data }: NumpyArray): number[][] => {
  const [rows = 0, width = 0] = shape.slice(-2);
  return Array.from({ length: rows }, (_, row) =>
    [...data].slice(row * width, (row + 1) * width).map(Number),
  );
};
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const softmax = (row: readonly number[]): number[] => {
  const largest = Math.max(...row);
  const powers = row.map((value) => Math.exp(value - largest));
  return powers.map((power) => power / sum(powers));
};

function expectClose(found: NumpyArray, wanted: readonly (readonly number[])[]): void {
  wanted.flat().forEach((value, index) => {
    expect(Math.abs(Number(found.data[index]) - value)).toBeLessThanOrEqual(2e-6 * (1 + Math.abs(value)));
  });
}

/** Each program with inputs, and what it has to give. */
const PROGRAMS: readonly {
  readonly name: string;
  readonly arrays: Arrays;
  readonly check: (found: NumpyArray, arrays: (name: string) => NumpyArray) => void;
}[] = [
  {
    name: "linalg-softmax",
    arrays: { x: floats(4, 16, 1) },
    check: (found, array) => {
      expectClose(found, rowsOf(array("x")).map(softmax));
    },
  },
  {
    name: "linalg-layer-norm",
    arrays: {
      x: floats(4, 16, 1),
      gain: { ...floats(1, 16, 2), shape: [16] },
      bias: { ...floats(1, 16, 3), shape: [16] },
    },
    check: (found, array) => {
      const [gain, bias] = [array("gain").data, array("bias").data];
      const wanted = rowsOf(array("x")).map((row) => {
        const mean = sum(row) / row.length;
        const deviations = row.map((value) => value - mean);
        const scale = 1 / Math.sqrt(sum(deviations.map((value) => value * value)) / row.length + 1e-5);
        return deviations.map((value, column) => value * scale * Number(gain[column]) + Number(bias[column]));
      });
      expectClose(found, wanted);
    },
  },
  {
    name: "linalg-attention",
    arrays: { q: floats(4, 8, 1), k: floats(4, 8, 2), v: floats(4, 8, 3) },
    check: (found, array) => {
      const [keys, values] = [rowsOf(array("k")), rowsOf(array("v"))];
      const wanted = rowsOf(array("q")).map((query) => {
        const scores = keys.map(
          (key) => sum(key.map((value, index) => value * (query[index] ?? 0))) / Math.sqrt(8),
        );
        const weights = softmax(scores);
        return query.map((_, column) =>
          sum(values.map((value, row) => (value[column] ?? 0) * (weights[row] ?? 0))),
        );
      });
      expectClose(found, wanted);
    },
  },
  {
    name: "tosa-mlp",
    arrays: { x: bytes([1, 4, 16], 37), w1: bytes([1, 16, 8], 91) },
    check: (found, array) => {
      expect([...found.data]).toEqual(mlp(rowsOf(array("x")), rowsOf(array("w1"))).flat());
    },
  },
];

test.each(PROGRAMS)(
  "$name computes what it says",
  async ({ name, arrays, check }) => {
    check(await run(name, arrays, "embedded"), (key) => present(arrays[key], key));
  },
  60_000,
);

test.skipIf(findTool("verilator") === undefined).each(PROGRAMS)(
  "$name in Verilator",
  async ({ name, arrays, check }) => {
    check(await run(name, arrays, "verilator"), (key) => present(arrays[key], key));
  },
  240_000,
);

/** TOSA's RESCALE of one number, in exact arithmetic (TOSA 1.0, apply_scale_32). */
function rescale(value: number, multiplier: number, shift: number, doubleRound: boolean): number {
  let round = 1n << BigInt(shift - 1);
  if (doubleRound && shift > 31) round += value >= 0 ? 1n << 30n : -(1n << 30n);
  const scaled = (BigInt(value) * BigInt(multiplier) + round) >> BigInt(shift);
  return Math.min(127, Math.max(-128, Number(scaled)));
}

const W2 = [
  [12, -7, 3, 44],
  [-90, 61, 27, 8],
  [5, 10, -71, 32],
  [13, -54, 15, -16],
  [127, 18, -19, 20],
  [21, -22, 63, -94],
  [-25, 26, 57, 28],
  [-29, 30, -31, 72],
];
const B1 = [400, -300, 250, 0, -1200, 900, 77, -5];
const M1 = [1503238554, 1073741824, 1234567890, 2147483647, 1400000000, 1717986918, 1288490189, 1610612736];
const S1 = [39, 38, 38, 40, 38, 39, 38, 39];

/** What examples/tosa-mlp.mlir computes. */
function mlp(x: readonly (readonly number[])[], w1: readonly (readonly number[])[]): number[][] {
  const product = (row: readonly number[], matrix: readonly (readonly number[])[], column: number): number =>
    sum(row.map((value, index) => value * (matrix[index]?.[column] ?? 0)));
  return x.map((row) => {
    const hidden = B1.map((bias, channel) =>
      Math.max(0, rescale(product(row, w1, channel) + bias, M1[channel] ?? 0, S1[channel] ?? 0, true)),
    );
    return [0, 1, 2, 3].map((column) => rescale(product(hidden, W2, column), 1340000000, 38, false));
  });
}
