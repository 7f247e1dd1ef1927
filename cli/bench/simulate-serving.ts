import { fail, ok, type Result } from "../../ir/index.ts";
import { type Device, Engine, type EngineOptions, type StepRecord } from "../../runtime-host/index.ts";
import { joulesOf, sumJoules } from "../generation/energy.ts";
import { neededWork } from "../generation/needed-work.ts";
import type { Manifest, ModelShape } from "../schemas/manifest.ts";
import type { TimedRequest } from "./workload.ts";

/** Accelerators with a clock, and what their time and energy are computed from. */
export interface ServedHardware {
  readonly devices: readonly Device[];
  readonly model: ModelShape;
  readonly clockMhz: number;
  readonly energy: Manifest["design"]["energy"];
  /** Bytes that a memory port moves in a cycle. */
  readonly portBytes: number;
}

/** When the tokens of a request came, in cycles. */
export interface ServedRequest {
  readonly id: string;
  readonly arrival: number;
  readonly tokens: readonly number[];
  /** Cycle at whose end each token was there. */
  readonly times: readonly number[];
}

/** What became of a workload. */
export interface ServedWorkload {
  readonly requests: readonly ServedRequest[];
  /** From the first arrival to the last token. */
  readonly cycles: number;
  readonly steps: number;
  readonly rows: number;
  readonly outputTokens: number;
  readonly preemptions: number;
  readonly movedBytes: number;
  /** Over the memory ports, blocks that were moved included. */
  readonly bytes: number;
  readonly joules: number;
  /** Sequences that had KV blocks at the same time. */
  readonly concurrent: { readonly mean: number; readonly most: number };
  /** Tokens of prompts, and those of them that were found. */
  readonly prefix: { readonly asked: number; readonly hit: number };
  /** Seconds that simulating it took. */
  readonly wallSeconds: number;
}

/**
 * Serves requests in simulated time: the clock stands at the sum of the steps so far (the slowest accelerator's, and blocks that
 * were moved at the pace of the memory port), and goes to the next arrival when there is nothing to do. A request is seen by
 * the step that begins after it came.
 */
export async function simulateServing(
  hardware: ServedHardware,
  workload: readonly TimedRequest[],
  options: EngineOptions,
): Promise<Result<ServedWorkload>> {
  const begin = performance.now();
  const run = new ServingRun(hardware, workload, options);
  const problem = await run.toEnd();
  if (problem !== undefined) return problem;
  return ok(run.outcome((performance.now() - begin) / 1000));
}

class ServingRun {
  readonly #hardware: ServedHardware;
  readonly #engine: Engine;
  readonly #coming: TimedRequest[];
  readonly #served = new Map<string, { arrival: number; tokens: number[]; times: number[] }>();
  #new: { readonly id: string; readonly token: number }[] = [];
  #failure: Result<never> | undefined;
  #now = 0;
  #concurrentCycles = 0;
  readonly #total = { steps: 0, rows: 0, preemptions: 0, movedBytes: 0, bytes: 0, macs: 0, most: 0 };

  constructor(hardware: ServedHardware, workload: readonly TimedRequest[], options: EngineOptions) {
    this.#hardware = hardware;
    this.#engine = new Engine(hardware.devices, options);
    this.#coming = workload.toSorted((a, b) => a.arrival - b.arrival);
  }

  /** Undefined: everything was served. */
  async toEnd(): Promise<Result<never> | undefined> {
    for (;;) {
      const next = this.#coming[0];
      if (this.#engine.isIdle && next === undefined) return undefined;
      if (this.#engine.isIdle && next !== undefined) this.#now = Math.max(this.#now, this.#cycleOf(next));
      const refused = this.#admit();
      if (refused !== undefined) return refused;
      const step = await this.#engine.step();
      if (this.#failure !== undefined) return this.#failure;
      if (step !== undefined) this.#account(step);
    }
  }

  outcome(wallSeconds: number): ServedWorkload {
    const { clockMhz, energy, devices } = this.#hardware;
    const { macs, bytes, most, ...total } = this.#total;
    const first = Math.min(...[...this.#served.values()].map(({ arrival }) => arrival));
    const cycles = this.#now - first;
    const use = { macs, bytes, cycles: devices.length * cycles };
    const design = { energy, clock: { mhz: clockMhz, source: "assumed" } } as const;
    const requests = [...this.#served].map(([id, one]) => ({ id, ...one }));
    return {
      ...total,
      requests,
      cycles,
      bytes,
      outputTokens: requests.reduce((sum, { tokens }) => sum + tokens.length, 0),
      joules: sumJoules(joulesOf(use, design)),
      concurrent: { mean: this.#concurrentCycles / cycles, most },
      prefix: this.#engine.load.prefix,
      wallSeconds,
    };
  }

  #cycleOf({ arrival }: TimedRequest): number {
    return Math.round(arrival * this.#hardware.clockMhz * 1e6);
  }

  /** Requests that have come by now. */
  #admit(): Result<never> | undefined {
    for (let next = this.#coming[0]; next !== undefined && this.#cycleOf(next) <= this.#now; ) {
      const { request } = next;
      this.#served.set(request.id, { arrival: this.#cycleOf(next), tokens: [], times: [] });
      const added = this.#engine.add(request, {
        onToken: (_, { token }) => {
          this.#new.push({ id: request.id, token });
          return "go on";
        },
        onFinish: (_, reason, diagnostics) => {
          if (reason === "error") this.#failure = fail(...diagnostics);
        },
      });
      if (added.kind === "error") return added;
      this.#coming.shift();
      next = this.#coming[0];
    }
    return undefined;
  }

  #account(step: StepRecord): void {
    const { portBytes, model } = this.#hardware;
    const movedBytes = step.moved.bytesIn + step.moved.bytesOut;
    const cycles = (step.counters?.cycles ?? 0) + Math.ceil(movedBytes / portBytes);
    this.#now += cycles;
    this.#concurrentCycles += cycles * step.holding;
    const total = this.#total;
    total.steps += 1;
    total.rows += step.rows;
    total.preemptions += step.preempted;
    total.movedBytes += movedBytes;
    total.macs += neededWork(model, step).macs;
    total.most = Math.max(total.most, step.holding);
    for (const { bytes } of step.devices)
      total.bytes += bytes.weights + bytes.kvRead + bytes.kvWrite + bytes.other;
    total.bytes += movedBytes;
    for (const { id, token } of this.#new) {
      const served = this.#served.get(id);
      served?.tokens.push(token);
      served?.times.push(this.#now);
    }
    this.#new = [];
  }
}
