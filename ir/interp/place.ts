import type { Operation } from "../core/operation.ts";
import { at } from "../support/bug.ts";

/** What writes or reads an element: the operation, and the loops around it, outermost first. */
export interface StreamSite {
  readonly op: Operation;
  readonly loops: readonly string[];
}

/** Where an element was written or read: in which command of its process, at which counters of the loops. */
export interface RecordedPlace {
  readonly site: StreamSite;
  /** Number of the command, from 0. */
  readonly command: number;
  readonly counters: readonly number[];
}

/** Where an element of a stream comes from. */
export interface ElementPlace {
  readonly stream: string;
  /** Number of the element on its stream, from 0. */
  readonly element: number;
  /** The kernel (`@name`) or burst engine that wrote it. */
  readonly process: string;
  /** The operation that wrote it. */
  readonly op: Operation;
  /** Number of the command that the process was at, from 0. */
  readonly command: number;
  /** Counters of the loops around, outermost first. */
  readonly loops: readonly { readonly name: string; readonly value: number }[];
}

/** A recorded place in words. */
export function describePlace(
  { site, command, counters }: RecordedPlace,
  element: Pick<ElementPlace, "stream" | "element" | "process">,
): ElementPlace {
  const loops = site.loops.map((name, index) => ({ name, value: at(counters, index) }));
  return { ...element, op: site.op, command, loops };
}
