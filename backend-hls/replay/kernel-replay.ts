import { at } from "../../ir/index.ts";
import type { PlannedKernel } from "../network/plan-network.ts";
import { streamUses } from "../pipeline/ports.ts";
import type { Part } from "./agenda.ts";
import type { EventLog } from "./event-log.ts";
import type { ElementBits, Link } from "./link.ts";
import { LoopWalk } from "./loop-walk.ts";
import {
  type ArrayStore,
  compileEffects,
  compileGuards,
  type Effects,
  type Guards,
  wholeOf,
} from "./values/kernel-program.ts";
import { fieldWidths, type NetworkNeeds } from "./values/needs.ts";
import { NARROW } from "./values/node-code.ts";

/** Cycles in which a kernel could not begin an iteration, by cause. */
export interface StallCycles {
  /** An element that the iteration reads is not there. */
  fifoEmpty: number;
  /** A credit for an element that it writes is not there. */
  fifoFull: number;
  /** The initiation interval does not allow it yet. */
  pacing: number;
  /** The pipeline empties before the next command is taken. */
  drain: number;
  /** No command is there. */
  command: number;
}

/** Cycles that a kernel waited for one queue: for its elements, or for room in it. */
export interface QueueWait {
  readonly queue: string;
  readonly kind: "command" | "element" | "room";
  readonly cycles: number;
}

/** What one kernel did. */
export interface KernelActivity {
  readonly name: string;
  readonly commands: number;
  /** Iterations begun, those of empty commands included. */
  readonly issues: number;
  /** Cycles with a command at hand. */
  readonly busyCycles: number;
  readonly stalls: Readonly<StallCycles>;
  /** The queues that it waited for; where several were late, the latest is charged. */
  readonly waits: readonly QueueWait[];
  /** The last cycle in which something of the kernel was in its pipeline. */
  readonly lastCycle: number;
}

/** Told of every iteration as it begins; iterations of one kernel in order. */
export type IssueObserver = (kernel: string, cycle: number) => void;

/** Told where a kernel stood: from `from` up to `to` it had an iteration at hand that lacked an element of, or room in, a queue. */
export interface WaitObserver {
  command(taken: number): void;
  issue(cycle: number): void;
  lacksElement(link: Link, from: number, to: number): void;
  lacksRoom(from: number, to: number): void;
}

interface Port {
  readonly link: Link;
  /** Place of the queue in the network, for the log. */
  readonly place: number;
  /** Place among the guards; -1: in every iteration. */
  readonly guard: number;
  /** Cycles from the issue to the push. */
  readonly stage: number;
  /** Place among the stream uses. */
  readonly use: number;
  /** Widths of the fields where the value matters. */
  readonly widths: readonly number[] | undefined;
  waited: number;
}

/** What a kernel of the replay stands in. */
export interface KernelSurroundings {
  /** Place of the kernel in the network. */
  readonly index: number;
  readonly linkOf: (argument: number) => Link;
  readonly placeOf: (link: Link) => number;
  readonly needs: NetworkNeeds;
  readonly store: ArrayStore;
  readonly log: EventLog | undefined;
  readonly observe: IssueObserver | undefined;
  readonly watch: WaitObserver | undefined;
}

const NO_FIELDS: ElementBits = [];

/**
 * The issue rule of one kernel (`pipeline/control.ts`) on times instead of signals: an iteration begins in the first cycle
 * in which the one before it has begun, the interval allows it, and all elements and credits are there. None of these
 * conditions passes away while the iteration waits, so that the largest of their times is the cycle of the hardware.
 */
export class KernelReplay implements Part {
  queued = false;
  readonly #kernel: PlannedKernel;
  readonly #around: KernelSurroundings;
  readonly #command: Port;
  readonly #reads: readonly Port[];
  readonly #writes: readonly Port[];
  readonly #dones: readonly Port[];
  readonly #guards: Guards | undefined;
  readonly #effects: Effects | undefined;
  readonly #mask: Uint8Array;
  readonly #read: (number | bigint)[];
  readonly #written: (ElementBits | undefined)[];
  readonly #ii: number;
  readonly #depth: number;
  readonly #walk: LoopWalk;
  /** Whether iterations neither touch queues nor are watched: only how many there are matters. */
  readonly #isSilent: boolean;
  #fields: ElementBits = NO_FIELDS;
  #taken = 0;
  #busy = false;
  #empty = false;
  /** Iterations of the command that have not begun. */
  #left = 0;
  /** The first cycle in which the next iteration may begin, or the next command may be taken. */
  #earliest = 0;
  #lastIssue = Number.NEGATIVE_INFINITY;
  #lastEvent = 0;
  #loaded = 0;
  #issues = 0;
  #busyCycles = 0;
  #lastCycle = -1;
  readonly #stalls: StallCycles = { fifoEmpty: 0, fifoFull: 0, pacing: 0, drain: 0, command: 0 };

  constructor(kernel: PlannedKernel, around: KernelSurroundings) {
    this.#kernel = kernel;
    this.#around = around;
    const { graph, schedule } = kernel.scheduled;
    const { needs, store, index } = around;
    const guards: number[] = [];
    const uses = streamUses(graph);
    const ports = uses.map(({ stream, direction, node }, use) => {
      const { predicate } = node;
      const guard = direction === "done" || predicate === undefined ? -1 : placeIn(guards, predicate);
      const { argument } = at(graph.streams, stream);
      return { direction, port: this.#port(argument, { guard, use, stage: at(schedule.start, node.id) }) };
    });
    const of = (wanted: string): readonly Port[] =>
      ports.filter(({ direction }) => direction === wanted).map(({ port }) => port);
    [this.#reads, this.#writes, this.#dones] = [of("read"), of("write"), of("done")];
    this.#command = this.#port(graph.command.argument, { guard: -1, use: -1, stage: 0 });
    this.#guards = compileGuards(graph, guards);
    const useOf = (stream: number): number => uses.findIndex((use) => use.stream === stream);
    this.#effects = compileEffects(kernel, index, { needs, store, useOf });
    this.#mask = new Uint8Array(guards.length);
    this.#read = uses.map(({ node }) => (node.width <= NARROW ? 0 : 0n));
    this.#written = uses.map(() => undefined);
    this.#walk = new LoopWalk(graph);
    const { observe, watch, log } = around;
    const isWatched = [observe, watch, log].some((each) => each !== undefined);
    this.#isSilent =
      !isWatched && this.#effects === undefined && this.#reads.length + this.#writes.length === 0;
    this.#ii = schedule.ii;
    this.#depth = schedule.depthCycles;
    for (const { link } of [...this.#reads, this.#command]) link.reader = this;
    for (const { link } of [...this.#writes, ...this.#dones]) link.writer = this;
  }

  #port(argument: number, rest: Pick<Port, "guard" | "use" | "stage">): Port {
    const { linkOf, placeOf, needs } = this.#around;
    const stream = at(this.#kernel.connections, argument);
    const link = linkOf(argument);
    const widths = needs.streams.has(stream) ? fieldWidths(stream) : undefined;
    return { link, place: placeOf(link), ...rest, widths, waited: 0 };
  }

  advance(): void {
    while (this.#busy ? this.#issue() : this.#take());
  }

  get activity(): KernelActivity {
    const waits = (kind: QueueWait["kind"], ports: readonly Port[]): readonly QueueWait[] =>
      ports
        .filter(({ waited }) => waited > 0)
        .map(({ link, waited }) => ({ queue: link.name, kind, cycles: waited }));
    return {
      name: this.#kernel.name,
      commands: this.#taken,
      issues: this.#issues,
      busyCycles: this.#busyCycles,
      stalls: { ...this.#stalls },
      waits: [
        ...waits("command", [this.#command]),
        ...waits("element", this.#reads),
        ...waits("room", [...this.#writes, ...this.#dones]),
      ],
      lastCycle: this.#lastCycle,
    };
  }

  #take(): boolean {
    const { link } = this.#command;
    if (!link.hasElement) return false;
    const visible = link.visibleTime();
    const cycle = Math.max(this.#earliest, visible);
    const wait = cycle - this.#earliest;
    this.#stalls.command += wait;
    this.#command.waited += wait;
    this.#fields = link.value() ?? NO_FIELDS;
    this.#lastEvent = this.#note(
      cycle,
      wait > 0 ? link.elementEvent() : this.#lastEvent,
      wait > 0 ? this.#command.place * 2 + 2 : 0,
    );
    link.pop(cycle, this.#lastEvent);
    this.#around.watch?.command(cycle);
    this.#taken += 1;
    this.#busy = true;
    this.#loaded = cycle;
    this.#earliest = cycle + 1;
    this.#startNest();
    return true;
  }

  #note(cycle: number, before: number, via: number): number {
    const { log, index } = this.#around;
    return log === undefined ? 0 : log.add(index, cycle, before, via);
  }

  #startNest(): void {
    this.#left = this.#walk.begin(this.#fields);
    this.#empty = this.#left === 0;
    if (!this.#empty) this.#guards?.(this.#walk.counters, this.#fields, this.#mask);
  }

  #holds(port: Port): boolean {
    return port.guard < 0 || this.#mask[port.guard] === 1;
  }

  /** Of a silent nest, all iterations but the last: one interval after the other. */
  #skip(): void {
    if (!this.#isSilent || this.#left <= 1) return;
    const count = this.#left - 1;
    const first = this.#paced(this.#earliest);
    this.#stalls.pacing += first - this.#earliest + (count - 1) * (this.#ii - 1);
    this.#issues += count;
    this.#lastIssue = first + (count - 1) * this.#ii;
    this.#earliest = this.#lastIssue + 1;
    this.#left = 1;
  }

  #issue(): boolean {
    this.#skip();
    const isLast = this.#left <= 1;
    if (!this.#isKnown(isLast)) return false;
    const start = this.#earliest;
    let [elements, late]: [number, Port | undefined] = [start, undefined];
    for (const port of this.#empty ? [] : this.#reads) {
      if (!this.#holds(port)) continue;
      const time = port.link.visibleTime();
      if (time > start) this.#around.watch?.lacksElement(port.link, start, time);
      if (time > elements) [elements, late] = [time, port];
    }
    const full = this.#fullest(elements, isLast);
    const credits = Math.max(elements, full?.link.creditTime() ?? 0);
    const cycle = this.#paced(credits);
    this.#stalls.fifoEmpty += elements - start;
    this.#stalls.fifoFull += credits - elements;
    this.#stalls.pacing += cycle - credits;
    if (late !== undefined) late.waited += elements - start;
    if (full !== undefined) full.waited += credits - elements;
    this.#lastEvent = this.#cause(cycle, late, full);
    this.#begin(cycle, isLast);
    return true;
  }

  /** The queue whose room comes last, and behind `elements`. */
  #fullest(elements: number, isLast: boolean): Port | undefined {
    const start = this.#earliest;
    let [latest, full]: [number, Port | undefined] = [elements, undefined];
    const ports = this.#empty ? [] : this.#writes;
    for (let index = 0; index < ports.length + (isLast ? this.#dones.length : 0); index++) {
      const port = ports[index] ?? this.#dones[index - ports.length];
      if (port === undefined || (index < ports.length && !this.#holds(port))) continue;
      const time = port.link.creditTime();
      if (time > start) this.#around.watch?.lacksRoom(start, time);
      if (time > latest) [latest, full] = [time, port];
    }
    return full;
  }

  #cause(cycle: number, late: Port | undefined, full: Port | undefined): number {
    if (this.#around.log === undefined) return 0;
    if (full !== undefined) return this.#note(cycle, full.link.creditEvent(), full.place * 2 + 3);
    if (late !== undefined) return this.#note(cycle, late.link.elementEvent(), late.place * 2 + 2);
    return this.#note(cycle, this.#lastEvent, 0);
  }

  /** Whether all times are known that decide when the iteration begins. */
  #isKnown(isLast: boolean): boolean {
    if (!this.#empty) {
      for (const port of this.#reads) if (!port.link.hasElement && this.#holds(port)) return false;
      for (const port of this.#writes) if (!port.link.hasCredit && this.#holds(port)) return false;
    }
    if (isLast) for (const port of this.#dones) if (!port.link.hasCredit) return false;
    return true;
  }

  /** The first cycle from `cycle` on that the initiation interval allows. */
  #paced(cycle: number): number {
    if (this.#ii === 1) return cycle;
    return this.#kernel.scheduled.exclusive
      ? Math.max(cycle, this.#lastIssue + this.#ii)
      : Math.ceil(cycle / this.#ii) * this.#ii;
  }

  #begin(cycle: number, isLast: boolean): void {
    const { observe, watch } = this.#around;
    observe?.(this.#kernel.name, cycle);
    watch?.issue(cycle);
    this.#issues += 1;
    this.#lastIssue = cycle;
    this.#earliest = cycle + 1;
    if (!this.#empty) this.#exchange(cycle);
    if (isLast) this.#end(cycle);
    else this.#count();
  }

  /** Takes what the iteration reads, gives what it writes. */
  #exchange(cycle: number): void {
    const effects = this.#effects;
    for (const port of this.#reads) {
      if (!this.#holds(port)) continue;
      if (effects !== undefined && port.widths !== undefined)
        this.#read[port.use] = wholeOf(port.link.value() ?? NO_FIELDS, port.widths);
      port.link.pop(cycle, this.#lastEvent);
    }
    effects?.(this.#walk.counters, this.#fields, this.#read, this.#written);
    for (const port of this.#writes)
      if (this.#holds(port)) {
        const value = port.widths === undefined ? undefined : this.#written[port.use];
        port.link.claim(cycle);
        port.link.push(cycle + port.stage, this.#lastEvent, value);
      }
  }

  #end(cycle: number): void {
    const { drains } = this.#kernel.scheduled;
    for (const port of this.#dones) {
      port.link.claim(cycle);
      port.link.push(cycle + port.stage, this.#lastEvent);
    }
    this.#busyCycles += cycle - this.#loaded;
    this.#busy = false;
    this.#earliest = drains ? cycle + 1 + this.#depth : cycle;
    if (drains) this.#stalls.drain += 1 + this.#depth;
    this.#lastCycle = cycle + this.#depth - 1;
  }

  #count(): void {
    this.#left -= 1;
    this.#walk.next();
    this.#guards?.(this.#walk.counters, this.#fields, this.#mask);
  }
}

function placeIn(list: number[], item: number): number {
  const known = list.indexOf(item);
  return known >= 0 ? known : list.push(item) - 1;
}
