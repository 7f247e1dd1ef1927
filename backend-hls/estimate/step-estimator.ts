import { CompilerBug, type MemoryParameters, type Value } from "../../ir/index.ts";
import {
  encodeStep,
  LINK_PORTS,
  type MemoryLayout,
  type Plan,
  partsOf,
  type Row,
} from "../accelerator/index.ts";
import { isRead } from "../network/network-module.ts";
import type { NetworkPlan } from "../network/plan-network.ts";
import type { QueueWitness } from "../queues/queue-witness.ts";
import {
  type ClientTraffic,
  EventLog,
  elementBits,
  type KernelActivity,
  NetworkReplay,
} from "../replay/index.ts";
import { hubDepths, LINK_LATENCY } from "../shell/index.ts";
import { criticalPath, type PathCycles, type Phase } from "./critical-path.ts";
import { type CountedCycles, CycleMarks } from "./cycle-counters.ts";
import { outsideStream } from "./outside-stream.ts";
import { type StepBound, stepBound } from "./step-bound.ts";

/** What an estimate is made from: the same plan as the hardware. */
export interface EstimatedDesign {
  readonly plan: Plan;
  readonly network: NetworkPlan;
  readonly layout: MemoryLayout;
}

/** What is asked of an estimate. */
export interface EstimateOptions {
  /** The external memory; `deviceMemory` makes a device's. */
  readonly memory: MemoryParameters;
  /** Says where every cycle went; takes a third of the time more. */
  readonly breakdown?: boolean;
  /** The kernel whose iterations are busy cycles. */
  readonly array?: string;
  /** Told of every push and pop. */
  readonly witness?: QueueWitness;
  /** Where accelerators share the model: cycles from a word being given out to the sum of all being shown (default: `LINK_LATENCY`). */
  readonly linkLatency?: number | undefined;
}

/** A step as the hardware will do it. */
export interface EstimatedStep {
  /** From the start pulse to `finished`, as the register `total` counts. */
  readonly cycles: number;
  /** The hardware's counters. */
  readonly counters: CountedCycles;
  /** What each kernel did, and which queues it waited for. */
  readonly kernels: readonly KernelActivity[];
  /** What each memory engine moved. */
  readonly traffic: readonly ClientTraffic[];
  /** Absent without `breakdown`. */
  readonly breakdown: StepBreakdown | undefined;
}

/** Where the cycles of a step went: all of them, charged once, along the critical path. */
export interface StepBreakdown {
  readonly bound: StepBound;
  /** Name, and cycles on the critical path; the last is what follows the array's last beat. */
  readonly phases: readonly { readonly name: string; readonly cycles: number }[];
  readonly path: readonly PathCycles[];
}

/** Estimates steps one after the other: memory and queues stay as the step before left them. */
export class StepEstimator {
  readonly #design: EstimatedDesign;
  readonly #options: EstimateOptions;
  readonly #image: Uint8Array;
  readonly #marks: CycleMarks;
  readonly #log: EventLog | undefined;
  readonly #replay: NetworkReplay;
  readonly #start: Value;
  readonly #finished: Value;
  #before: Pick<EstimatedStep, "kernels" | "traffic"> = { kernels: [], traffic: [] };
  #earliest = 0;

  constructor(design: EstimatedDesign, options: EstimateOptions) {
    this.#design = design;
    this.#options = options;
    const { network, layout } = design;
    this.#image = new Uint8Array(layout.bytes);
    this.#log = options.breakdown === true ? new EventLog() : undefined;
    const memoryQueues = new Set(
      network.bursts.flatMap(({ kind, data }) => (kind === "read" ? [network.streams.get(data)?.name] : [])),
    );
    this.#marks = new CycleMarks(({ name }) => memoryQueues.has(name));
    this.#replay = new NetworkReplay(network, {
      memories: [{ parameters: options.memory, image: this.#image }],
      witness: options.witness,
      observe: (_, cycle) => {
        this.#marks.anyIssue(cycle);
      },
      watch: { kernel: options.array ?? "matmul", observer: this.#marks },
      ...(this.#log === undefined ? {} : { log: this.#log }),
    });
    this.#start = outsideStream(network, "start");
    this.#finished = outsideStream(network, "finished");
    const out = this.#joinOthers();
    for (const stream of network.outside) {
      const isOther = network.streams.has(stream) && stream !== this.#finished && stream !== out;
      if (isOther && !isRead(network, stream)) this.#replay.drain(stream);
    }
  }

  /** The other accelerators do the same in the same cycle: what this one gives comes back. The stream that it gives. */
  #joinOthers(): Value | undefined {
    const { network, plan } = this.#design;
    if (partsOf(plan.model) === 1) return undefined;
    const { linkLatency: latency = LINK_LATENCY } = this.#options;
    const { input: inputDepth, output: outputDepth } = hubDepths({ latency });
    const out = outsideStream(network, LINK_PORTS.out);
    const timing = { latency, inputDepth, outputDepth };
    this.#replay.loop(out, outsideStream(network, LINK_PORTS.in), timing);
    return out;
  }

  /**
   * One step. `start` is the cycle since reset of the start pulse (default: at once): the DRAM's refresh and the pace of kernels
   * with an interval depend on it; with the cycle of the hardware the estimate is the hardware's.
   */
  step(rows: readonly Row[], start = this.#earliest): EstimatedStep {
    const step = this.stepOrStill(rows, start);
    if (step === undefined)
      throw new CompilerBug(`the estimate of ${this.#design.network.name} stands still`);
    return step;
  }

  /** The same; undefined where the network stands still before the step is over, or is not over after `most` cycles. */
  stepOrStill(rows: readonly Row[], start = this.#earliest, most = Infinity): EstimatedStep | undefined {
    const { plan, layout } = this.#design;
    const command = encodeStep(plan, layout, rows, this.#image);
    if (start < this.#earliest) throw new CompilerBug("a step begins before the one before it is over");
    this.#replay.runTo(start);
    this.#marks.begin(start);
    this.#replay.link(this.#start).push(start, 0, elementBits(this.#start, command));
    const finished = this.#replay.link(this.#finished);
    const observe = (cycle: number, isWriting: boolean): void => {
      if (isWriting) this.#marks.writing(cycle);
    };
    const isOver = (): boolean => finished.hasElement || this.#replay.cycle > start + most;
    if (!this.#replay.runUntil(isOver, observe) || !finished.hasElement) return undefined;
    const last = finished.visibleTime();
    this.#replay.runUntil(() => this.#replay.cycle > last, observe);
    const event = finished.elementEvent();
    finished.pop(last, 0);
    this.#earliest = last + 1;
    const counters = this.#marks.count(last);
    const now = { kernels: this.#replay.activities, traffic: this.#replay.traffic };
    const part = since(this.#before, now);
    this.#before = now;
    const breakdown = this.#breakdown(rows, part.traffic, { event, cycle: last, from: start });
    return { cycles: last - start, counters, ...part, breakdown };
  }

  /** Credits of each queue that were out at once in all steps so far, at most. */
  get mostUsed(): ReadonlyMap<string, number> {
    return this.#replay.mostUsed;
  }

  #breakdown(
    rows: readonly Row[],
    traffic: readonly ClientTraffic[],
    span: { readonly event: number; readonly cycle: number; readonly from: number },
  ): StepBreakdown | undefined {
    const { network, plan } = this.#design;
    if (this.#log === undefined) return undefined;
    const names = {
      parts: [
        ...network.kernels.map(({ name }) => name),
        ...traffic.map(({ name }) => `${name} engine`),
        "link",
      ],
      kernels: network.kernels.length,
      link: network.kernels.length + traffic.length,
      queues: [...network.streams.values()].map(({ name }) => name),
    };
    const phases = this.#phases(span.cycle);
    const path = criticalPath(this.#log, names, phases, span);
    const latencies = path
      .filter(({ cause }) => cause === "latency")
      .reduce((sum, { cycles }) => sum + cycles, 0);
    const beats = traffic.reduce((sum, client) => sum + client.beats, 0);
    const bound = stepBound(plan, rows, { memory: this.#options.memory, beats, latencies });
    const order = [...new Set(phases.map(({ name }) => name))];
    return {
      bound,
      phases: order.map((name) => ({ name, cycles: cyclesOf(path, name) })),
      path: path.toSorted((a, b) => order.indexOf(a.phase) - order.indexOf(b.phase) || b.cycles - a.cycles),
    };
  }

  /** Each command of the array ends a phase; what follows the last is the end of the step. */
  #phases(last: number): readonly Phase[] {
    const { layers } = this.#design.plan.model;
    const commands = this.#marks.phases;
    const inLayers = PHASES.length * layers;
    const nameOf = (index: number): string =>
      commands.length === inLayers + 1
        ? index < inLayers
          ? (PHASES[index % PHASES.length] ?? "")
          : "head"
        : `array command ${String(index)}`;
    return [...commands.map(({ end }, index) => ({ name: nameOf(index), last: end })), { name: "end", last }];
  }
}

const PHASES = ["qkv", "wo", "gate_up", "down"] as const;

/** A step of a machine that was just reset. */
export function estimateStep(
  design: EstimatedDesign,
  rows: readonly Row[],
  options: EstimateOptions,
): EstimatedStep {
  return new StepEstimator(design, options).step(rows);
}

function cyclesOf(path: readonly PathCycles[], phase: string): number {
  return path.filter((entry) => entry.phase === phase).reduce((sum, { cycles }) => sum + cycles, 0);
}

type Totals = Pick<EstimatedStep, "kernels" | "traffic">;

/** What was added between two looks. */
function since(before: Totals, now: Totals): Totals {
  return {
    kernels: now.kernels.map((kernel, index) => kernelSince(before.kernels[index], kernel)),
    traffic: now.traffic.map((client, index) => {
      const old = before.traffic[index];
      if (old === undefined) return client;
      const { requests, beats, bytes } = client;
      return {
        ...client,
        requests: requests - old.requests,
        beats: beats - old.beats,
        bytes: bytes - old.bytes,
      };
    }),
  };
}

function kernelSince(old: KernelActivity | undefined, now: KernelActivity): KernelActivity {
  if (old === undefined) return now;
  const waited = (queue: string, kind: string): number =>
    old.waits.find((wait) => wait.queue === queue && wait.kind === kind)?.cycles ?? 0;
  return {
    ...now,
    commands: now.commands - old.commands,
    issues: now.issues - old.issues,
    busyCycles: now.busyCycles - old.busyCycles,
    stalls: {
      fifoEmpty: now.stalls.fifoEmpty - old.stalls.fifoEmpty,
      fifoFull: now.stalls.fifoFull - old.stalls.fifoFull,
      pacing: now.stalls.pacing - old.stalls.pacing,
      drain: now.stalls.drain - old.stalls.drain,
      command: now.stalls.command - old.stalls.command,
    },
    waits: now.waits
      .map((wait) => ({ ...wait, cycles: wait.cycles - waited(wait.queue, wait.kind) }))
      .filter(({ cycles }) => cycles > 0),
  };
}
