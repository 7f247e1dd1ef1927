import type { BenchRow } from "../schemas/bench.ts";
import type { ServedRequest, ServedWorkload } from "./simulate-serving.ts";
import { distributionOf } from "./statistics.ts";

/** Which unit a table's cycles are of. */
export interface TableClock {
  readonly clockMhz: number;
  /** Where cycles come from. */
  readonly time: string;
}

/** Latencies of requests in cycles, as `docs/serving.md` defines them. */
export interface Latencies {
  /** Arrival to first token. */
  readonly ttft: readonly number[];
  /** Of answers of two tokens and more: time behind the first token ÷ tokens behind it. */
  readonly tpot: readonly number[];
  /** Every gap between tokens. */
  readonly itl: readonly number[];
  /** Arrival to last token. */
  readonly e2e: readonly number[];
}

/** The latencies of all requests that got tokens. */
export function latenciesOf(requests: readonly ServedRequest[]): Latencies {
  const answered = requests.filter(({ times }) => times.length > 0);
  const last = ({ times }: ServedRequest): number => times.at(-1) ?? 0;
  return {
    ttft: answered.map(({ arrival, times }) => (times[0] ?? 0) - arrival),
    tpot: answered
      .filter(({ times }) => times.length > 1)
      .map((one) => (last(one) - (one.times[0] ?? 0)) / (one.times.length - 1)),
    itl: answered.flatMap(({ times }) => times.slice(1).map((time, n) => time - (times[n] ?? 0))),
    e2e: answered.map((one) => last(one) - one.arrival),
  };
}

/** A row for the whole workload. */
export function summaryRow(name: string, served: ServedWorkload, { clockMhz, time }: TableClock): BenchRow {
  const seconds = served.cycles / (clockMhz * 1e6);
  return {
    name,
    cycles: served.cycles,
    clock_mhz: clockMhz,
    method: time,
    joules: served.joules,
    bytes: served.bytes,
    requests: served.requests.length,
    steps: served.steps,
    rows_per_step: served.rows / served.steps,
    output_tokens: served.outputTokens,
    cycles_per_output_token: served.cycles / served.outputTokens,
    simulated_s: seconds,
    tokens_per_simulated_s: served.outputTokens / seconds,
    requests_per_simulated_s: served.requests.length / seconds,
    concurrent_mean: served.concurrent.mean,
    concurrent_most: served.concurrent.most,
    preemptions: served.preemptions,
    moved_bytes: served.movedBytes,
    prefix_hit_share: served.prefix.asked === 0 ? 0 : served.prefix.hit / served.prefix.asked,
    wall_s: Number(served.wallSeconds.toFixed(3)),
  };
}

/** A row for each latency, in cycles and in milliseconds of simulated time. */
export function latencyRows(latencies: Latencies, { clockMhz, time }: TableClock): readonly BenchRow[] {
  return listLatencies(latencies).map(({ name, values }) => {
    const { mean, median, std, p99 } = distributionOf(values);
    const ms = (cycles: number): number => cycles / (clockMhz * 1e3);
    return {
      name,
      method: time,
      clock_mhz: clockMhz,
      samples: values.length,
      in_cycles: { mean, median, std, p99 },
      in_simulated_ms: { mean: ms(mean), median: ms(median), std: ms(std), p99: ms(p99) },
    };
  });
}

/** Those that there are. */
function listLatencies(
  latencies: Latencies,
): readonly { readonly name: string; readonly values: readonly number[] }[] {
  const { ttft, tpot, itl, e2e } = latencies;
  return [
    { name: "ttft", values: ttft },
    { name: "tpot", values: tpot },
    { name: "itl", values: itl },
    { name: "e2e", values: e2e },
  ].filter(({ values }) => values.length > 0);
}

/** The table for people. */
export function servingLines(name: string, served: ServedWorkload, clock: TableClock): readonly string[] {
  const { cycles, outputTokens, steps, rows, wallSeconds, concurrent, joules } = served;
  const ms = (value: number): string => (value / (clock.clockMhz * 1e3)).toFixed(2).padStart(9);
  const seconds = cycles / (clock.clockMhz * 1e6);
  return [
    `${name}: ${String(served.requests.length)} requests, ${String(outputTokens)} tokens; ${clock.time} at ${String(clock.clockMhz)} MHz`,
    `  simulated time ${(seconds * 1e3).toFixed(1)} ms (${String(cycles)} cycles), ${(outputTokens / seconds).toFixed(0)} tokens/s, ${(cycles / outputTokens).toFixed(0)} cycles per token; wall time ${wallSeconds.toFixed(1)} s`,
    `  ${String(steps)} steps of ${(rows / steps).toFixed(1)} rows, ${concurrent.mean.toFixed(1)} sequences at once (most ${String(concurrent.most)}), ${((joules / outputTokens) * 1e3).toFixed(3)} mJ per token (model)`,
    "  simulated ms         mean    median       std       p99",
    ...listLatencies(latenciesOf(served.requests)).map(({ name: what, values }) => {
      const { mean, median, std, p99 } = distributionOf(values);
      return `  ${what.toUpperCase().padEnd(12)} ${[mean, median, std, p99].map(ms).join(" ")}`;
    }),
  ];
}
