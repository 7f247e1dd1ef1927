/**
 * What each method does with outliers of activations, as large models have them, planted into fable:
 *
 *     node bench/planted-outliers.ts > bench/results/planted-outliers.txt
 *
 * Text and calibration are fable's own stories of different seeds; keys and values in 16 bits, so that only the linear
 * layers differ. Every figure is against float32 of the same planted checkpoint. Takes some minutes.
 */
import { join } from "node:path";
import {
  type Calibration,
  type Checkpoint,
  collectStatistics,
  countAgreement,
  createFloatDecoder,
  createIntegerDecoder,
  type Likelihood,
  LikelihoodMeter,
  loadModel,
  type MeasuredDecoder,
  needsCalibration,
  type Planting,
  type PrecisionOptions,
  parsePrecision,
  plantOutliers,
  quantizeTo,
  tellOwnText,
} from "../frontend/index.ts";

const positions = Number(process.argv[2] ?? 384);

const loaded = loadModel(join(import.meta.dirname, "../models/fable"));
if (loaded.kind === "error") throw new Error("fable does not load");
const original = loaded.value.checkpoint;
const windows = tellOwnText(original, { sequences: 32, length: 128, seed: 1 }).windows;
const natural = collectStatistics(original, tellOwnText(original));

const plantings: readonly (readonly [string, Planting | undefined])[] = [
  ["none", undefined],
  ["(a) norms x 100, columns / 100", { kind: "norms", channels: steadiest("gateUp", 2), factor: 100 }],
  ["(b) up rows x 100, down columns / 100", { kind: "ffn", channels: steadiest("down", 6), factor: 100 }],
  ["(c) residual of the start token", { kind: "tokens", tokens: [0], channel: 33, value: 40 }],
];

/** Above every activation of the unplanted model: what reaches it was planted. */
const aboveAllNatural = 45;

const methods: readonly (readonly [string, PrecisionOptions])[] = [
  ["w16a16", {}],
  ["w8a8", {}],
  ["smoothquant", {}],
  ["smoothquant", { alpha: "auto" }],
  ["smoothquant-o3", {}],
  ["llm.int8", {}],
  ["llm.int8", { threshold: aboveAllNatural }],
];

for (const [name, planting] of plantings) {
  const checkpoint = planting === undefined ? original : plantOutliers(original, planting);
  const calibration = collectStatistics(checkpoint, tellOwnText(original));
  const float = measure(() => createFloatDecoder(checkpoint));
  print(`outliers: ${name}: float32 perplexity ${float.ppl.toFixed(4)} over ${float.top1.length} tokens`);
  for (const [method, options] of methods)
    print(measureMethod(checkpoint, calibration, float, [method, options]));
}

/** Channels that are large in many tokens of all layers: in large models, too, the same few channels have the outliers. */
function steadiest(input: "gateUp" | "down", count: number): readonly number[] {
  const sums: number[] = [];
  for (const layer of natural.layers) {
    const { samples, largest } = layer[input];
    for (const [i, value] of samples.entries()) {
      const channel = i % largest.length;
      sums[channel] = (sums[channel] ?? 0) + Math.abs(value);
    }
  }
  const order = [...sums.keys()].toSorted((a, b) => (sums[b] ?? 0) - (sums[a] ?? 0));
  return order.slice(0, count).toSorted((a, b) => a - b);
}

function measureMethod(
  checkpoint: Checkpoint,
  calibration: Calibration,
  float: Likelihood,
  [method, options]: readonly [string, PrecisionOptions],
): string {
  const precision = parsePrecision(method, { ...options, kv: 16 });
  if (precision.kind === "error") throw new Error(method);
  const model = needsCalibration(precision.value)
    ? quantizeTo(checkpoint, precision.value, calibration)
    : quantizeTo(checkpoint, precision.value);
  const likelihood = measure(() => createIntegerDecoder(model));
  const { equal, of } = countAgreement(float, likelihood);
  const columns = model.layers.map(({ inputs: { qkv, wo, gateUp, down } }) =>
    [qkv, wo, gateUp, down].map((input) => input.outliers?.length ?? 0).join("+"),
  );
  const given = Object.entries(options).map(([option, value]) => ` ${option} ${String(value)}`);
  const added = 100 * (likelihood.ppl / float.ppl - 1);
  return [
    `  ${`${method}${given.join("")}`.padEnd(24)}`,
    `perplexity ${likelihood.ppl.toFixed(4).padStart(9)} (${added < 0 ? "" : "+"}${added.toFixed(2)} %)`,
    `top-1 ${((100 * equal) / of).toFixed(2)} %`,
    ...(method === "llm.int8" ? [`outlier columns by layer: ${columns.join(", ")}`] : []),
  ].join("  ");
}

function measure(open: () => MeasuredDecoder): Likelihood {
  const meter = new LikelihoodMeter();
  for (const window of windows) meter.add(open(), window, { limit: positions });
  return meter.result();
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
