/** Something that goes on for as long as it knows enough. */
export interface Part {
  /** Goes on until something is not known yet. */
  advance(): void;
  /** Whether it waits in an agenda. */
  queued: boolean;
}

/** The parts that may be able to go on. The order in which they do changes no time: a network of queues is determinate. */
export class Agenda {
  readonly #parts: Part[] = [];

  wake(part: Part): void {
    if (part.queued) return;
    part.queued = true;
    this.#parts.push(part);
  }

  /** Runs until nobody can go on. */
  settle(): void {
    for (let part = this.#parts.pop(); part !== undefined; part = this.#parts.pop()) {
      part.queued = false;
      part.advance();
    }
  }
}
