/**
 * Estimated cells of kernels and whole cores beside Yosys, per family; some minutes, most of them Yosys.
 *
 *     node bench/area-estimates.ts > bench/results/area-estimates.txt
 *
 * With `--calibrate` it prints, per family, tables that Yosys made over tables of the cover: `tableFactor` of
 * `backend-hls/area/mapping/families.ts`.
 */
import {
  type ArrayShape,
  buildAccelerator,
  type CellCounts,
  createOperatorLibrary,
  type DeviceFamily,
  designCells,
  type ModelShape,
  multiplierOf,
  networkModule,
  planNetwork,
} from "../backend-hls/index.ts";
import { emitVerilog } from "../backend-verilog/index.ts";
import { at } from "../ir/index.ts";
import { type AreaCounts, type SynthesisFamily, synthesize } from "../sim/index.ts";

/** stories260K's shape. */
const model: ModelShape = {
  hidden: 64,
  layers: 5,
  heads: 8,
  kvHeads: 4,
  headDim: 8,
  ffn: 172,
  vocab: 512,
  windows: [undefined, undefined, undefined, undefined, undefined],
  maxContext: 512,
  eps: 1e-5,
  blockSize: 16,
};

interface Core {
  readonly family: DeviceFamily & SynthesisFamily;
  readonly clockMhz: number;
  readonly shape: ArrayShape;
}

const CORES: readonly Core[] = [
  { family: "xc7", clockMhz: 100, shape: { pn: 2, pk: 8, rows: 1 } },
  { family: "xcup", clockMhz: 300, shape: { pn: 4, pk: 4, pt: 2, pv: 8, ph: 2, rows: 4 } },
  { family: "ecp5", clockMhz: 75, shape: { pn: 1, pk: 16, rows: 1 } },
];

/** Below so many cells a kernel is left out of the errors: a few control bits. */
const LEAST = 50;

/** The most that a kernel may be off. */
const ALLOWED = 0.15;

interface Row {
  readonly name: string;
  readonly estimate: CellCounts;
  readonly counted: AreaCounts;
}

for (const core of CORES) await report(core);

async function report({ family, clockMhz, shape }: Core): Promise<void> {
  const library = createOperatorLibrary(family, clockMhz);
  const { schedule } = buildAccelerator(model, shape, multiplierOf(family));
  const plan = planNetwork(schedule, library, "optimized");
  if (plan.kind === "error") throw new Error(at(plan.diagnostics, 0).message);
  const { modules } = networkModule("core", plan.value);
  const made = await synthesize(emitVerilog([...modules], { comment: () => "" }), "core", family);
  if (made.kind === "error") throw new Error(at(made.diagnostics, 0).message);
  const { below } = made.value;
  const { below: estimated } = designCells(modules, family);
  const rows = [...plan.value.kernels.map(({ name }) => `core_${name}`), "core"].flatMap(
    (name): readonly Row[] => {
      const counted = below.get(name);
      return counted === undefined ? [] : [{ name, estimate: estimated(name), counted }];
    },
  );
  print(
    `${family} at ${String(clockMhz)} MHz, array ${[shape.pn, shape.pk, shape.pt ?? 1].join("x")}: estimate / Yosys, everything inside; "core" is the whole network`,
  );
  for (const { name, estimate, counted } of rows) print(line(name, estimate, counted));
  summary(
    "LUT",
    rows.map(({ estimate, counted }) => [estimate.lut, counted.lut]),
  );
  summary(
    "FF",
    rows.map(({ estimate, counted }) => [estimate.ff, counted.ff]),
  );
  const exact = (kind: "dsp" | "bram18"): number =>
    rows.filter(({ estimate, counted }) => estimate[kind] === counted[kind]).length;
  print(
    `  DSP exact in ${String(exact("dsp"))} of ${String(rows.length)}, BRAM18 in ${String(exact("bram18"))} of ${String(rows.length)}`,
  );
  if (process.argv.includes("--calibrate")) calibrate(family, rows);
}

function line(name: string, estimate: CellCounts, counted: AreaCounts): string {
  const pair = (kind: "lut" | "ff" | "dsp" | "bram18"): string => {
    const [x, y] = [estimate[kind], counted[kind]];
    const error = y >= LEAST ? ` ${(100 * (x / y - 1)).toFixed(0)} %` : "";
    return `${kind} ${String(x)}/${String(y)}${error}`.padEnd(kind === "lut" || kind === "ff" ? 26 : 14);
  };
  return `  ${name.padEnd(24)}${pair("lut")}${pair("ff")}${pair("dsp")}${pair("bram18")}`;
}

function summary(kind: string, pairs: readonly (readonly [number, number])[]): void {
  const errors = pairs.filter(([, counted]) => counted >= LEAST).map(([x, y]) => Math.abs(Math.log(x / y)));
  const mean = Math.exp(errors.reduce((sum, error) => sum + error, 0) / errors.length) - 1;
  const within = errors.filter((error) => Math.exp(error) - 1 <= ALLOWED).length;
  print(
    `  ${kind}: geometric mean error ${(100 * mean).toFixed(1)} %, within 15 % in ${String(within)} of ${String(errors.length)}`,
  );
}

function calibrate(family: string, rows: readonly Row[]): void {
  const ratios = rows
    .filter(({ counted }) => counted.lut >= LEAST)
    .map(({ estimate, counted }) => Math.log(counted.lut / estimate.lut));
  const factor = Math.exp(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length);
  print(`  ${family}: multiply tableFactor by ${factor.toFixed(3)}`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
