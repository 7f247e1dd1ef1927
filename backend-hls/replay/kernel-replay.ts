import { at, present } from "../../ir/index.ts";
import type { PlannedKernel } from "../network/plan-network.ts";
import { streamUses } from "../pipeline/ports.ts";
import { compileGuards, type Guards } from "./guards.ts";
import type { Link } from "./link.ts";

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

/** What one kernel did. */
export interface KernelActivity {
  readonly name: string;
  readonly commands: number;
  /** Iterations begun, those of empty commands included. */
  readonly issues: number;
  /** Cycles with a command at hand. */
  readonly busyCycles: number;
  readonly stalls: Readonly<StallCycles>;
  /** The last cycle in which something of the kernel was in its pipeline. */
  readonly lastCycle: number;
}

/** Told of every iteration as it begins; iterations of one kernel in order. */
export type IssueObserver = (kernel: string, cycle: number) => void;

interface Port {
  readonly link: Link;
  /** Place in the result of the guards; undefined: in every iteration. */
  readonly guard: number | undefined;
  /** Cycles from the issue to the push. */
  readonly stage: number;
}

/**
 * The issue rule of one kernel (`pipeline/control.ts`) on times instead of signals: an iteration begins in the first cycle
 * in which the one before it has begun, the interval allows it, and all elements and credits are there. None of these
 * conditions passes away while the iteration waits, so that the largest of their times is the cycle of the hardware.
 */
export class KernelReplay {
  readonly #kernel: PlannedKernel;
  readonly #command: Link;
  readonly #reads: readonly Port[];
  readonly #writes: readonly Port[];
  readonly #dones: readonly Port[];
  readonly #guards: Guards;
  readonly #fieldsOf: (command: number) => readonly bigint[];
  readonly #observe: IssueObserver | undefined;
  readonly #counters: number[];
  readonly #trips: number[];
  readonly #remaining: number[];
  #fields: readonly bigint[] = [];
  #taken = 0;
  #busy = false;
  #empty = false;
  #mask = 0;
  /** The first cycle in which the next iteration may begin, or the next command may be taken. */
  #earliest = 0;
  #lastIssue = Number.NEGATIVE_INFINITY;
  #loaded = 0;
  #issues = 0;
  #busyCycles = 0;
  #lastCycle = 0;
  readonly #stalls: StallCycles = { fifoEmpty: 0, fifoFull: 0, pacing: 0, drain: 0, command: 0 };

  /** `fieldsOf` gives the fields of the n-th command as bits. */
  constructor(
    kernel: PlannedKernel,
    linkOf: (argument: number) => Link,
    fieldsOf: (command: number) => readonly bigint[],
    observe?: IssueObserver,
  ) {
    this.#kernel = kernel;
    this.#fieldsOf = fieldsOf;
    this.#observe = observe;
    const { graph, schedule } = kernel.scheduled;
    this.#command = linkOf(graph.command.argument);
    const guards: number[] = [];
    const ports = streamUses(graph).map(({ stream, direction, node }) => {
      const guard =
        direction === "done" || node.predicate === undefined ? undefined : guards.push(node.predicate) - 1;
      return {
        direction,
        port: { link: linkOf(at(graph.streams, stream).argument), guard, stage: at(schedule.start, node.id) },
      };
    });
    const of = (wanted: string): readonly Port[] =>
      ports.filter(({ direction }) => direction === wanted).map(({ port }) => port);
    [this.#reads, this.#writes, this.#dones] = [of("read"), of("write"), of("done")];
    this.#guards = compileGuards(graph, guards);
    this.#counters = graph.loops.map((loop) => loop.from);
    this.#trips = graph.loops.map(() => 0);
    this.#remaining = graph.loops.map(() => 0);
  }

  /** Goes on until something is not known yet; whether anything happened. */
  advance(): boolean {
    let moved = false;
    while (this.#busy ? this.#issue() : this.#take()) moved = true;
    return moved;
  }

  get activity(): KernelActivity {
    return {
      name: this.#kernel.name,
      commands: this.#taken,
      issues: this.#issues,
      busyCycles: this.#busyCycles,
      stalls: { ...this.#stalls },
      lastCycle: this.#lastCycle,
    };
  }

  #take(): boolean {
    if (!this.#command.hasElement) return false;
    const visible = this.#command.visibleTime();
    const cycle = Math.max(this.#earliest, visible);
    this.#stalls.command += cycle - this.#earliest;
    this.#command.pop(cycle);
    this.#fields = this.#fieldsOf(this.#taken);
    this.#taken += 1;
    this.#busy = true;
    this.#loaded = cycle;
    this.#earliest = cycle + 1;
    this.#startNest();
    return true;
  }

  #startNest(): void {
    const { loops, fields } = this.#kernel.scheduled.graph;
    loops.forEach(({ from, trip }, index) => {
      const count =
        trip.kind === "constant"
          ? trip.count
          : Number(BigInt.asIntN(at(fields, trip.index), at(this.#fields, trip.index)));
      this.#counters[index] = from;
      this.#trips[index] = count;
      this.#remaining[index] = count;
    });
    this.#empty = this.#trips.some((count) => count <= 0);
    if (!this.#empty) this.#mask = this.#guards(this.#counters, this.#fields);
  }

  #holds({ guard }: Port): boolean {
    return guard === undefined || ((this.#mask >> guard) & 1) === 1;
  }

  #issue(): boolean {
    const isLast = this.#empty || this.#remaining.every((count) => count === 1);
    const elements = this.#elementsAt();
    if (elements === undefined) return false;
    const credits = this.#creditsAt(elements, isLast);
    if (credits === undefined) return false;
    const cycle = this.#paced(credits);
    this.#stalls.fifoEmpty += elements - this.#earliest;
    this.#stalls.fifoFull += credits - elements;
    this.#stalls.pacing += cycle - credits;
    this.#begin(cycle, isLast);
    return true;
  }

  /** When the elements of the iteration are there; undefined while that is not known. */
  #elementsAt(): number | undefined {
    let time = this.#earliest;
    if (this.#empty) return time;
    for (const port of this.#reads) {
      if (!this.#holds(port)) continue;
      if (!port.link.hasElement) return undefined;
      time = Math.max(time, port.link.visibleTime());
    }
    return time;
  }

  /** When, from `time` on, the credits of the iteration are there; undefined while that is not known. */
  #creditsAt(time: number, isLast: boolean): number | undefined {
    let latest = time;
    for (const port of this.#empty ? [] : this.#writes) {
      if (!this.#holds(port)) continue;
      if (!port.link.hasCredit) return undefined;
      latest = Math.max(latest, port.link.creditTime());
    }
    for (const { link } of isLast ? this.#dones : []) {
      if (!link.hasCredit) return undefined;
      latest = Math.max(latest, link.creditTime());
    }
    return latest;
  }

  /** The first cycle from `cycle` on that the initiation interval allows. */
  #paced(cycle: number): number {
    const {
      schedule: { ii },
      exclusive,
    } = this.#kernel.scheduled;
    if (ii === 1) return cycle;
    return exclusive ? Math.max(cycle, this.#lastIssue + ii) : Math.ceil(cycle / ii) * ii;
  }

  #begin(cycle: number, isLast: boolean): void {
    this.#observe?.(this.#kernel.name, cycle);
    this.#issues += 1;
    this.#lastIssue = cycle;
    this.#earliest = cycle + 1;
    if (!this.#empty) {
      for (const port of this.#reads) if (this.#holds(port)) port.link.pop(cycle);
      for (const port of this.#writes) if (this.#holds(port)) port.link.push(cycle + port.stage);
    }
    if (isLast) this.#end(cycle);
    else this.#count();
  }

  #end(cycle: number): void {
    const {
      drains,
      schedule: { depthCycles },
    } = this.#kernel.scheduled;
    for (const port of this.#dones) port.link.push(cycle + port.stage);
    this.#busyCycles += cycle - this.#loaded;
    this.#busy = false;
    this.#earliest = drains ? cycle + 1 + depthCycles : cycle;
    if (drains) this.#stalls.drain += 1 + depthCycles;
    this.#lastCycle = cycle + depthCycles - 1;
  }

  /** Innermost first: count, or begin again and let the next outer loop count. */
  #count(): void {
    const { loops } = this.#kernel.scheduled.graph;
    for (let index = loops.length - 1; index >= 0; index--) {
      const left = at(this.#remaining, index);
      const { from, step } = present(loops[index], "a loop");
      if (left > 1) {
        this.#remaining[index] = left - 1;
        this.#counters[index] = at(this.#counters, index) + step;
        break;
      }
      this.#remaining[index] = at(this.#trips, index);
      this.#counters[index] = from;
    }
    this.#mask = this.#guards(this.#counters, this.#fields);
  }
}
