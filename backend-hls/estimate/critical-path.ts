import { at } from "../../ir/index.ts";
import type { EventLog } from "../replay/index.ts";

/** Why the step was where it was: a kernel worked, a result was on its way through pipelines and queues, memory was awaited, a full queue was, other accelerators were. */
export type PathCause = "work" | "latency" | "memory" | "room" | "link";

/** Cycles of the critical path. */
export interface PathCycles {
  /** As `phases` says; several layers add up. */
  readonly phase: string;
  /** The kernel or engine that was awaited. */
  readonly part: string;
  readonly cause: PathCause;
  /** The queue through which it was awaited; null where a part goes on by itself. */
  readonly queue: string | null;
  readonly cycles: number;
}

/** Names of what the log counts. */
export interface PathNames {
  /** Kernels, then engines, then what joins accelerators. */
  readonly parts: readonly string[];
  readonly kernels: number;
  /** Its place. */
  readonly link: number;
  readonly queues: readonly string[];
}

/** A phase: cycles up to and with `last`. */
export interface Phase {
  readonly name: string;
  readonly last: number;
}

/** Where a walk along causes begins and ends. */
export interface PathSpan {
  readonly event: number;
  /** The cycle in which what `event` gave is shown. */
  readonly cycle: number;
  /** Nothing before this cycle counts. */
  readonly from: number;
}

/**
 * Walks from the end of a step back to its start along what was awaited: every cycle is charged once, so that the result adds up
 * to the step. Phases are in the order of their cycles.
 */
export function criticalPath(
  log: EventLog,
  names: PathNames,
  phases: readonly Phase[],
  span: PathSpan,
): readonly PathCycles[] {
  const found = new Map<string, { readonly first: Omit<PathCycles, "cycles">; cycles: number }>();
  let phase = phases.length - 1;
  const charge = (from: number, to: number, entry: Omit<PathCycles, "cycles" | "phase">): void => {
    for (let end = to; end > from; ) {
      while (phase > 0 && end <= at(phases, phase - 1).last) phase -= 1;
      const begin = Math.max(from, phase > 0 ? at(phases, phase - 1).last : from);
      const name = phases[phase]?.name ?? "step";
      const key = `${name}|${entry.part}|${entry.cause}|${entry.queue ?? ""}`;
      const known = found.get(key) ?? { first: { phase: name, ...entry }, cycles: 0 };
      known.cycles += end - begin;
      found.set(key, known);
      end = begin;
    }
  };
  const partOf = (event: number): string => names.parts[log.part(event)] ?? "host";
  const isKernel = (event: number): boolean => log.part(event) < names.kernels;
  const isLink = (event: number): boolean => log.part(event) === names.link;
  const causeOf = (before: number, event: number, via: number): PathCause => {
    if (isLink(event) || isLink(before)) return "link";
    if (!isKernel(event) || !isKernel(before)) return "memory";
    return via % 2 === 1 ? "room" : "latency";
  };
  let [event, time] = [span.event, span.cycle];
  charge(Math.max(span.from, log.cycle(event)), time, { part: partOf(event), cause: "latency", queue: null });
  for (time = log.cycle(event); event !== 0 && time > span.from; ) {
    const { before, via } = log.cause(event);
    const from = Math.max(span.from, before === 0 ? span.from : log.cycle(before));
    if (via === 0) {
      charge(from, time, {
        part: partOf(event),
        cause: isKernel(event) ? "work" : causeOf(before, event, via),
        queue: null,
      });
    } else {
      const queue = names.queues[Math.floor(via / 2) - 1] ?? null;
      const awaited = isKernel(event) ? before : event;
      charge(from, time, {
        part: before === 0 ? "host" : partOf(awaited),
        cause: causeOf(before, event, via),
        queue,
      });
    }
    [event, time] = [before, from];
  }
  return [...found.values()].map(({ first, cycles }) => ({ ...first, cycles }));
}
