/** Why an event did not happen earlier: the part's own event before, or the event of another one that a queue handed on. */
export interface EventCause {
  /** The event that had to come first; 0: none. */
  readonly before: number;
  /** 0: the part's own; else 2 × (place of the queue + 1), and one more where its credit was waited for. */
  readonly via: number;
}

/** Everything that happened, in no order; event 0 is the beginning. Kept only where somebody will look for causes. */
export class EventLog {
  count = 1;
  #cycles = new Int32Array(1024);
  #parts = new Int16Array(1024);
  #before = new Int32Array(1024);
  #via = new Int16Array(1024);

  /** Notes an event of a part; gives its number. */
  add(part: number, cycle: number, before: number, via: number): number {
    const event = this.count;
    if (event === this.#cycles.length) this.#grow();
    this.#cycles[event] = cycle;
    this.#parts[event] = part;
    this.#before[event] = before;
    this.#via[event] = via;
    this.count = event + 1;
    return event;
  }

  cycle(event: number): number {
    return this.#cycles[event] ?? 0;
  }

  part(event: number): number {
    return this.#parts[event] ?? 0;
  }

  cause(event: number): EventCause {
    return { before: this.#before[event] ?? 0, via: this.#via[event] ?? 0 };
  }

  #grow(): void {
    const size = 2 * this.#cycles.length;
    const larger = <T extends Int32Array | Int16Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.#cycles = larger(this.#cycles, new Int32Array(size));
    this.#parts = larger(this.#parts, new Int16Array(size));
    this.#before = larger(this.#before, new Int32Array(size));
    this.#via = larger(this.#via, new Int16Array(size));
  }
}
