import type { Command } from "commander";
import { z } from "zod";
import { type Device, loadDevice } from "../../backend-hls/index.ts";
import { POLYBENCH } from "../../bench/polybench/kernels.ts";
import { ok, present, type Result } from "../../ir/index.ts";
import { declareSimulationOptions, simulationOptions } from "../options/generation-options.ts";
import { megahertz, positiveInteger, synthesisFamily } from "../options/words.ts";
import type { BenchRow } from "../schemas/bench.ts";
import { defineBench } from "./define-bench.ts";
import { chooseKernels } from "./polybench/choose-kernels.ts";
import { measureCase } from "./polybench/measure-case.ts";
import { cyclesOf, type KernelCase, type KernelMeasure } from "./polybench/measure-kernel.ts";
import { tableRow } from "./polybench/table-row.ts";
import { memoryBound } from "./scalehls/memory-bound.ts";
import { SCALEHLS_KERNELS, SCALEHLS_SOURCE, type ScaleHlsKernel } from "./scalehls/published.ts";

const input = z.object({
  n: positiveInteger,
  rtlN: positiveInteger,
  macs: positiveInteger.optional(),
  device: z.string(),
  clock: megahertz,
  family: synthesisFamily.optional(),
  kernels: z.string().optional(),
  ...simulationOptions,
});

type Input = z.output<typeof input>;

/** ScaleHLS's table: by the plan at its size, in hardware at a small one. */
export const scalehls = defineBench<Input>({
  name: "scalehls",
  summary: "The kernels of ScaleHLS's table on its device: by the plan at N = 4096, in hardware at N = 128",
  declare,
  input,
  run: async (options, session) => {
    const device = loadDevice(options.device);
    if (device.kind === "error") return device;
    const kernels = chooseKernels(SCALEHLS_KERNELS, options.kernels);
    if (kernels.kind === "error") return kernels;
    const rows: BenchRow[] = [];
    for (const published of kernels.value)
      for (const estimateOnly of [true, false]) {
        const each = caseOf(published, options, estimateOnly);
        const measure = await measureCase(each, session);
        rows.push(rowOf(published, each, { device: device.value, measure }));
      }
    return ok({ rows });
  },
});

function declare(command: Command): void {
  command
    .option("--n <size>", "every dimension, by the plan", "4096")
    .option("--rtl-n <size>", "every dimension, in hardware", "128")
    .option("--macs <n>", "f32 multipliers, and adders, at most (default: what fits the device, by kernel)")
    .option("--device <name>", "a part or board", "xc7z020")
    .option("--clock <MHz>", "clock to compile for", "100")
    .option("--kernels <names>", "some of the kernels (default: all)")
    .option(
      "--family <cells>",
      "synthesize what is built with Yosys for these cells: xc7, xcup, ecp5 or ice40",
    );
  declareSimulationOptions(command);
}

function caseOf({ name, macs: fitting }: ScaleHlsKernel, options: Input, estimateOnly: boolean): KernelCase {
  const { n, rtlN, macs = fitting, device, clock, family, ...simulation } = options;
  const kernel = present(
    POLYBENCH.find((each) => each.name === name),
    name,
  );
  const size = estimateOnly ? n : rtlN;
  return {
    kernel,
    size: String(size),
    instance: kernel.square(size),
    rounding: "strict",
    hardware: {
      device,
      clock,
      schedule: "optimized",
      emitIr: false,
      verifyEach: false,
      interface: { "*": "ram" },
      limit: { mul: macs, add: macs },
    },
    simulation,
    family,
    estimateOnly,
  };
}

/** A line of the table, beside the published figures where there are cycles to compare. */
function rowOf(
  { depth, lanes, ii, baseline }: ScaleHlsKernel,
  each: KernelCase,
  { device, measure }: { readonly device: Device; readonly measure: Result<KernelMeasure> },
): BenchRow {
  const row = tableRow(each, measure);
  if (measure.kind === "error") return row;
  const points = Number(each.size) ** depth;
  const cycles = cyclesOf(measure.value);
  const theirs = (points * ii) / lanes;
  return {
    ...row,
    baseline_cycles: theirs,
    ratio: theirs / cycles,
    points_per_cycle: points / cycles,
    speedup: (points * baseline) / cycles,
    published_speedup: (baseline * lanes) / ii,
    memory_bound_cycles: memoryBound(each.instance.arrays, device, measure.value.clockMhz),
    published: { claim: "cycles", source: SCALEHLS_SOURCE },
  };
}
