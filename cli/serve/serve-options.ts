import type { Command } from "commander";
import { z } from "zod";
import { leastHubLatency } from "../../backend-hls/index.ts";
import type { RunOptions } from "../jobs/run-model.ts";
import { naturalNumber, positiveInteger } from "../options/words.ts";

/** Adds what decides about scheduling, KV memory and accelerators. */
export function declareServeOptions(command: Command): void {
  command
    .option("--accelerators <n>", "accelerators behind one scheduler", "1")
    .option("--parallel <how>", "data: a sequence on one of them; tensor: each on all of them", "data")
    .option("--link-latency <n>", "tensor: cycles from a word being given out to the sum of all being shown")
    .option("--max-num-seqs <n>", "sequences that run at once on an accelerator (default: as many as rows)")
    .option("--chunk <n>", "rows of one prompt in a step, at most")
    .option("--policy <name>", "fcfs, or priority", "fcfs")
    .option("--no-prefix-caching", "never reuse the KV blocks of earlier requests")
    .option("--preemption <how>", "recompute, or swap: KV blocks go to the host's memory", "recompute")
    .option("--kv-host-blocks <n>", "KV blocks of earlier requests that the host keeps in memory", "0")
    .option("--kv-store <folder>", "keep KV blocks of earlier requests on disk, also for the next server")
    .option("--chat-template <file>", "Jinja, in place of the model's own");
}

/** Cycles in which words of up to 64 accelerators are added: no link is quicker. */
const LEAST_LINK = leastHubLatency(64);

/** What {@link declareServeOptions} parses to. */
export const serveOptions = {
  accelerators: positiveInteger.max(64),
  parallel: z.enum(["data", "tensor"]),
  linkLatency: positiveInteger.min(LEAST_LINK).max(65_536).optional(),
  maxNumSeqs: positiveInteger.optional(),
  chunk: positiveInteger.optional(),
  policy: z.enum(["fcfs", "priority"]),
  prefixCaching: z.boolean(),
  preemption: z.enum(["recompute", "swap"]),
  kvHostBlocks: naturalNumber,
  kvStore: z.string().optional(),
  chatTemplate: z.string().optional(),
};

/** Everything that decides about what is opened to be served. */
export type ServeOptions = z.output<z.ZodObject<typeof serveOptions>> & RunOptions;
