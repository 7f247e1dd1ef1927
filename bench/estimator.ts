/**
 * The estimate against the hardware: whole steps of whole models, from the start pulse to done, in RTL (embedded simulator) and
 * in the replay. Every counter is compared too. Steps of one line's machine follow one another.
 *
 *     node bench/estimator.ts > bench/results/estimator.txt
 *
 * stories260K is taken from ../shared/models where it is there. Takes some minutes.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  type ArrayShape,
  type CompiledAccelerator,
  chooseDesign,
  compileAccelerator,
  type Device,
  loadDevice,
  type ModelShape,
  StepEstimator,
} from "../backend-hls/index.ts";
import { chooseMemory, consecutiveRows, modelShapeOf } from "../cli/index.ts";
import { loadModel } from "../frontend/index.ts";
import { at, type MemoryParameters, type Result } from "../ir/index.ts";
import { RtlSteps } from "./estimate/rtl-steps.ts";

interface Case {
  readonly name: string;
  readonly model: ModelShape;
  readonly device: string;
  readonly rows: number;
  /** Of the first row, step by step. */
  readonly positions: readonly number[];
}

const root = join(import.meta.dirname, "..");
const sums = { steps: 0, exact: 0, counters: 0, worst: 0, cycles: 0, rtl: 0, replay: 0 };

print(
  row([
    "model",
    "device",
    "array",
    "rows",
    "at",
    "memory",
    "RTL",
    "estimate",
    "error",
    "counters",
    "RTL s",
    "est. s",
  ]),
);
for (const one of cases()) for (const memory of ["ideal", "dram"] as const) await measure(one, memory);
print(
  `${sums.steps} steps, ${sums.cycles} cycles: ${sums.exact} steps to the cycle, ${sums.counters} with every counter; largest error ${(100 * sums.worst).toFixed(4)} %; RTL ${sums.rtl.toFixed(1)} s (without building it), estimate ${sums.replay.toFixed(1)} s`,
);
process.exitCode = sums.exact === sums.steps ? 0 : 1;

function cases(): readonly Case[] {
  const shared = join(root, "../shared/models/stories260K/stories260K.bin");
  const models = [
    { name: "fable", path: join(root, "models/fable") },
    ...(existsSync(shared) ? [{ name: "stories260K", path: shared }] : []),
  ].map(({ name, path }) => ({ name, model: modelShapeOf(must(loadModel(path)).checkpoint) }));
  const one = { rows: 1, positions: [0, 1, 63, 200] };
  const whole = models.flatMap((model): readonly Case[] => [
    ...["kv260", "ref64", "bench512"].map((device) => ({ ...model, device, ...one })),
    { ...model, device: "kv260", rows: 4, positions: [0, 4] },
    { ...model, device: "ref64", rows: 16, positions: [0, 16] },
    { ...model, device: "ref64", rows: 64, positions: [0, 64] },
  ]);
  return [...whole, ...tinyCases()];
}

/** Sizes of which few are multiples of anything. */
function tinyCases(): readonly Case[] {
  const common = { eps: 1e-5, blockSize: 4, maxContext: 64 };
  const odd = {
    ...common,
    hidden: 27,
    layers: 2,
    heads: 3,
    kvHeads: 1,
    headDim: 12,
    ffn: 37,
    vocab: 51,
    windows: [5, undefined],
  };
  const even = {
    ...common,
    hidden: 32,
    layers: 3,
    heads: 4,
    kvHeads: 4,
    headDim: 8,
    ffn: 48,
    vocab: 64,
    windows: [undefined, undefined, undefined],
  };
  return [
    { name: "tiny odd", model: odd, device: "kv260", rows: 1, positions: [0, 3, 17] },
    { name: "tiny odd", model: odd, device: "ref64", rows: 7, positions: [0, 7, 14] },
    { name: "tiny even", model: even, device: "bench512", rows: 2, positions: [1, 40] },
    { name: "tiny even", model: even, device: "kv260", rows: 32, positions: [0, 31] },
  ];
}

async function measure(one: Case, kind: "ideal" | "dram"): Promise<void> {
  const device = must(loadDevice(one.device));
  const shape = arrayFor(one, device);
  const clockMhz = device.clock_mhz;
  const made = must(compileAccelerator({ model: one.model, shape, device, clockMhz, schedule: "optimized" }));
  const memory = memoryOf(made, device, kind);
  const rtl = await RtlSteps.open(made, memory, new Uint8Array(made.layout.bytes));
  const estimator = new StepEstimator(made, { memory });
  for (const position of one.positions) {
    const rows = consecutiveRows(made, { rows: one.rows, position });
    const measured = await rtl.step(rows);
    const before = performance.now();
    const { cycles, counters, traffic } = estimator.step(rows, measured.start);
    const seconds = (performance.now() - before) / 1000;
    const total = measured.counters["total"] ?? 0;
    const error = cycles / total - 1;
    const beats = Object.fromEntries(traffic.map((client) => [client.name, client.beats]));
    const same =
      Object.entries(counters).every(([name, count]) => measured.counters[name] === count) &&
      Object.entries(beats).every(([name, count]) => measured.beats[name] === count);
    note({ error, same, total, rtl: measured.wallMs / 1000, replay: seconds });
    const array = `${shape.pn}x${shape.pk}x${shape.pt ?? 1}`;
    const times = [(measured.wallMs / 1000).toFixed(2), seconds.toFixed(2)];
    const what = [
      one.name,
      one.device,
      array,
      one.rows,
      position,
      kind === "ideal" ? "ideal, 64" : (device.dram?.kind ?? ""),
    ];
    print(
      row([...what, total, cycles, `${(100 * error).toFixed(4)} %`, same ? "equal" : "DIFFERENT", ...times]),
    );
  }
  await rtl.close();
}

function note(step: {
  readonly error: number;
  readonly same: boolean;
  readonly total: number;
  readonly rtl: number;
  readonly replay: number;
}): void {
  sums.steps += 1;
  sums.exact += step.error === 0 ? 1 : 0;
  sums.counters += step.same ? 1 : 0;
  sums.worst = Math.max(sums.worst, Math.abs(step.error));
  sums.cycles += step.total;
  sums.rtl += step.rtl;
  sums.replay += step.replay;
}

/** A beat of the port per cycle, and as many rows in parallel as the device's multipliers allow. */
function arrayFor({ model, rows }: Case, device: Device): ArrayShape {
  const { pn, pk } = must(chooseDesign(model, device, { rows: 1 }));
  const most = Math.floor((device.array?.int8_macs ?? 64) / (pn * pk));
  let pt = 1;
  while (2 * pt <= Math.min(rows, most)) pt *= 2;
  return { pn, pk, pt, rows: Math.ceil(rows / pt) * pt };
}

function memoryOf(
  { layout, plan }: CompiledAccelerator,
  device: Device,
  kind: "ideal" | "dram",
): MemoryParameters {
  const sizes = { memoryBytes: layout.bytes, beatBytes: plan.beatBytes, clockMhz: device.clock_mhz };
  return must(chooseMemory(kind === "dram" ? undefined : "ideal:64", device, sizes)).parameters;
}

function must<T>(result: Result<T>): T {
  if (result.kind === "error") throw new Error(at(result.diagnostics, 0).message);
  return result.value;
}

function row(cells: readonly (string | number)[]): string {
  const widths = [12, 9, 8, 5, 4, 10, 9, 9, 9, 10, 7, 7];
  return cells
    .map((cell, index) => String(cell).padEnd(widths[index] ?? 8))
    .join(" ")
    .trimEnd();
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
