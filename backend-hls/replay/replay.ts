import {
  at,
  bitWidth,
  CompilerBug,
  type MemoryParameters,
  packElement,
  present,
  type StreamElement,
  type StreamElementType,
  type Value,
} from "../../ir/index.ts";
import { isRead } from "../network/network-module.ts";
import type { NetworkPlan, PlannedStream } from "../network/plan-network.ts";
import type { QueueWitness } from "../queues/queue-witness.ts";
import { fifoLatency } from "../shell/index.ts";
import { Agenda } from "./agenda.ts";
import type { EventLog } from "./event-log.ts";
import { type HostReplay, hostPop, hostPush } from "./host-replay.ts";
import { type IssueObserver, type KernelActivity, KernelReplay, type WaitObserver } from "./kernel-replay.ts";
import { type ElementBits, Link } from "./link.ts";
import { type LoopTiming, linkLoop } from "./link-loop.ts";
import { memoryIsland } from "./memory-island.ts";
import { type ClientTraffic, MemoryReplay } from "./memory-replay.ts";
import type { HostInput, Stimulus } from "./stimulus.ts";
import { ArrayStore } from "./values/kernel-program.ts";
import { type NetworkNeeds, networkNeeds } from "./values/needs.ts";
import { NARROW } from "./values/node-code.ts";

/** When everything happened, in cycles; cycle 0 is the first one after reset. */
export interface ReplayReport {
  /** Cycles in which the host pushed (inputs) or popped (outputs) each element, by stream. */
  readonly times: ReadonlyMap<string, readonly number[]>;
  readonly kernels: readonly KernelActivity[];
  /** What the memory engines moved. */
  readonly traffic: readonly ClientTraffic[];
  /** Cycles up to and with the last event at the host. */
  readonly cycles: number;
}

/** An external memory of a replay. */
export interface ReplayMemory {
  readonly parameters: MemoryParameters;
  /** Contents, as far as commands depend on them; the replay reads it as it goes. */
  readonly image: Uint8Array;
}

/** What a replay may be told beside its plan. */
export interface ReplayOptions {
  /** One for each memory among the plan's connections, in order. */
  readonly memories?: readonly ReplayMemory[];
  readonly observe?: IssueObserver | undefined;
  /** Told of one kernel's waits. */
  readonly watch?: { readonly kernel: string; readonly observer: WaitObserver };
  /** Keeps why everything happened when it did: parts are kernels, then engines, then what joins accelerators; queues as in the plan. */
  readonly log?: EventLog;
  /** Told of every push and pop. */
  readonly witness?: QueueWitness | undefined;
}

/**
 * The estimator: runs the plan that the hardware is made from on times instead of signals. Every cycle it names is the one
 * of the hardware. Kernels jump from event to event; the memory ports run as circuits without data. Values are computed
 * only where they decide about times (`values/needs.ts`).
 */
export function replay(plan: NetworkPlan, stimulus: Stimulus, options: ReplayOptions = {}): ReplayReport {
  const network = new NetworkReplay(plan, options);
  const hosts = network.hosts(stimulus);
  network.runToRest();
  return {
    times: new Map(hosts.map(({ name, times }) => [name, times])),
    kernels: network.activities,
    traffic: network.traffic,
    cycles: 1 + hosts.reduce((last, { times }) => Math.max(last, times.at(-1) ?? -1), -1),
  };
}

/** A network that goes on from where it is: kernels, queues and memory ports. */
export class NetworkReplay {
  readonly #plan: NetworkPlan;
  readonly #options: ReplayOptions;
  readonly #agenda = new Agenda();
  readonly #links: ReadonlyMap<Value, Link>;
  readonly #needs: NetworkNeeds;
  readonly #kernels: readonly KernelReplay[];
  readonly #memories: readonly MemoryReplay[];

  constructor(plan: NetworkPlan, options: ReplayOptions = {}) {
    this.#plan = plan;
    this.#options = options;
    this.#needs = networkNeeds(plan);
    this.#links = new Map(
      [...plan.streams].map(([value, stream]) => {
        const { name, depth } = stream;
        return [
          value,
          new Link(this.#agenda, name, {
            depth,
            latency: queueLatency(stream),
            trace: options.witness?.traceOf(name),
          }),
        ];
      }),
    );
    this.#kernels = this.#makeKernels();
    this.#memories = this.#makeMemories();
    for (const kernel of this.#kernels) this.#agenda.wake(kernel);
  }

  /** The queue behind a value of the schedule. */
  link(value: Value): Link {
    return present(this.#links.get(value), "a queue");
  }

  #makeKernels(): readonly KernelReplay[] {
    const { observe, watch, log } = this.#options;
    const places = new Map([...this.#links.values()].map((link, place) => [link, place]));
    const store = new ArrayStore();
    return this.#plan.kernels.map(
      (kernel, index) =>
        new KernelReplay(kernel, {
          index,
          linkOf: (argument) => this.link(at(kernel.connections, argument)),
          placeOf: (link) => places.get(link) ?? 0,
          needs: this.#needs,
          store,
          log,
          observe,
          watch: watch?.kernel === kernel.name ? watch.observer : undefined,
        }),
    );
  }

  #makeMemories(): readonly MemoryReplay[] {
    const plan = this.#plan;
    const places = new Map([...this.#links.values()].map((link, place) => [link, place]));
    let firstPart = plan.kernels.length;
    return plan.outside
      .filter((value) => value.type.kind === "memory" && plan.bursts.some(({ memory }) => memory === value))
      .map((memory, index) => {
        const given = this.#options.memories?.[index];
        if (given === undefined || memory.type.kind !== "memory")
          throw new CompilerBug(`nothing is known of memory ${String(index)} of ${plan.name}`);
        const island = memoryIsland(plan, memory, given.parameters);
        const part = firstPart;
        firstPart += island.clients.length;
        return new MemoryReplay(island, {
          linkOf: (value) => this.link(value),
          placeOf: (link) => places.get(link) ?? 0,
          hasValues: (stream) => this.#needs.streams.has(stream),
          image: given.image,
          beatBytes: memory.type.bytes,
          log: this.#options.log,
          firstPart: part,
        });
      });
  }

  /** The host at every outside stream. */
  hosts({ inputs, ready }: Stimulus): readonly HostReplay[] {
    const hosts = this.#plan.outside.flatMap((value) => {
      const stream = this.#plan.streams.get(value);
      if (stream === undefined) return [];
      const link = this.link(value);
      if (!isRead(this.#plan, value))
        return [hostPop(link, ready === undefined ? undefined : (cycle) => ready(stream.name, cycle))];
      return [hostPush(link, sourceOf(value, inputs.get(stream.name) ?? { elements: [] }))];
    });
    for (const host of hosts) this.#agenda.wake(host);
    return hosts;
  }

  /** Lets the host take every element of an output as it comes. */
  drain(stream: Value): void {
    const host = hostPop(this.link(stream), undefined);
    this.#agenda.wake(host);
  }

  /** Joins a stream with one that brings back what it gives, as a hub does between accelerators in lockstep. */
  loop(out: Value, back: Value, timing: LoopTiming): void {
    const { log } = this.#options;
    const places = [...this.#links.values()];
    const via = {
      out: 2 * (places.indexOf(this.link(out)) + 1),
      back: 2 * (places.indexOf(this.link(back)) + 1) + 1,
    };
    const part = this.#plan.kernels.length + this.#plan.bursts.length;
    const loop = linkLoop(this.link(out), this.link(back), timing, (cycle, { before, stream }) =>
      log === undefined ? 0 : log.add(part, cycle, before, stream === undefined ? 0 : via[stream]),
    );
    this.#agenda.wake(loop);
  }

  /** Goes on until nothing more will happen. */
  runToRest(): void {
    this.#agenda.settle();
    while (this.#memories.some((memory) => !memory.isIdle)) this.#cycle();
  }

  /** Goes on until `isOver` says so or nothing more will happen; then whether it did. `each` is told of every cycle. */
  runUntil(isOver: () => boolean, each?: (cycle: number, isWriting: boolean) => void): boolean {
    this.#agenda.settle();
    while (!isOver()) {
      if (this.#memories.every((memory) => memory.isIdle)) return false;
      this.#cycle();
      each?.(
        this.cycle - 1,
        this.#memories.some((memory) => memory.isWriting),
      );
    }
    return true;
  }

  /** Lets memory reach `cycle`. */
  runTo(cycle: number): void {
    this.#agenda.settle();
    while (this.#memories.length > 0 && this.cycle < cycle) this.#cycle();
  }

  /** The cycle that memory is in. */
  get cycle(): number {
    return this.#memories[0]?.cycle ?? 0;
  }

  #cycle(): void {
    for (const memory of this.#memories) memory.step();
    this.#agenda.settle();
  }

  get activities(): readonly KernelActivity[] {
    return this.#kernels.map((kernel) => kernel.activity);
  }

  /** Credits of each queue that were out at once, at most, by the queue's name. */
  get mostUsed(): ReadonlyMap<string, number> {
    return new Map([...this.#links.values()].map(({ name, mostUsed }) => [name, mostUsed]));
  }

  get traffic(): readonly ClientTraffic[] {
    return this.#memories.flatMap((memory) => memory.traffic);
  }
}

/** Cycles from a push to the cycle in which the element is shown; pure order never takes block RAM. */
function queueLatency({ width, depth }: PlannedStream): number {
  return width === 0 ? 1 : fifoLatency(depth);
}

function sourceOf(stream: Value, { elements, notBefore }: HostInput) {
  return {
    count: elements.length,
    notBefore: (index: number): number => notBefore?.(index) ?? 0,
    bits: (index: number): ElementBits => elementBits(stream, at(elements, index)),
  };
}

/** An element in the form that queues of the replay hold. */
export function elementBits(stream: Value, element: StreamElement): ElementBits {
  if (stream.type.kind !== "stream") throw new CompilerBug("elements come from a stream");
  const { element: type } = stream.type;
  if (type.kind === "token") return [];
  const pack = (part: StreamElementType, value: StreamElement): number | bigint => {
    const bits = packElement(part, value);
    return part.kind !== "token" && part.kind !== "bundle" && bitWidth(part) <= NARROW ? Number(bits) : bits;
  };
  if (type.kind !== "bundle") return [pack(type, element)];
  if (typeof element !== "object") throw new CompilerBug("a bundle has fields");
  return type.fields.map((field: StreamElementType, index) => pack(field, at(element, index)));
}
