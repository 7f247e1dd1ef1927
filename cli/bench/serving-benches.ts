import type { Command } from "commander";
import { z } from "zod";
import { ok, type Result } from "../../ir/index.ts";
import { naturalNumber, positiveInteger } from "../options/words.ts";
import type { Session, Verb } from "../verb.ts";
import { declareSubject, subjectOptions } from "./bench-model.ts";
import { type BenchTable, defineBench } from "./define-bench.ts";
import { openHardware } from "./open-hardware.ts";
import { latenciesOf, latencyRows, servingLines, summaryRow } from "./serving-table.ts";
import { simulateServing } from "./simulate-serving.ts";
import { makeWorkload, type WorkloadShape } from "./workload.ts";

/** What holds where nobody says otherwise. */
interface Defaults {
  readonly rows: number;
  readonly requests: number;
  readonly input: number;
  readonly output: number;
}

function declareServing(command: Command, { requests, input, output, rows }: Defaults): void {
  declareSubject(command, { rows });
  command
    .option("--engine <name>", "estimate (exact cycles, tokens of the integer reference) or rtl", "estimate")
    .option("--accelerators <n>", "accelerators behind one scheduler, sequences on one each", "1")
    .option("--kv-blocks <n>", "KV blocks of each accelerator", "128")
    .option("--chunk <n>", "rows of one prompt in a step, at most")
    .option("--preemption <how>", "recompute or swap", "recompute")
    .option("--no-prefix-caching", "never reuse KV blocks of earlier requests")
    .option("--num-prompts <n>", "requests", String(requests))
    .option("--input-len <n>", "tokens of a prompt (mixed: the most)", String(input))
    .option("--output-len <n>", "tokens of an answer (mixed: the most)", String(output))
    .option("--seed <n>", "seed of the workload", "0");
}

const servingOptions = {
  ...subjectOptions,
  engine: z.enum(["estimate", "rtl"]),
  accelerators: positiveInteger,
  kvBlocks: positiveInteger,
  chunk: positiveInteger.optional(),
  preemption: z.enum(["recompute", "swap"]),
  prefixCaching: z.boolean(),
  numPrompts: positiveInteger,
  inputLen: positiveInteger,
  outputLen: positiveInteger,
  seed: naturalNumber,
};

type ServingOptions = z.output<z.ZodObject<typeof servingOptions>>;

/** How a bench's requests look and come. */
interface Traffic {
  readonly shape: WorkloadShape;
  readonly rate: number | undefined;
}

async function measure(
  name: string,
  { preemption, prefixCaching, chunk, ...options }: ServingOptions,
  { shape, rate }: Traffic,
  { output }: Session,
): Promise<Result<BenchTable>> {
  const opened = await openHardware(options);
  if (opened.kind === "error") return opened;
  const { hardware, time, window } = opened.value;
  const { numPrompts: requests, seed } = options;
  const workload = makeWorkload({ shape, requests, rate, seed, vocab: hardware.model.vocab });
  const scheduling = { preemption, prefixCaching, window, ...(chunk === undefined ? {} : { chunk }) };
  try {
    const served = await simulateServing(hardware, workload, scheduling);
    if (served.kind === "error") return served;
    const clock = { clockMhz: hardware.clockMhz, time };
    for (const line of servingLines(name, served.value, clock)) output.line(line);
    const latencies = latencyRows(latenciesOf(served.value.requests), clock);
    return ok({
      rows: [summaryRow(name, served.value, clock), ...latencies],
      workload: { ...shape, rate: rate ?? null, seed },
    });
  } finally {
    await opened.value.close();
  }
}

const workloadOptions = {
  workload: z.enum(["fixed", "mixed", "prefix-repetition"]),
  prefixes: positiveInteger,
  prefixLen: positiveInteger,
};

function declareWorkload(command: Command): void {
  command
    .option("--workload <kind>", "fixed, mixed or prefix-repetition", "mixed")
    .option("--prefixes <n>", "different prefixes of prefix-repetition", "4")
    .option("--prefix-len <n>", "tokens of each", "64");
}

function shapeOf({
  workload,
  prefixes,
  prefixLen,
  inputLen: input,
  outputLen: output,
}: z.output<z.ZodObject<typeof workloadOptions>> & ServingOptions): WorkloadShape {
  if (workload !== "prefix-repetition") return { kind: workload, input, output };
  return { kind: workload, prefixes, prefix: prefixLen, input, output };
}

/** Requests that come over time: latencies under load. */
export const serveBench: Verb = defineBench({
  name: "serve",
  summary: "Latencies of requests that come at random times, in simulated time",
  declare: (command) => {
    declareServing(command, { rows: 16, requests: 48, input: 64, output: 32 });
    declareWorkload(command);
    command.option("--request-rate <n>", "requests per simulated second (Poisson), or inf", "150");
  },
  input: z.object({
    ...servingOptions,
    ...workloadOptions,
    requestRate: z.union([z.literal("inf"), z.coerce.number("expected a number or inf").positive()]),
  }),
  run: ({ requestRate, ...options }, session) => {
    const rate = requestRate === "inf" ? undefined : requestRate;
    return measure("serve", options, { shape: shapeOf(options), rate }, session);
  },
});

/** All requests at once: tokens per second. */
export const throughputBench: Verb = defineBench({
  name: "throughput",
  summary: "Tokens per second of many requests that are there from the beginning, in simulated time",
  declare: (command) => {
    declareServing(command, { rows: 16, requests: 48, input: 64, output: 32 });
    declareWorkload(command);
  },
  input: z.object({ ...servingOptions, ...workloadOptions }),
  run: (options, session) =>
    measure("throughput", options, { shape: shapeOf(options), rate: undefined }, session),
});

/** One batch of equal requests: how long it takes. */
export const latencyBench: Verb = defineBench({
  name: "latency",
  summary: "Time of one batch of equal requests, in simulated time",
  declare: (command) => {
    declareServing(command, { rows: 16, requests: 8, input: 32, output: 64 });
  },
  input: z.object(servingOptions),
  run: (options, session) => {
    const { inputLen: input, outputLen: output } = options;
    return measure("latency", options, { shape: { kind: "fixed", input, output }, rate: undefined }, session);
  },
});
