import type { NetworkPlan } from "../network/plan-network.ts";

/** Told of everything that happens at one queue, in cycles. */
export interface QueueTrace {
  push(cycle: number): void;
  pop(cycle: number): void;
}

/** What a run proves about the queues of a plan. */
export interface DeadlockFinding {
  /** Every element came before it was taken, found a space that was free, and none is left. */
  readonly free: boolean;
  readonly queues: number;
  readonly elements: number;
  /** The first breach; null where there is none. */
  readonly breach: string | null;
}

/**
 * Checks that a run orders the marked graph of its events. Kernels begin an iteration when its elements and the spaces for what it
 * writes are there, and nothing else: with credits as streams of their own the network is Kahn's, so whether a step ends depends on
 * its commands alone and not on how fast memory, arbiter or host are. Events are iterations; an edge leads from the push of an
 * element to its pop, and from the pop of element n to the push of element n + depth, which takes its space. If cycles of a run rise
 * along all edges, no cycle of kernels and queues is without a token or a space, and every run of the same commands ends.
 */
export class QueueWitness {
  readonly #queues: readonly CheckedQueue[];

  /** `depths` are what is checked: the hardware's. */
  constructor({ streams }: Pick<NetworkPlan, "streams">) {
    this.#queues = [...streams.values()].map(({ name, depth }) => new CheckedQueue(name, depth));
  }

  /** Where the run tells of a queue. */
  traceOf(name: string): QueueTrace | undefined {
    return this.#queues.find((queue) => queue.name === name);
  }

  /** What the run has proved; after its end. */
  finding(): DeadlockFinding {
    const breaches = this.#queues.flatMap((queue) => queue.breach ?? []);
    const elements = this.#queues.reduce((sum, queue) => sum + queue.elements, 0);
    const [breach = null] = breaches;
    return { free: breach === null && elements > 0, queues: this.#queues.length, elements, breach };
  }
}

/** Times of the last `depth` pushes and pops of a queue. */
class CheckedQueue implements QueueTrace {
  readonly name: string;
  readonly #depth: number;
  readonly #pushes: Float64Array;
  readonly #pops: Float64Array;
  #pushed = 0;
  #popped = 0;
  #breach: string | undefined;

  constructor(name: string, depth: number) {
    this.name = name;
    this.#depth = depth;
    this.#pushes = new Float64Array(depth);
    this.#pops = new Float64Array(depth);
  }

  get elements(): number {
    return this.#pushed;
  }

  get breach(): string | undefined {
    const left = this.#pushed - this.#popped;
    return this.#breach ?? (left === 0 ? undefined : `${String(left)} elements stay in ${this.name}`);
  }

  push(cycle: number): void {
    const [element, slot] = [this.#pushed, this.#pushed % this.#depth];
    const isRoom =
      element - this.#popped < this.#depth && (element < this.#depth || (this.#pops[slot] ?? 0) < cycle);
    if (!isRoom)
      this.#note(
        `element ${String(element)} of ${this.name} finds none of its ${String(this.#depth)} spaces free`,
      );
    this.#pushes[slot] = cycle;
    this.#pushed += 1;
  }

  pop(cycle: number): void {
    const [element, slot] = [this.#popped, this.#popped % this.#depth];
    if (element >= this.#pushed || (this.#pushes[slot] ?? 0) >= cycle)
      this.#note(`element ${String(element)} of ${this.name} is taken before it is there`);
    this.#pops[slot] = cycle;
    this.#popped += 1;
  }

  #note(breach: string): void {
    this.#breach ??= breach;
  }
}
