import type { HwSimulator, RunResult } from "../simulator.ts";

/** What a stream should carry: the elements packed as hardware packs them, oldest first. */
export interface StreamExpectation {
  readonly name: string;
  readonly elements: readonly bigint[];
}

/** Where hardware and reference part on one stream. */
export interface StreamDivergence {
  readonly stream: string;
  /** Number of the element on its stream, from 0. */
  readonly element: number;
  /** Clock cycles since the simulation began. */
  readonly cycle: number;
  /** Undefined: the element never came, or there is none to come. */
  readonly found: bigint | undefined;
  readonly wanted: bigint | undefined;
}

/** How a design shows its queues: outputs `<prefix><stream>_valid` and, where elements have bits, `<prefix><stream>_data`. */
export interface ObservedStream {
  readonly name: string;
  readonly hasData: boolean;
}

const PREFIX = "tap_";

/** Cycles that are still watched behind the first divergence: who follows from whom is told by their order. */
const CYCLES_BEHIND = 64;

/** A simulator whose streams are compared with a reference in every cycle that passes. */
export class StreamObserver implements HwSimulator {
  readonly #simulator: HwSimulator;
  readonly #streams: readonly ObservedStream[];
  readonly #wanted = new Map<string, readonly bigint[]>();
  readonly #seen: number[];
  readonly #divergences = new Map<string, StreamDivergence>();
  #cycle = 0;
  #end = Infinity;

  constructor(simulator: HwSimulator, streams: readonly ObservedStream[]) {
    this.#simulator = simulator;
    this.#streams = streams;
    this.#seen = streams.map(() => 0);
  }

  /** What the streams carry from the first cycle on; a later call replaces an earlier one. */
  expect(streams: readonly StreamExpectation[]): void {
    for (const { name, elements } of streams) this.#wanted.set(name, elements);
  }

  /** The elements that were compared. */
  get compared(): number {
    return this.#seen.reduce((sum, count) => sum + count, 0);
  }

  /** The first divergence of each stream, in the order in which they happened; elements that are still missing come last. */
  divergences(): readonly StreamDivergence[] {
    const missing = this.#streams.flatMap(({ name }, index): readonly StreamDivergence[] => {
      const element = this.#seen[index] ?? 0;
      const wanted = this.#wanted.get(name)?.[element];
      if (wanted === undefined || this.#divergences.has(name)) return [];
      return [{ stream: name, element, cycle: this.#cycle, found: undefined, wanted }];
    });
    return [...this.#divergences.values(), ...(Number.isFinite(this.#end) ? [] : missing)];
  }

  poke(input: string, value: bigint): void {
    this.#simulator.poke(input, value);
  }
  peek(output: string): Promise<bigint> {
    return this.#simulator.peek(output);
  }
  writeMemory(path: string, address: number, bytes: Uint8Array): Promise<void> {
    return this.#simulator.writeMemory(path, address, bytes);
  }
  readMemory(path: string, address: number, length: number): Promise<Uint8Array> {
    return this.#simulator.readMemory(path, address, length);
  }
  close(): Promise<void> {
    return this.#simulator.close();
  }

  async run(cycles: number, until?: string): Promise<RunResult> {
    for (let made = 0; made < cycles; made++) {
      if (this.#cycle > this.#end) return this.#runOn(cycles, made, until);
      if (until !== undefined && (await this.#simulator.peek(until)) === 1n)
        return { cycles: made, stopped: true };
      await this.#sample();
      await this.#simulator.run(1);
      this.#cycle++;
    }
    return { cycles, stopped: false };
  }

  /** Nothing is watched any more. */
  async #runOn(cycles: number, made: number, until: string | undefined): Promise<RunResult> {
    const rest = await this.#simulator.run(cycles - made, until);
    this.#cycle += rest.cycles;
    return { cycles: made + rest.cycles, stopped: rest.stopped };
  }

  async #sample(): Promise<void> {
    for (const [index, { name, hasData }] of this.#streams.entries()) {
      if ((await this.#simulator.peek(`${PREFIX}${name}_valid`)) !== 1n) continue;
      const element = this.#seen[index] ?? 0;
      this.#seen[index] = element + 1;
      const found = hasData ? await this.#simulator.peek(`${PREFIX}${name}_data`) : 0n;
      const wanted = this.#wanted.get(name)?.[element];
      if (found === wanted || this.#divergences.has(name)) continue;
      this.#divergences.set(name, { stream: name, element, cycle: this.#cycle, found, wanted });
      this.#end = Math.min(this.#end, this.#cycle + CYCLES_BEHIND);
    }
  }
}

/** The earliest place where hardware and reference part, if they do. */
export function firstDivergence(observer: StreamObserver): StreamDivergence | undefined {
  return observer.divergences()[0];
}
