import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { StallCycles, TransferredBytes } from "../device.ts";
import type { Engine, EngineLoad } from "../engine.ts";
import type { FinishReason } from "../request.ts";
import type { StepRecord } from "../scheduling/step-record.ts";
import { BUCKETS } from "./metric-buckets.ts";

/** What a step cost on hardware, and what it had to do. */
interface MeteredStep {
  /** Simulated time: of the slowest accelerator, blocks that were moved and the host's pause included. */
  readonly cycles: number;
  /** What had to cross the memory ports. */
  readonly neededBytes: number;
  /** What could have, in the same cycles: the ratio is MBU. */
  readonly capacityBytes: number;
  /** By the device's stated energy model. */
  readonly joules: number;
}

/** Knows the hardware behind the devices; absent where there is none. */
export interface StepMeter {
  readonly clockMhz: number;
  readonly measure: (step: StepRecord) => MeteredStep;
}

/** Told what becomes of a request. */
export interface RequestWatch {
  /** It has rows in a step for the first time. */
  readonly scheduled: () => void;
  readonly token: (sample: number) => void;
  /** One of its answers is over. */
  readonly end: (sample: number, reason: FinishReason) => void;
}

const COUNTERS = {
  prompt: ["vllm:prompt_tokens_total", "Prompt tokens"],
  generated: ["vllm:generation_tokens_total", "Generated tokens"],
  preempted: ["vllm:num_preemptions_total", "Sequences that gave up their blocks"],
  success: ["vllm:request_success_total", "Answers that ended", "finished_reason"],
  steps: ["hidalgo:steps_total", "Steps of the accelerators"],
  cycles: ["hidalgo:cycles_total", "Cycles of the slowest accelerator of each step: simulated time"],
  busy: ["hidalgo:busy_cycles_total", "Cycles in which arrays worked, of all accelerators"],
  stalls: ["hidalgo:stall_cycles_total", "Cycles in which arrays waited, of all accelerators", "cause"],
  bytes: ["hidalgo:memory_bytes_total", "Bytes over the memory ports", "kind"],
  moved: ["hidalgo:kv_moved_bytes_total", "Bytes of KV blocks between accelerators and host", "direction"],
  needed: ["hidalgo:needed_bytes_total", "Bytes that the steps had to move, whatever the hardware"],
  joules: ["hidalgo:joules_total", "Energy by the device's stated model"],
} as const;

const HISTOGRAMS = {
  firstToken: ["vllm:time_to_first_token_seconds", "Until the first token", "firstToken"],
  betweenTokens: ["vllm:inter_token_latency_seconds", "Between tokens", "betweenTokens"],
  whole: ["vllm:e2e_request_latency_seconds", "From request to end", "whole"],
  queue: ["vllm:request_queue_time_seconds", "Until the first step", "whole"],
  prefill: ["vllm:request_prefill_time_seconds", "From the first step to the first token", "whole"],
  decode: ["vllm:request_decode_time_seconds", "From the first token to the last", "whole"],
  inference: ["vllm:request_inference_time_seconds", "From the first step to the last token", "whole"],
  iterationTokens: ["vllm:iteration_tokens_total", "Rows of a step", "iterationTokens"],
  promptTokens: ["vllm:request_prompt_tokens", "Tokens of a prompt", "tokens"],
  answerTokens: ["vllm:request_generation_tokens", "Tokens of an answer", "tokens"],
  n: ["vllm:request_params_n", "Answers that were asked for", "answers"],
  maxTokens: ["vllm:request_params_max_tokens", "Tokens that were asked for, at most", "tokens"],
  rows: ["hidalgo:rows_per_step", "Rows of a step", "rows"],
  firstTokenCycles: [
    "hidalgo:time_to_first_token_cycles",
    "Until the first token, in simulated time",
    "cycles",
  ],
  betweenTokensCycles: ["hidalgo:inter_token_latency_cycles", "Between tokens, in simulated time", "cycles"],
  wholeCycles: ["hidalgo:e2e_request_latency_cycles", "From request to end, in simulated time", "cycles"],
} as const;

/** What gauges and counters of the engine's own read. */
const READINGS: readonly (readonly [string, string, (load: EngineLoad) => number])[] = [
  ["vllm:num_requests_running", "Sequences in the steps", ({ running }) => running],
  ["vllm:num_requests_waiting", "Sequences that wait", ({ waiting }) => waiting],
  [
    "vllm:kv_cache_usage_perc",
    "Share of KV blocks in use",
    ({ blocks, freeBlocks }) => (blocks === 0 ? 0 : 1 - freeBlocks / blocks),
  ],
  ["vllm:prefix_cache_queries_total", "Tokens that were looked for", ({ prefix }) => prefix.asked],
  ["vllm:prefix_cache_hits_total", "Tokens that were found", ({ prefix }) => prefix.hit],
  ["hidalgo:host_prefix_blocks", "KV blocks that the host keeps", ({ host }) => host.prefixBlocks],
  ["hidalgo:host_swap_blocks", "KV blocks of sequences that are swapped out", ({ host }) => host.swapBlocks],
  ["hidalgo:refused_blocks_total", "KV blocks that failed their checksum", ({ host }) => host.refused],
];

/** What a server counts: vLLM's names for what vLLM counts too, `hidalgo:` for what only hardware knows. Seconds are wall time. */
export class ServerMetrics {
  readonly registry = new Registry();
  readonly #counters: Readonly<Record<keyof typeof COUNTERS, Counter>>;
  readonly #histograms: Readonly<Record<keyof typeof HISTOGRAMS, Histogram>>;
  readonly #meter: StepMeter | undefined;
  /** Simulated time. */
  #cycles = 0;
  #needed = 0;
  #capacity = 0;

  constructor(model: string, engine: Engine, meter?: StepMeter) {
    this.registry.setDefaultLabels({ model_name: model, engine: "0" });
    this.#meter = meter;
    const registers = [this.registry];
    this.#counters = mapValues(COUNTERS, ([name, help, label]) => {
      const labelNames = label === undefined ? [] : [label];
      return new Counter({ name, help, registers, labelNames });
    });
    this.#histograms = mapValues(HISTOGRAMS, ([name, help, buckets]) => {
      return new Histogram({ name, help, registers, buckets: [...BUCKETS[buckets]] });
    });
    for (const [name, help, read] of READINGS) this.#read(name, help, () => read(engine.load));
    if (meter !== undefined)
      this.#read("hidalgo:mbu", "Memory bandwidth utilisation so far: needed over possible bytes", () =>
        this.#capacity === 0 ? 0 : this.#needed / this.#capacity,
      );
    const { blockSize, blocks, window, prefixCaching } = engine.cacheConfig;
    const labels = { block_size: blockSize, num_gpu_blocks: blocks, sliding_window: window ?? "None" };
    const all = { ...labels, enable_prefix_caching: prefixCaching ? "True" : "False" };
    new Gauge({
      name: "vllm:cache_config_info",
      help: "How the KV cache is set up",
      registers,
      labelNames: Object.keys(all),
    }).set(all, 1);
  }

  step(step: StepRecord): void {
    const { steps, generated, preempted, cycles, busy, stalls, bytes, moved, needed, joules } =
      this.#counters;
    steps.inc();
    generated.inc(step.tokens.length);
    preempted.inc(step.preempted);
    for (const one of step.devices) {
      busy.inc(one.busy);
      for (const [cause, lost] of entriesOf(one.stalls)) stalls.inc({ cause }, lost);
      for (const [kind, count] of entriesOf(one.bytes)) bytes.inc({ kind }, count);
    }
    moved.inc({ direction: "out" }, step.moved.bytesOut);
    moved.inc({ direction: "in" }, step.moved.bytesIn);
    this.#histograms.rows.observe(step.rows);
    this.#histograms.iterationTokens.observe(step.rows);
    const metered = this.#meter?.measure(step);
    if (metered === undefined) return;
    cycles.inc(metered.cycles);
    needed.inc(metered.neededBytes);
    joules.inc(metered.joules);
    this.#cycles += metered.cycles;
    this.#needed += metered.neededBytes;
    this.#capacity += metered.capacityBytes;
  }

  /** A request that comes. */
  request(request: {
    readonly promptTokens: number;
    readonly n: number;
    readonly maxTokens: number;
  }): RequestWatch {
    const h = this.#histograms;
    this.#counters.prompt.inc(request.promptTokens);
    h.promptTokens.observe(request.promptTokens);
    h.n.observe(request.n);
    h.maxTokens.observe(request.maxTokens);
    const begin = this.#now();
    let scheduled = begin;
    const answers = Array.from({ length: request.n }, () => ({ tokens: 0, first: begin, last: begin }));
    return {
      scheduled: () => {
        scheduled = this.#now();
        h.queue.observe(scheduled.seconds - begin.seconds);
      },
      token: (sample) => {
        const now = this.#now();
        const answer = answers[sample];
        if (answer === undefined) return;
        if (answer.tokens === 0) {
          this.#gap(h.firstToken, h.firstTokenCycles, begin, now);
          answer.first = now;
        } else this.#gap(h.betweenTokens, h.betweenTokensCycles, answer.last, now);
        answer.last = now;
        answer.tokens += 1;
      },
      end: (sample, reason) => {
        this.#counters.success.inc({ finished_reason: reason });
        const answer = answers[sample];
        if (answer === undefined) return;
        this.#gap(h.whole, h.wholeCycles, begin, this.#now());
        h.answerTokens.observe(answer.tokens);
        if (answer.tokens === 0) return;
        h.prefill.observe(answer.first.seconds - scheduled.seconds);
        h.decode.observe(answer.last.seconds - answer.first.seconds);
        h.inference.observe(answer.last.seconds - scheduled.seconds);
      },
    };
  }

  /** Both times. */
  #now(): { readonly seconds: number; readonly cycles: number } {
    return { seconds: performance.now() / 1000, cycles: this.#cycles };
  }

  #gap(wall: Histogram, simulated: Histogram, from: Instant, to: Instant): void {
    wall.observe(to.seconds - from.seconds);
    if (this.#meter !== undefined) simulated.observe(to.cycles - from.cycles);
  }

  #read(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }
}

/** Counts by their names. */
function entriesOf(counts: StallCycles | TransferredBytes): readonly (readonly [string, number])[] {
  return Object.entries({ ...counts });
}

interface Instant {
  readonly seconds: number;
  readonly cycles: number;
}

function mapValues<K extends string, V, R>(
  record: Readonly<Record<K, V>>,
  map: (value: V) => R,
): Readonly<Record<K, R>> {
  const entries = Object.entries(record) as [K, V][]; // keys are the record's own
  return Object.fromEntries(entries.map(([key, value]) => [key, map(value)])) as Record<K, R>; // one for each key
}
