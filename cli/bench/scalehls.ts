import type { Command } from "commander";
import { z } from "zod";
import { loadDevice } from "../../backend-hls/index.ts";
import { POLYBENCH } from "../../bench/polybench/kernels.ts";
import { ok, present, type Result } from "../../ir/index.ts";
import { declareSimulationOptions, simulationOptions } from "../options/generation-options.ts";
import type { BenchRow } from "../schemas/bench.ts";
import type { Session } from "../verb.ts";
import { defineBench } from "./define-bench.ts";
import { measureCase } from "./polybench/measure-case.ts";
import { cyclesOf, type KernelCase } from "./polybench/measure-kernel.ts";
import { tableRow } from "./polybench/table-row.ts";
import { memoryBound } from "./scalehls/memory-bound.ts";
import { SCALEHLS_KERNELS, SCALEHLS_SOURCE, type ScaleHlsKernel } from "./scalehls/published.ts";

const wholeNumber = z.coerce.number("expected a number").int().positive();

const input = z.object({
  n: wholeNumber,
  rtlN: wholeNumber,
  macs: wholeNumber.optional(),
  device: z.string(),
  clock: z.coerce.number("expected a number").positive(),
  family: z.enum(["xc7", "xcup", "ecp5", "ice40"]).optional(),
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
    const rows: BenchRow[] = [];
    const names = options.kernels?.split(",");
    for (const published of SCALEHLS_KERNELS.filter(({ name }) => names?.includes(name) ?? true)) {
      const estimated = await rowOf(published, caseOf(published, options, true), options, session);
      if (estimated.kind === "error") return estimated;
      const built = await rowOf(published, caseOf(published, options, false), options, session);
      if (built.kind === "error") return built;
      rows.push(estimated.value, built.value);
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

async function rowOf(
  { depth, lanes, ii, baseline }: ScaleHlsKernel,
  each: KernelCase,
  { device: deviceName }: Input,
  session: Session,
): Promise<Result<BenchRow>> {
  const device = loadDevice(deviceName);
  if (device.kind === "error") return device;
  const measure = await measureCase(each, session);
  const row = tableRow(each, measure);
  if (measure.kind === "error") return ok(row);
  const points = Number(each.size) ** depth;
  const cycles = cyclesOf(measure.value);
  const theirs = (points * ii) / lanes;
  return ok({
    ...row,
    baseline_cycles: theirs,
    ratio: theirs / cycles,
    points_per_cycle: points / cycles,
    speedup: (points * baseline) / cycles,
    published_speedup: (baseline * lanes) / ii,
    memory_bound_cycles: memoryBound(each.instance.arrays, device.value, measure.value.clockMhz),
    published: { claim: "cycles", source: SCALEHLS_SOURCE },
    method: each.estimateOnly ? "estimate of the plan, arrays on chip" : (row.method ?? ""),
  });
}
