import type { Command } from "commander";
import { z } from "zod";
import { decoderLayer } from "../../bench/polybench/decoder-layer.ts";
import { type PolybenchKernel, SIZES } from "../../bench/polybench/kernel.ts";
import { POLYBENCH } from "../../bench/polybench/kernels.ts";
import { ok } from "../../ir/index.ts";
import { declareSimulationOptions, simulationOptions } from "../options/generation-options.ts";
import { megahertz, positiveInteger } from "../options/words.ts";
import type { BenchRow } from "../schemas/bench.ts";
import type { Session } from "../verb.ts";
import { defineBench } from "./define-bench.ts";
import { measureCase } from "./polybench/measure-case.ts";
import { cyclesOf, type KernelCase } from "./polybench/measure-kernel.ts";
import { tableRow } from "./polybench/table-row.ts";

const input = z.object({
  size: z.enum(SIZES),
  device: z.string(),
  clock: megahertz,
  macs: positiveInteger,
  estimate: z.boolean().default(false),
  ...simulationOptions,
});

type Input = z.output<typeof input>;

/** What each rung adds to the one before it. */
const RUNGS = [
  { name: "sequential", schedule: "sequential", nests: "turns" },
  { name: "pipelined", schedule: "pipelined", nests: "turns" },
  { name: "loops", schedule: "optimized", nests: "turns" },
  { name: "dataflow", schedule: "optimized", nests: "overlap" },
] as const;

/** Kernels of several nests, and a decoder layer. */
const KERNELS: readonly PolybenchKernel[] = [
  ...POLYBENCH.filter(({ name }) => ["2mm", "3mm", "correlation"].includes(name)),
  decoderLayer,
];

/** What each step of the compiler is worth: one operation after the other, pipelines, transformed loops, nests that overlap. */
export const ablation = defineBench<Input>({
  name: "ablation",
  summary: "What each step is worth: sequential, pipelined, loops transformed, nests that overlap",
  declare,
  input,
  run: async (options, session) => {
    const rows: BenchRow[] = [];
    for (const kernel of KERNELS) rows.push(...(await ladder(kernel, options, session)));
    return ok({ rows });
  },
});

function declare(command: Command): void {
  command
    .option("--size <name>", `one of ${SIZES.join(",")}`, "mini")
    .option("--device <name>", "a part or board", "u280")
    .option("--clock <MHz>", "clock to compile for", "300")
    .option("--macs <n>", "f32 multipliers, and adders, of a nest at most", "16")
    .option("--estimate", "no hardware: cycles by the plan alone");
  declareSimulationOptions(command);
}

/** The rungs of one kernel, each beside the first. */
async function ladder(
  kernel: PolybenchKernel,
  options: Input,
  session: Session,
): Promise<readonly BenchRow[]> {
  const { size, device, clock, macs, estimate, ...simulation } = options;
  const rows: BenchRow[] = [];
  let first: number | undefined;
  for (const { name, schedule, nests } of RUNGS) {
    const each: KernelCase = {
      kernel,
      size: `${size} ${name}`,
      instance: kernel.at(size),
      rounding: "strict",
      hardware: {
        ...{ device, clock, schedule, nests, emitIr: false, verifyEach: false },
        interface: { "*": "ram" },
        limit: { mul: macs, add: macs, sub: macs },
      },
      simulation,
      family: undefined,
      estimateOnly: estimate,
    };
    const measure = await measureCase(each, session);
    const row = tableRow(each, measure);
    if (measure.kind === "ok") {
      const cycles = cyclesOf(measure.value);
      first ??= cycles;
      rows.push({ ...row, rung: name, baseline_cycles: first, ratio: first / cycles });
    } else rows.push({ ...row, rung: name });
  }
  return rows;
}
