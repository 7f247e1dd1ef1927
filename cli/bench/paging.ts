import type { Command } from "commander";
import { z } from "zod";
import { ok, type Result } from "../../ir/index.ts";
import type { EngineOptions } from "../../runtime-host/index.ts";
import { naturalNumber, positiveInteger } from "../options/words.ts";
import type { BenchRow } from "../schemas/bench.ts";
import { declareSubject, type SubjectOptions, subjectOptions } from "./bench-model.ts";
import { defineBench } from "./define-bench.ts";
import { openHardware } from "./open-hardware.ts";
import { servingLines, summaryRow, type TableClock } from "./serving-table.ts";
import { type ServedWorkload, simulateServing } from "./simulate-serving.ts";
import { makeWorkload, type WorkloadShape } from "./workload.ts";

/** What is compared: the same requests on the same hardware with the same KV memory. */
interface PagingSubject extends SubjectOptions {
  /** Sequences of full length that the KV memory holds. */
  readonly fullSequences: number;
  readonly requests: number;
  /** Default: mixed, an eighth of these lengths up to them. */
  readonly shape: WorkloadShape;
  readonly seed: number;
}

/** One way to give out KV memory, and what came of it. */
interface PagingRun {
  readonly name: "reserved" | "paged" | "paged, window given back";
  readonly served: ServedWorkload;
}

/** Runs in the order of {@link PagingRun}'s names (the last one where the model has a window), and their clock. */
interface PagingComparison {
  readonly runs: readonly PagingRun[];
  readonly clock: TableClock;
}

/**
 * Serves the same requests with contiguous reservations of the longest sequence and with paged blocks; cycles are the exact
 * estimator's. The order of requests, the rows of a step and the policy are the same.
 */
async function comparePaging({
  fullSequences,
  requests,
  shape,
  seed,
  ...subject
}: PagingSubject): Promise<Result<PagingComparison>> {
  const kvBlocks = fullSequences * Math.ceil(subject.maxContext / subject.blockSize);
  const choice = {
    ...subject,
    engine: "estimate",
    accelerators: 1,
    kvBlocks,
  } as const;
  const runs: PagingRun[] = [];
  let clock: TableClock = { clockMhz: 1, time: "" };
  for (const name of ["reserved", "paged", "paged, window given back"] as const) {
    const opened = await openHardware(choice);
    if (opened.kind === "error") return opened;
    const { hardware, time, window } = opened.value;
    if (name === "paged, window given back" && window === undefined) break;
    clock = { clockMhz: hardware.clockMhz, time };
    const workload = makeWorkload({ shape, requests, rate: undefined, seed, vocab: hardware.model.vocab });
    const served = await simulateServing(hardware, workload, schedulingOf(name, window));
    if (served.kind === "error") return served;
    runs.push({ name, served: served.value });
  }
  return ok({ runs, clock });
}

function schedulingOf(name: PagingRun["name"], window: number | undefined): EngineOptions {
  const common = { prefixCaching: false } as const; // the requests have nothing in common
  if (name === "reserved") return { ...common, allocation: "reserved" };
  return name === "paged" ? common : { ...common, window };
}

/** What is measured where nobody says otherwise: twice as many tokens of answers as of prompts, as in ShareGPT. */
const PAGING_DEFAULTS = {
  rows: 32,
  fullSequences: 4,
  requests: 48,
  input: 64,
  output: 128,
  seed: 0,
} as const;

/** Paged KV blocks against reservations of the longest sequence. */
export const paging = defineBench({
  name: "paging",
  summary: "Paged KV blocks against contiguous reservations of the longest sequence, same KV memory",
  declare: (command: Command) => {
    const { rows, fullSequences, requests, input, output, seed } = PAGING_DEFAULTS;
    declareSubject(command, { rows });
    command
      .option(
        "--full-sequences <n>",
        "sequences of full length that the KV memory holds",
        String(fullSequences),
      )
      .option("--num-prompts <n>", "requests, all there from the beginning", String(requests))
      .option("--input-len <n>", "tokens of a prompt, at most (at least an eighth)", String(input))
      .option("--output-len <n>", "tokens of an answer, at most (at least an eighth)", String(output))
      .option("--seed <n>", "seed of the workload", String(seed));
  },
  input: z.object({
    ...subjectOptions,
    fullSequences: positiveInteger,
    numPrompts: positiveInteger,
    inputLen: positiveInteger,
    outputLen: positiveInteger,
    seed: naturalNumber,
  }),
  run: async ({ numPrompts: requests, inputLen: input, outputLen: output, ...options }, session) => {
    const compared = await comparePaging({ ...options, requests, shape: { kind: "mixed", input, output } });
    if (compared.kind === "error") return compared;
    const { runs, clock } = compared.value;
    for (const { name, served } of runs)
      for (const line of servingLines(name, served, clock).slice(0, 3)) session.output.line(line);
    const rows = pagingRows(compared.value);
    for (const { name, ratio, concurrent_ratio: concurrent } of rows)
      session.output.line(
        `${name}: ${Number(ratio).toFixed(2)} x throughput, ${Number(concurrent).toFixed(2)} x sequences at once`,
      );
    return ok({ rows });
  },
});

/** Rows with ratios against the reservation. */
function pagingRows({ runs, clock }: PagingComparison): BenchRow[] {
  const baseline = runs[0]?.served;
  return runs.map(({ name, served }) => ({
    ...summaryRow(name, served, clock),
    baseline_cycles: baseline?.cycles ?? served.cycles,
    ratio: (baseline?.cycles ?? served.cycles) / served.cycles,
    concurrent_ratio: served.concurrent.mean / (baseline?.concurrent.mean ?? served.concurrent.mean),
    published: {
      claim: "2-4x the throughput of FasterTransformer and Orca at the same latency",
      source:
        "Kwon et al., Efficient Memory Management for Large Language Model Serving with PagedAttention, SOSP 2023",
    },
  }));
}
