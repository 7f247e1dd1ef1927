import type { StreamElement } from "../../ir/index.ts";

/** What the host pushes into one stream. */
export interface HostInput {
  readonly elements: readonly StreamElement[];
  /** The first cycle after reset in which element `index` may be pushed; absent: 0. The host also waits for a credit and for the element before. */
  readonly notBefore?: (index: number) => number;
}

/** What the host does to the hardware of a schedule. Streams are named as in the schedule. */
export interface Stimulus {
  readonly inputs: ReadonlyMap<string, HostInput>;
  /** Whether the host takes an element from an output stream in a cycle; absent: always. Must be true again and again. */
  readonly ready?: (stream: string, cycle: number) => boolean;
}
