import type { QueueTrace } from "../queues/queue-witness.ts";
import type { Agenda, Part } from "./agenda.ts";

/** The fields of an element as far as anybody needs them: numbers up to 32 bits, big integers above. */
export type ElementBits = readonly (number | bigint)[];

/** What a queue is. */
export interface LinkOptions {
  readonly depth: number;
  /** Cycles from a push to the cycle in which the element is shown. */
  readonly latency: number;
  readonly trace?: QueueTrace | undefined;
}

/** The times at which the elements of one queue come and go, all in cycles after reset. */
export class Link {
  readonly name: string;
  readonly depth: number;
  /** Cycles from a push to the cycle in which the element is shown. */
  readonly latency: number;
  /** Elements whose push is known. */
  pushed = 0;
  /** Elements whose pop is known. */
  popped = 0;
  /** Credits that were out at once, at most: a queue of this depth would have held nothing up. */
  mostUsed = 0;
  /** Who can go on once an element is there, and once a credit is. */
  reader: Part | undefined;
  writer: Part | undefined;
  /** Pops whose credits were back before the last claim. */
  #returned = 0;
  readonly #trace: QueueTrace | undefined;
  readonly #agenda: Agenda;
  readonly #pushTimes: Float64Array;
  readonly #popTimes: Float64Array;
  readonly #pushEvents: Int32Array;
  readonly #popEvents: Int32Array;
  readonly #values: (ElementBits | undefined)[] = [];

  constructor(agenda: Agenda, name: string, { depth, latency, trace }: LinkOptions) {
    this.#trace = trace;
    this.#agenda = agenda;
    this.name = name;
    this.depth = depth;
    this.latency = latency;
    this.#pushTimes = new Float64Array(depth);
    this.#popTimes = new Float64Array(depth);
    this.#pushEvents = new Int32Array(depth);
    this.#popEvents = new Int32Array(depth);
  }

  /** Whether it is known when a credit for the next push is there. */
  get hasCredit(): boolean {
    return this.pushed - this.popped < this.depth;
  }

  /** The first cycle in which the producer holds a credit for its next push. */
  creditTime(): number {
    return this.pushed < this.depth ? 0 : (this.#popTimes[this.pushed % this.depth] ?? 0) + 1;
  }

  /** The event that gave this credit. */
  creditEvent(): number {
    return this.pushed < this.depth ? 0 : (this.#popEvents[this.pushed % this.depth] ?? 0);
  }

  /** Whether it is known when the next element is shown. */
  get hasElement(): boolean {
    return this.popped < this.pushed;
  }

  /** The first cycle in which the consumer sees the next element. */
  visibleTime(): number {
    return (this.#pushTimes[this.popped % this.depth] ?? 0) + this.latency;
  }

  /** The event that pushed the next element. */
  elementEvent(): number {
    return this.#pushEvents[this.popped % this.depth] ?? 0;
  }

  /** When element `index` was pushed; one of the last `depth` that were. */
  pushTime(index: number): number {
    return this.#pushTimes[index % this.depth] ?? 0;
  }

  /** When element `index` was popped; one of the last `depth` that were. */
  popTime(index: number): number {
    return this.#popTimes[index % this.depth] ?? 0;
  }

  /** The event that popped element `index`; one of the last `depth` that were. */
  popEvent(index: number): number {
    return this.#popEvents[index % this.depth] ?? 0;
  }

  /** What the next element holds. */
  value(): ElementBits | undefined {
    return this.#values[this.popped % this.depth];
  }

  /** What element `index` holds; one of the last `depth`. */
  valueAt(index: number): ElementBits | undefined {
    return this.#values[index % this.depth];
  }

  /** A producer commits itself to its next push in this cycle: it takes a credit. */
  claim(cycle: number): void {
    while (this.#returned < this.popped && this.popTime(this.#returned) < cycle) this.#returned += 1;
    this.mostUsed = Math.max(this.mostUsed, this.pushed + 1 - this.#returned);
  }

  push(cycle: number, event: number, value?: ElementBits): void {
    this.#trace?.push(cycle);
    const slot = this.pushed % this.depth;
    this.#pushTimes[slot] = cycle;
    this.#pushEvents[slot] = event;
    if (value !== undefined) this.#values[slot] = value;
    this.pushed += 1;
    if (this.reader !== undefined) this.#agenda.wake(this.reader);
  }

  pop(cycle: number, event: number): void {
    this.#trace?.pop(cycle);
    const slot = this.popped % this.depth;
    this.#popTimes[slot] = cycle;
    this.#popEvents[slot] = event;
    this.popped += 1;
    if (this.writer !== undefined) this.#agenda.wake(this.writer);
  }
}
