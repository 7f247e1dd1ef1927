import { join } from "node:path";
import type {
  ArrayShape,
  HardwarePrecision,
  Interface,
  ModelShape,
  ScheduleMode,
} from "../../../backend-hls/index.ts";
import type { Rounding } from "../../../bench/polybench/kernel-text.ts";
import { loadModel } from "../../../frontend/index.ts";
import { ok, type Result } from "../../../ir/index.ts";
import { packageRoot } from "../../package-root.ts";
import { modelShapeOf } from "../../verify/subject.ts";

/** A kernel of PolyBench at size mini, with the float units that it may build. */
export interface KernelDesign {
  readonly kind: "kernel";
  readonly kernel: string;
  readonly rounding: Rounding;
  readonly schedule: ScheduleMode;
  /** Multipliers, and adders, at most: lanes, tiles and orders follow. */
  readonly units: number;
  readonly interface: Interface;
  readonly device: string;
  /** As `simulate --memory` takes it; undefined: the device's own. */
  readonly memory: string | undefined;
}

/** A model on an array. */
export interface ModelDesign {
  readonly kind: "model";
  readonly name: string;
  readonly model: ModelShape;
  readonly array: ArrayShape;
  readonly device: string;
  readonly memory: string | undefined;
  /** Of the first row of each step; as many rows as the array has. */
  readonly positions: readonly number[];
}

/** Hardware that is built once; a model's steps are points of their own. */
export type EstimatedHardware = KernelDesign | ModelDesign;

const KERNELS = ["gemm", "atax", "bicg", "mvt", "gesummv", "syrk", "trmm", "2mm"] as const;

const IDEAL = "ideal:64";

/** What is varied of every kernel. */
const KERNEL_VARIANTS: readonly Omit<KernelDesign, "kind" | "kernel">[] = [
  { rounding: "strict", schedule: "pipelined", units: 1, interface: "ram", device: "kv260", memory: IDEAL },
  { rounding: "strict", schedule: "optimized", units: 4, interface: "ram", device: "kv260", memory: IDEAL },
  { rounding: "reassoc", schedule: "optimized", units: 4, interface: "ram", device: "kv260", memory: IDEAL },
  { rounding: "reassoc", schedule: "optimized", units: 16, interface: "ram", device: "kv260", memory: IDEAL },
  {
    rounding: "reassoc",
    schedule: "optimized",
    units: 2,
    interface: "ram",
    device: "xc7z020",
    memory: undefined,
  },
  {
    rounding: "reassoc",
    schedule: "optimized",
    units: 4,
    interface: "m_axi",
    device: "kv260",
    memory: IDEAL,
  },
  {
    rounding: "reassoc",
    schedule: "optimized",
    units: 4,
    interface: "m_axi",
    device: "kv260",
    memory: undefined,
  },
  {
    rounding: "reassoc",
    schedule: "optimized",
    units: 16,
    interface: "m_axi",
    device: "kv260",
    memory: undefined,
  },
  {
    rounding: "strict",
    schedule: "optimized",
    units: 4,
    interface: "m_axi",
    device: "xc7z020",
    memory: undefined,
  },
  {
    rounding: "reassoc",
    schedule: "optimized",
    units: 8,
    interface: "m_axi",
    device: "ecp5-85k",
    memory: undefined,
  },
];

/** stories260K of llama2.c: what it weighs changes no cycle, its sizes do. */
const STORIES: ModelShape = {
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

const SMALL = { eps: 1e-5, blockSize: 4, maxContext: 64 } as const;

/** Sizes of which few are multiples of anything. */
const ODD: ModelShape = {
  ...SMALL,
  hidden: 27,
  layers: 3,
  heads: 3,
  kvHeads: 1,
  headDim: 12,
  ffn: 37,
  vocab: 51,
  windows: [5, undefined, 5],
};

const EVEN: ModelShape = {
  ...SMALL,
  hidden: 32,
  layers: 4,
  heads: 4,
  kvHeads: 4,
  headDim: 8,
  ffn: 48,
  vocab: 64,
  windows: [undefined, undefined, undefined, undefined],
};

const token = { kind: "int8", scales: "token" } as const;
const INT4: HardwarePrecision = { weights: { kind: "int4", group: 32 }, activations: token, kvBits: 8 };
const BF16: HardwarePrecision = { weights: { kind: "bf16" }, activations: { kind: "bf16" }, kvBits: 16 };
const STATIC: HardwarePrecision = {
  weights: { kind: "int8" },
  activations: { kind: "int8", scales: "static" },
  kvBits: 16,
};
const OUTLIERS: HardwarePrecision = {
  weights: { kind: "int8" },
  activations: token,
  kvBits: 8,
  outliers: { threshold: 6, columns: { qkv: 3, wo: 2, gateUp: 3, down: 4, head: 3 } },
};

/** Positions of single rows, and of the first of several. */
const ONE = [0, 17, 63, 200] as const;
const FEW = [0, 4, 60, 124] as const;
const MANY = [0, 16, 64, 128] as const;
const SHORT = [0, 3, 17, 50] as const;

type Line = readonly [
  model: string,
  device: string,
  array: ArrayShape,
  memory: string | undefined,
  positions: readonly number[],
  precision?: HardwarePrecision,
];

const OWN = undefined;

const MODEL_LINES: readonly Line[] = [
  ["fable", "kv260", { pn: 1, pk: 16, rows: 1 }, OWN, ONE],
  ["fable", "kv260", { pn: 1, pk: 16, rows: 1 }, IDEAL, ONE],
  ["fable", "kv260", { pn: 2, pk: 8, pv: 8, rows: 1 }, OWN, ONE],
  ["fable", "kv260", { pn: 4, pk: 4, ph: 2, rows: 1 }, OWN, ONE],
  ["fable", "kv260", { pn: 1, pk: 16, pt: 4, rows: 4 }, OWN, FEW],
  ["fable", "kv260", { pn: 1, pk: 32, rows: 1 }, OWN, ONE, INT4],
  ["fable", "kv260", { pn: 2, pk: 4, rows: 1 }, OWN, ONE, BF16],
  ["fable", "ref64", { pn: 1, pk: 8, rows: 1 }, OWN, ONE],
  ["fable", "ref64", { pn: 2, pk: 4, pt: 4, rows: 16 }, OWN, MANY],
  ["fable", "bench512", { pn: 2, pk: 32, rows: 1 }, OWN, ONE],
  ["stories260K", "kv260", { pn: 1, pk: 16, rows: 1 }, OWN, ONE],
  ["stories260K", "kv260", { pn: 2, pk: 8, pt: 2, pv: 16, ph: 2, rows: 8 }, OWN, MANY],
  ["stories260K", "kv260", { pn: 2, pk: 8, rows: 1 }, OWN, ONE, STATIC],
  ["stories260K", "kv260", { pn: 2, pk: 8, rows: 1 }, OWN, ONE, OUTLIERS],
  ["stories260K", "xc7z020", { pn: 1, pk: 8, rows: 1 }, OWN, ONE],
  ["stories260K", "arty-a7-100t", { pn: 1, pk: 16, pt: 2, rows: 2 }, OWN, FEW],
  ["stories260K", "ecp5-85k", { pn: 1, pk: 16, rows: 1 }, OWN, ONE],
  ["stories260K", "ref64", { pn: 1, pk: 8, rows: 2 }, IDEAL, FEW],
  ["stories260K", "bench512", { pn: 4, pk: 16, pt: 2, rows: 4 }, IDEAL, FEW],
  ["stories260K", "u280", { pn: 1, pk: 32, rows: 1 }, OWN, ONE],
  ["tiny odd", "kv260", { pn: 1, pk: 16, rows: 1 }, OWN, SHORT],
  ["tiny odd", "ref64", { pn: 1, pk: 8, rows: 7 }, OWN, [0, 7, 21, 42]],
  ["tiny odd", "bench512", { pn: 2, pk: 32, rows: 1 }, IDEAL, SHORT],
  ["tiny odd", "xc7z020", { pn: 2, pk: 4, pt: 2, rows: 4 }, OWN, SHORT],
  ["tiny even", "kv260", { pn: 1, pk: 16, rows: 1 }, OWN, SHORT],
  ["tiny even", "kv260", { pn: 1, pk: 16, pt: 4, rows: 4 }, OWN, SHORT],
  ["tiny even", "kv260", { pn: 1, pk: 32, rows: 1 }, OWN, SHORT, INT4],
  ["tiny even", "ref64", { pn: 1, pk: 4, rows: 1 }, OWN, SHORT, BF16],
  ["tiny even", "bench512", { pn: 2, pk: 32, rows: 2 }, OWN, SHORT],
  ["tiny even", "ecp5-85k", { pn: 1, pk: 16, rows: 1 }, IDEAL, SHORT],
];

/** All hardware of the table, kernels first: 80 kernels and 30 models of four steps each. */
export function estimatedHardware(): Result<readonly EstimatedHardware[]> {
  const fable = loadModel(join(packageRoot(), "models/fable"));
  if (fable.kind === "error") return fable;
  const models = new Map([
    ["fable", modelShapeOf(fable.value.checkpoint)],
    ["stories260K", STORIES],
    ["tiny odd", ODD],
    ["tiny even", EVEN],
  ]);
  const kernels = KERNELS.flatMap((kernel) =>
    KERNEL_VARIANTS.map((variant): KernelDesign => ({ kind: "kernel", kernel, ...variant })),
  );
  const designs = MODEL_LINES.map(([name, device, array, memory, positions, precision]): ModelDesign => {
    const shape = models.get(name) ?? EVEN;
    const model = precision === undefined ? shape : { ...shape, precision };
    return { kind: "model", name, model, array, device, memory, positions };
  });
  return ok([...kernels, ...designs]);
}
