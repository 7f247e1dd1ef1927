/**
 * What number formats cost: bytes, cycles, KV records and area of each on the reference device ref64, with fable's sizes.
 *
 *     node bench/precisions.ts > bench/results/precisions.txt
 *
 * One array for each width of weights: as many weights as a beat of the 64-bit port has, for one row and for 16 rows in parallel. A decode
 * step of one sequence at position 64, and of 16 sequences, the head included, behind ref64's DRAM, by the estimator, whose cycles are those of the
 * hardware (test/hardware/estimate.test.ts); area by `planArea`. Cycles do not depend on data, so no weights are loaded.
 */
import { join } from "node:path";
import {
  type ArrayShape,
  arrayMacs,
  type CompiledAccelerator,
  compileAccelerator,
  deviceMemory,
  estimateStep,
  type HardwarePrecision,
  loadDevice,
  planArea,
  type Row,
} from "../backend-hls/index.ts";
import { modelShapeOf } from "../cli/index.ts";
import { loadModel } from "../frontend/index.ts";
import type { Result } from "../ir/index.ts";

const int8 = { kind: "int8" } as const;
const perRow = { kind: "int8", scales: "token" } as const;
const bf16 = { kind: "bf16" } as const;
const rowCounts = [1, 16] as const;
const splits = {
  bf16: { pn: 1, pk: 4 },
  int8: { pn: 2, pk: 4 },
  int4: { pn: 2, pk: 8 },
} as const satisfies Readonly<Record<string, Pick<ArrayShape, "pn" | "pk">>>;

interface Case {
  readonly name: string;
  readonly precision: HardwarePrecision;
}

const outliers = (count: number): Case => ({
  name: `llm.int8, ${String(count)} outlier columns each`,
  precision: {
    weights: int8,
    activations: perRow,
    kvBits: 8,
    outliers: { threshold: 6, columns: { qkv: count, wo: count, gateUp: count, down: count, head: count } },
  },
});
const int4 = (group: 32 | 64 | 128): Case => ({
  name: `w4a8-g${String(group)}`,
  precision: { weights: { kind: "int4", group }, activations: perRow, kvBits: 8 },
});

const cases: readonly Case[] = [
  { name: "w16a16, kv16", precision: { weights: bf16, activations: bf16, kvBits: 16 } },
  { name: "w8a8, kv16", precision: { weights: int8, activations: perRow, kvBits: 16 } },
  { name: "w8a8 = smoothquant O1", precision: { weights: int8, activations: perRow, kvBits: 8 } },
  {
    name: "smoothquant O3",
    precision: { weights: int8, activations: { kind: "int8", scales: "static" }, kvBits: 8 },
  },
  outliers(0),
  outliers(1),
  outliers(6),
  int4(32),
  int4(64),
  int4(128),
];

const device = value(loadDevice("ref64"));
const { checkpoint } = value(loadModel(join(import.meta.dirname, "../models/fable")));

function value<T>(result: Result<T>): T {
  if (result.kind === "error") throw new Error(JSON.stringify(result.diagnostics));
  return result.value;
}

/** Decode rows of `count` sequences at position 64. */
function decodeRows(count: number): readonly Row[] {
  return Array.from({ length: count }, (_, sequence) => ({
    token: 2 + sequence,
    position: 64,
    blocks: Array.from({ length: 8 }, (_, block) => 1 + 8 * sequence + block),
    sequence,
    emit: "argmax",
  }));
}

interface Measured {
  readonly cycles: number;
  readonly weights: number;
  readonly bytes: number;
}

function measure(made: CompiledAccelerator, count: number): Measured {
  const memory = deviceMemory(device, {
    depthBeats: 2 ** 20,
    addressBits: 32,
    clockMhz: device.clock_mhz,
    dataBits: 8 * made.plan.beatBytes,
  });
  const { cycles, traffic } = estimateStep(made, decodeRows(count), { memory });
  const bytesOf = (names: readonly string[]): number =>
    traffic.filter(({ name }) => names.includes(name)).reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    cycles,
    weights: bytesOf(["weights", "constants"]),
    bytes: bytesOf(traffic.map(({ name }) => name)),
  };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** An accelerator for `rows` rows in parallel; of as many rows 16 channels are quantized at once. */
function build(precision: HardwarePrecision, rows: number): CompiledAccelerator {
  const model = modelShapeOf(checkpoint, { maxContext: 128, blockSize: 16, precision });
  const shape = { ...splits[precision.weights.kind], pt: rows, rows, pv: rows === 1 ? 4 : 16 };
  const request = { model, shape, device, clockMhz: device.clock_mhz, sequences: rows } as const;
  return value(compileAccelerator({ ...request, schedule: "optimized" }));
}

const base = new Map<number, Measured>();
print(`fable on ref64, ${String(device.clock_mhz)} MHz; in brackets how much less than w16a16 with kv16`);
for (const { name, precision } of cases) {
  print(name);
  for (const rows of rowCounts) {
    const made = build(precision, rows);
    const step = measure(made, rows);
    const first = base.get(rows) ?? step;
    base.set(rows, first);
    const ratio = (key: keyof Measured): string =>
      `${String(step[key])} (${(first[key] / step[key]).toFixed(3)})`;
    const { lut, dsp, bram18 } = planArea(made).total;
    const { model } = made.plan;
    print(
      `  ${String(rows)} rows: ${ratio("cycles")} cycles, bytes of weights and constants ${ratio("weights")}, of all ${ratio("bytes")}; KV ${String(made.layout.strides.record * model.layers)} bytes a token; ${String(arrayMacs(model, made.plan).linear)} MACs, ${String(dsp)} DSP, ${String(lut)} LUT, ${String(bram18)} BRAM18`,
    );
  }
}
