import { at } from "../support/bug.ts";
import type { RecordedPlace } from "./place.ts";
import type { StreamElement } from "./values.ts";

/** What a process is waiting for: its next command, an element, or room. */
export interface Wait {
  readonly kind: "command" | "element" | "room";
  readonly queue: Queue;
}

/** For each process two numbers: the last accesses of it that are known to be over (see `order.ts`). */
export type Clock = Int32Array;

/** A stream: a ring of elements. A capacity of infinity is a queue of the host. */
export class Queue {
  readonly name: string;
  readonly capacity: number;
  /** Elements in the queue. */
  count = 0;
  /** Every element that was ever put, where this is asked for. */
  history: StreamElement[] | undefined;
  /** Where each element of the history was written, where that is asked for. */
  places: RecordedPlace[] | undefined;
  /** Where each element was read, where that is asked for; what was taken first comes first. */
  reads: RecordedPlace[] | undefined;
  /** Elements that were put before those of the history. */
  forgotten = 0;
  readonly onCommand: Wait = { kind: "command", queue: this };
  readonly onEmpty: Wait = { kind: "element", queue: this };
  readonly onFull: Wait = { kind: "room", queue: this };
  #ring: StreamElement[] = [];
  #clocks: (Clock | undefined)[] = [];
  #head = 0;
  #size: number;

  constructor(name: string, capacity: number) {
    this.name = name;
    this.capacity = capacity;
    this.#size = Number.isFinite(capacity) ? capacity : 16;
  }

  /** Takes the oldest element; there has to be one. */
  take(): StreamElement {
    const element = at(this.#ring, this.#head);
    this.#head = this.#head + 1 === this.#size ? 0 : this.#head + 1;
    this.count--;
    return element;
  }

  /** Appends an element; there has to be room. */
  put(element: StreamElement): void {
    if (this.count === this.#size) this.#grow();
    const tail = this.#head + this.count;
    this.#ring[tail < this.#size ? tail : tail - this.#size] = element;
    this.count++;
    if (this.history !== undefined) this.history.push(element);
  }

  /** As `put`, with what its writer knows to be over. */
  putWithClock(element: StreamElement, clock: Clock | undefined): void {
    this.put(element);
    const last = this.#head + this.count - 1;
    this.#clocks[last < this.#size ? last : last - this.#size] = clock;
  }

  /** What the writer of the oldest element knew to be over. */
  nextClock(): Clock | undefined {
    return this.#clocks[this.#head];
  }

  /** Lets go of the history so far. */
  forget(): void {
    this.forgotten += this.history?.length ?? 0;
    if (this.history !== undefined) this.history = [];
    if (this.places !== undefined) this.places = [];
    if (this.reads !== undefined) this.reads = [];
  }

  #grow(): void {
    this.#ring = [...this.#ring.slice(this.#head), ...this.#ring.slice(0, this.#head)];
    this.#clocks = Array.from(
      { length: this.count },
      (_, index) => this.#clocks[(this.#head + index) % this.#size],
    );
    this.#head = 0;
    this.#size *= 2;
  }
}

/** Whether a process that waits so can go on. */
export function isOver(wait: Wait): boolean {
  return wait.kind === "room" ? wait.queue.count < wait.queue.capacity : wait.queue.count > 0;
}
