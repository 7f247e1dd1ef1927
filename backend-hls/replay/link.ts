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
  readonly #pushTimes: Float64Array;
  readonly #popTimes: Float64Array;

  constructor(name: string, depth: number, latency: number) {
    this.name = name;
    this.depth = depth;
    this.latency = latency;
    this.#pushTimes = new Float64Array(depth);
    this.#popTimes = new Float64Array(depth);
  }

  /** Whether it is known when a credit for the next push is there. */
  get hasCredit(): boolean {
    return this.pushed - this.popped < this.depth;
  }

  /** The first cycle in which the producer holds a credit for its next push. */
  creditTime(): number {
    return this.pushed < this.depth ? 0 : (this.#popTimes[this.pushed % this.depth] ?? 0) + 1;
  }

  /** Whether it is known when the next element is shown. */
  get hasElement(): boolean {
    return this.popped < this.pushed;
  }

  /** The first cycle in which the consumer sees the next element. */
  visibleTime(): number {
    return (this.#pushTimes[this.popped % this.depth] ?? 0) + this.latency;
  }

  push(cycle: number): void {
    this.#pushTimes[this.pushed % this.depth] = cycle;
    this.pushed += 1;
  }

  pop(cycle: number): void {
    this.#popTimes[this.popped % this.depth] = cycle;
    this.popped += 1;
  }
}
