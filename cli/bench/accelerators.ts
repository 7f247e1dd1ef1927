import { z } from "zod";
import { LINK_LATENCY } from "../../backend-hls/index.ts";
import { type Checkpoint, loadModel, quantizeModel, splitProblem } from "../../frontend/index.ts";
import { at, ok, type Result } from "../../ir/index.ts";
import { positiveInteger } from "../options/words.ts";
import type { BenchRow } from "../schemas/bench.ts";
import { declareSubject, modelPath, type SubjectOptions, subjectOptions } from "./bench-model.ts";
import { type BenchTable, defineBench } from "./define-bench.ts";
import { openSharedMachine, type SharedDesign, type StepCycles } from "./shared-machine.ts";

/** Accelerators that are compared. */
const COUNTS = [1, 2, 4] as const;

/** A decode step of so many sequences on so many accelerators. */
interface Measured {
  readonly how: string;
  readonly accelerators: number;
  readonly sequences: number;
  readonly step: StepCycles;
}

interface AcceleratorOptions extends SubjectOptions {
  readonly context: number;
  readonly engine: "rtl" | "estimate";
  readonly linkLatency: number;
}

/** Cycles per token of a decode step on several accelerators. */
export const accelerators = defineBench({
  name: "accelerators",
  summary: "Cycles per token of 1, 2 and 4 accelerators, data and tensor parallel",
  declare: (command) => {
    declareSubject(command, { rows: 16 });
    command
      .option("--context <n>", "committed positions of each sequence", "64")
      .option("--engine <name>", "estimate, or rtl: simulated hardware beside it", "estimate")
      .option(
        "--link-latency <n>",
        "cycles from a word being given out to the sum of all being shown",
        String(LINK_LATENCY),
      );
  },
  input: z.object({
    ...subjectOptions,
    context: positiveInteger,
    engine: z.enum(["rtl", "estimate"]),
    linkLatency: positiveInteger.min(4),
  }),
  run: async (options, { output }) => {
    const loaded = loadModel(modelPath(options));
    if (loaded.kind === "error") return loaded;
    const { checkpoint } = loaded.value;
    const measured: Measured[] = [];
    for (const count of COUNTS) {
      const steps = await measureCount(options, checkpoint, count);
      if (steps.kind === "error") return steps;
      for (const one of steps.value) {
        measured.push(one);
        output.line(lineOf(one));
      }
    }
    return ok(tableOf(measured, options));
  },
});

/** One token of one sequence and of many: data parallel on the accelerator with the most rows, tensor parallel on those that share the model. */
async function measureCount(
  options: AcceleratorOptions,
  checkpoint: Checkpoint,
  count: number,
): Promise<Result<readonly Measured[]>> {
  const quantities = [1, options.rows];
  const isShared = count > 1 && splitProblem(quantizeModel(checkpoint), count) === undefined;
  const kinds = [
    { how: "data parallel", parts: 1, rowsOf: (sequences: number) => Math.ceil(sequences / count) },
    ...(isShared ? [{ how: "tensor parallel", parts: count, rowsOf: (sequences: number) => sequences }] : []),
  ];
  const found: Measured[] = [];
  for (const { how, parts, rowsOf } of kinds) {
    const steps = await decodeSteps(options, { checkpoint, parts }, quantities.map(rowsOf));
    if (steps.kind === "error") return steps;
    steps.value.forEach((step, index) => {
      found.push({ how, accelerators: count, sequences: at(quantities, index), step });
    });
  }
  return ok(found);
}

/** Steps of so many rows each, one after the other on the same accelerators. */
async function decodeSteps(
  { context, linkLatency, engine, ...options }: AcceleratorOptions,
  { checkpoint, parts }: Pick<SharedDesign, "checkpoint" | "parts">,
  rows: readonly number[],
): Promise<Result<readonly StepCycles[]>> {
  const design = { options, checkpoint, parts, linkLatency, context, isMeasured: engine === "rtl" };
  const opened = await openSharedMachine(design);
  if (opened.kind === "error") return opened;
  const steps: StepCycles[] = [];
  try {
    for (const count of rows) {
      const step = await opened.value.decode(count);
      if (step.kind === "error") return step;
      steps.push(step.value);
    }
  } finally {
    await opened.value.close();
  }
  return ok(steps);
}

/** What counts: what was measured, where that is there. */
function cyclesOf({ step: { estimated, measured }, sequences }: Measured): number {
  return (measured ?? estimated) / sequences;
}

function lineOf(one: Measured): string {
  const { how, accelerators: count, sequences, step } = one;
  const { estimated, measured } = step;
  const beside =
    measured === undefined
      ? "by the estimator"
      : `in hardware; ${String(measured)} cycles a step, estimated ${String(estimated)}, error ${String(estimated - measured)}`;
  const many = (number: number, what: string): string =>
    `${String(number)} ${what}${number === 1 ? "" : "s"}`;
  return `${many(sequences, "sequence")}, ${many(count, "accelerator")}, ${how}: ${cyclesOf(one).toFixed(0)} cycles per token ${beside}`;
}

function tableOf(measured: readonly Measured[], { linkLatency }: AcceleratorOptions): BenchTable {
  const rows = measured.map((one): BenchRow => {
    const { how, accelerators: count, sequences, step } = one;
    const alone = measured.find((other) => other.sequences === sequences && other.accelerators === 1) ?? one;
    return {
      name: `${how}, ${String(count)} accelerators, ${String(sequences)} sequences`,
      cycles: cyclesOf(one),
      baseline_cycles: cyclesOf(alone),
      ratio: cyclesOf(alone) / cyclesOf(one),
      estimated_step_cycles: step.estimated,
      measured_step_cycles: step.measured ?? null,
      method: `${step.measured === undefined ? "exact estimate" : "counted by the simulated hardware"}${
        how === "data parallel" ? " of the accelerator with the most rows" : ""
      } ÷ tokens of the step`,
    };
  });
  return {
    rows,
    link: { latency_cycles: linkLatency, bits: "32 for each output channel and row in parallel" },
  };
}
