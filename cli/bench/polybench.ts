import type { Command } from "commander";
import { z } from "zod";
import { INTERFACES } from "../../backend-hls/index.ts";
import { type PolybenchKernel, SIZES, type Size } from "../../bench/polybench/kernel.ts";
import { ROUNDINGS, type Rounding } from "../../bench/polybench/kernel-text.ts";
import { POLYBENCH } from "../../bench/polybench/kernels.ts";
import { ok, type Result } from "../../ir/index.ts";
import { compileDefaults } from "../options/compile-options.ts";
import {
  declareSimulationOptions,
  type SimulationOptions,
  simulationOptions,
} from "../options/generation-options.ts";
import { megahertz, positiveInteger, schedule, synthesisFamily } from "../options/words.ts";
import type { Session } from "../verb.ts";
import { type BenchTable, defineBench } from "./define-bench.ts";
import { budgetOf } from "./polybench/budgets.ts";
import { chooseKernels } from "./polybench/choose-kernels.ts";
import { KeptResults } from "./polybench/kept-results.ts";
import { measureCase } from "./polybench/measure-case.ts";
import type { KernelCase } from "./polybench/measure-kernel.ts";
import { type MeasuredCase, renderTable } from "./polybench/render-table.ts";
import { tableRow } from "./polybench/table-row.ts";

/** Words out of a closed set, separated by commas. */
function listOf<const W extends string>(words: readonly W[]) {
  return z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum(words)));
}

/** Rows of every kernel: `reassoc-ram`, `strict-m_axi`, … */
const rowKinds = listOf(ROUNDINGS.flatMap((order) => INTERFACES.map((kind) => `${order}-${kind}` as const)));

const input = z.object({
  kernels: z.string().optional(),
  sizes: listOf(SIZES),
  rounding: listOf(ROUNDINGS),
  interface: listOf(INTERFACES),
  device: z.string(),
  clock: megahertz,
  schedule,
  macs: positiveInteger.optional(),
  family: synthesisFamily.optional(),
  estimate: z.boolean().default(false),
  verilator: z.boolean().default(false),
  closely: rowKinds.optional(),
  without: rowKinds.default([]),
  keep: z.string().optional(),
  ...simulationOptions,
});

type Input = z.output<typeof input>;

/** Kernels of PolyBench/C: cycles of the hardware beside published figures. */
export const polybench = defineBench<Input>({
  name: "polybench",
  summary: "Kernels of PolyBench/C in hardware: cycles, float units, area, beside published figures",
  declare,
  input,
  run: async ({ keep, ...options }, session) => {
    const cases = casesOf(options);
    return cases.kind === "error" ? cases : ok(await measureAll(cases.value, keep, session));
  },
});

function declare(command: Command): void {
  command
    .option("--kernels <names>", `some of ${POLYBENCH.map(({ name }) => name).join(",")} (default: all)`)
    .option("--sizes <names>", `some of ${SIZES.join(",")}`, "mini")
    .option("--rounding <kinds>", "strict order of float sums, reassoc, or both", ROUNDINGS.join(","))
    .option("--interface <kinds>", "where arrays live: ram, m_axi, or both", "ram")
    .option("--device <name>", "a part or board", "u280")
    .option("--clock <MHz>", "clock to compile for", "300")
    .option("--schedule <name>", "optimized, sequential or pipelined", compileDefaults.schedule)
    .option("--macs <n>", "f32 multipliers, and adders, at most (default: the table's budget of each kernel)")
    .option("--family <cells>", "synthesize with Yosys for these cells: xc7, xcup, ecp5 or ice40")
    .option("--verilator", "run the designs of --closely in Verilator")
    .option("--closely <rows>", "--family and --verilator for these rows alone: reassoc-ram,strict-m_axi")
    .option("--without <rows>", "leave these rows out")
    .option("--keep <folder>", "keep runs and syntheses there, by design, and take what is there already");
  command.option("--estimate", "no hardware: cycles by the plan alone, at any size");
  declareSimulationOptions(command);
}

function casesOf(options: Omit<Input, "keep">): Result<readonly KernelCase[]> {
  const { sizes, rounding, interface: interfaces, without } = options;
  const kernels = chooseKernels(POLYBENCH, options.kernels);
  if (kernels.kind === "error") return kernels;
  const rows = rounding
    .flatMap((order) => interfaces.map((kind) => ({ order, kind })))
    .filter(({ order, kind }) => !without.includes(`${order}-${kind}`));
  return ok(
    kernels.value.flatMap((kernel) =>
      sizes.flatMap((size) => rows.map((row) => caseOf({ kernel, size, ...row }, options))),
    ),
  );
}

interface Row {
  readonly kernel: PolybenchKernel;
  readonly size: Size;
  readonly order: Rounding;
  readonly kind: (typeof INTERFACES)[number];
}

function caseOf({ kernel, size, order, kind }: Row, options: Omit<Input, "keep">): KernelCase {
  const { device, clock, schedule: mode, macs, family, estimate, verilator, closely } = options;
  const isClose = closely?.includes(`${order}-${kind}`) ?? true;
  const simulation = simulationOf(options);
  return {
    kernel,
    size,
    instance: kernel.at(size),
    rounding: order,
    hardware: {
      ...{ device, clock, schedule: mode, emitIr: false, verifyEach: false },
      interface: { "*": kind },
      limit: macs === undefined ? budgetOf(kernel.name) : { mul: macs, add: macs },
    },
    simulation: isClose && verilator ? { ...simulation, simulator: "verilator" } : simulation,
    family: isClose ? family : undefined,
    estimateOnly: estimate,
  };
}

/** The options that decide about the simulation alone. */
function simulationOf(options: SimulationOptions): SimulationOptions {
  const { simulator, memory, backPressure, trace, traceWindow, traceScope, traceDepth } = options;
  return { simulator, memory, backPressure, trace, traceWindow, traceScope, traceDepth };
}

async function measureAll(
  cases: readonly KernelCase[],
  folder: string | undefined,
  session: Session,
): Promise<BenchTable> {
  const kept = new KeptResults(folder);
  const done: MeasuredCase[] = [];
  for (const each of cases) done.push({ each, measure: await measureCase(each, session, kept) });
  session.output.text(`${renderTable(done)}\n`);
  return { rows: done.map(({ each, measure }) => tableRow(each, measure)) };
}
