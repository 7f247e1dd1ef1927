/**
 * Explorations of models and PolyBench kernels on devices: what is chosen, how far from the bound, how well the search predicted
 * the replay, and processor time of all threads (a model's designs are planned two at a time: half of it is wall time on two quiet
 * cores; a kernel's one after the other: all of it).
 *
 *     node bench/explore.ts [effort] [case…] >> bench/results/explore.txt
 *
 * A case is a model, a model on a device (`fable@kv260`), `kernels`, or a kernel. stories260K is taken from the folder that
 * HIDALGO_MODELS names (default: ../shared/models).
 */
import { join } from "node:path";
import { loadDevice, type ModelShape } from "../backend-hls/index.ts";
import { modelShapeOf } from "../cli/index.ts";
import { designName, type Exploration, exploreDesigns, openThreads } from "../dse/index.ts";
import { loadModel } from "../frontend/index.ts";
import { at } from "../ir/index.ts";
import { measureKernelExploration } from "./explore/explore-polybench.ts";
import { POLYBENCH } from "./polybench/kernels.ts";

/** Designs that are planned in each exploration, unless the command says. */
const EFFORT = 9;

const BOARDS = ["kv260", "xc7z020", "arty-a7-100t", "ecp5-85k"];

/** A Llama-shaped model of GPT-2-medium's dimensions. */
const medium: ModelShape = {
  hidden: 1024,
  layers: 24,
  heads: 16,
  kvHeads: 16,
  headDim: 64,
  ffn: 4096,
  vocab: 50257,
  windows: Array.from({ length: 24 }, () => undefined),
  maxContext: 1024,
  eps: 1e-5,
  blockSize: 16,
};

const cases = [
  ...BOARDS.map((device) => ({ model: "fable", device })),
  ...BOARDS.map((device) => ({ model: "stories260K", device })),
  { model: "gpt2-medium", device: "u280" },
];
const [effort = EFFORT, ...wanted] = process.argv.slice(2);

for (const { model, device } of cases)
  if (isWanted(model, `${model}@${device}`)) await explore(model, device);
for (const kernel of POLYBENCH)
  if (isWanted("kernels", kernel.name)) print(await measureKernelExploration(kernel, Number(effort)));

function isWanted(...names: readonly string[]): boolean {
  return wanted.length === 0 || names.some((name) => wanted.includes(name));
}

function shapeOf(model: string): ModelShape {
  if (model === "gpt2-medium") return medium;
  const root = join(import.meta.dirname, "..");
  const folder = process.env["HIDALGO_MODELS"] ?? join(root, "../shared/models");
  const file = model === "fable" ? join(root, "models/fable") : join(folder, model, `${model}.bin`);
  const loaded = loadModel(file, {});
  if (loaded.kind === "error") throw new Error(at(loaded.diagnostics, 0).message);
  return modelShapeOf(loaded.value.checkpoint);
}

async function explore(model: string, name: string): Promise<void> {
  const device = loadDevice(name);
  if (device.kind === "error") throw new Error(at(device.diagnostics, 0).message);
  const began = process.cpuUsage().user;
  const evaluator = openThreads(2);
  const request = {
    device: device.value,
    variants: [{ precision: "w8a8", kvBits: 8, model: shapeOf(model) }],
    clocksMhz: [device.value.clock_mhz],
    workload: { prompt: 32, output: 64, batch: 1 },
    objective: "latency",
    schedule: "optimized",
    seed: 0,
    replay: true,
    effort: Number(effort),
    worth: 1.02,
    patience: 3,
  } as const;
  const explored = await exploreDesigns(request, { evaluator });
  await evaluator.close();
  const seconds = (process.cpuUsage().user - began) / 1e6;
  if (explored.kind === "error")
    print(
      `${model} on ${name}: ${at(explored.diagnostics, 0).message}; ${seconds.toFixed(0)} s of processor`,
    );
  else describe(`${model} on ${name}`, explored.value, seconds);
}

function describe(
  name: string,
  { request, points, chosen, planned, bound }: Exploration,
  seconds: number,
): void {
  const { design, figures, value } = at(points, chosen);
  const { work, cells, token } = figures;
  print(`${name}: ${designName(request, design)}`);
  print(
    `  ${String(Math.round(work.perToken))} cycles per token, prefill ${String(Math.round(work.prefill))}, DSP ${String(cells.dsp)}, LUT ${String(cells.lut)}, FF ${String(cells.ff)}, BRAM18 ${String(cells.bram18)}, ${token.joules.toExponential(2)} J per token (model)`,
  );
  const errors = points.flatMap(({ evidence, searched, figures: { work: own } }) =>
    evidence === "predicted" ? [] : [Math.abs(searched / own.total - 1)],
  );
  print(
    `  ${String(planned)} of ${String(points.length)} planned, ${(100 * (value / bound - 1)).toFixed(1)} % above the bound, search against replay at most ${(100 * Math.max(...errors)).toFixed(2)} %, ${seconds.toFixed(0)} s of processor`,
  );
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
