import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Engine } from "../engine.ts";
import type { FinishReason } from "../request.ts";
import type { StepRecord } from "../scheduling/step-record.ts";

const SECONDS = {
  firstToken: [
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160,
    640, 2560,
  ],
  betweenTokens: [
    0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
  ],
  whole: [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680],
} as const;

/** What a server counts: vLLM's names for what vLLM counts too, `hidalgo:` for what only hardware knows. Seconds are wall time. */
export class ServerMetrics {
  readonly registry = new Registry();
  readonly #counters: Readonly<
    Record<"prompt" | "generated" | "preempted" | "success" | "cycles" | "steps", Counter>
  >;
  readonly #histograms: Readonly<Record<"firstToken" | "betweenTokens" | "whole" | "rows", Histogram>>;

  constructor(model: string, engine: Engine) {
    this.registry.setDefaultLabels({ model_name: model, engine: "0" });
    const registers = [this.registry];
    const gauge = (name: string, help: string, read: () => number): void => {
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    };
    gauge("vllm:num_requests_running", "Sequences in the steps", () => engine.load.running);
    gauge("vllm:num_requests_waiting", "Sequences that wait", () => engine.load.waiting);
    gauge("vllm:kv_cache_usage_perc", "Share of KV blocks in use", () => {
      const { blocks, freeBlocks } = engine.load;
      return 1 - freeBlocks / blocks;
    });
    const counter = (name: string, help: string, labelNames: readonly string[] = []): Counter =>
      new Counter({ name, help, registers, labelNames: [...labelNames] });
    this.#counters = {
      prompt: counter("vllm:prompt_tokens_total", "Prompt tokens"),
      generated: counter("vllm:generation_tokens_total", "Generated tokens"),
      preempted: counter("vllm:num_preemptions_total", "Sequences that gave up their blocks"),
      success: counter("vllm:request_success_total", "Requests that ended", ["finished_reason"]),
      cycles: counter("hidalgo:cycles_total", "Cycles of the accelerator"),
      steps: counter("hidalgo:steps_total", "Steps of the accelerator"),
    };
    const histogram = (name: string, help: string, buckets: readonly number[]): Histogram =>
      new Histogram({ name, help, registers, buckets: [...buckets] });
    this.#histograms = {
      firstToken: histogram("vllm:time_to_first_token_seconds", "Until the first token", SECONDS.firstToken),
      betweenTokens: histogram("vllm:inter_token_latency_seconds", "Between tokens", SECONDS.betweenTokens),
      whole: histogram("vllm:e2e_request_latency_seconds", "From request to end", SECONDS.whole),
      rows: histogram("hidalgo:rows_per_step", "Rows of a step", [1, 2, 4, 8, 16, 32, 64]),
    };
  }

  step({ rows, tokens, preempted, counters }: StepRecord): void {
    this.#counters.steps.inc();
    this.#counters.generated.inc(tokens.length);
    this.#counters.preempted.inc(preempted);
    this.#counters.cycles.inc(counters?.cycles ?? 0);
    this.#histograms.rows.observe(rows);
  }

  /** A request that comes: the returned functions are told of its tokens and its end. */
  request(promptTokens: number): {
    readonly token: () => void;
    readonly end: (reason: FinishReason) => void;
  } {
    this.#counters.prompt.inc(promptTokens);
    const begin = performance.now();
    let last: number | undefined;
    return {
      token: () => {
        const now = performance.now();
        if (last === undefined) this.#histograms.firstToken.observe((now - begin) / 1000);
        else this.#histograms.betweenTokens.observe((now - last) / 1000);
        last = now;
      },
      end: (reason) => {
        this.#counters.success.inc({ finished_reason: reason });
        this.#histograms.whole.observe((performance.now() - begin) / 1000);
      },
    };
  }
}
