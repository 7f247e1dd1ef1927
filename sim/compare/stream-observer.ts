import { at } from "../../ir/index.ts";
import type { HwSimulator, RunResult, WatchingSimulator } from "../simulator.ts";

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

/** Cycles that are watched at a time. */
const SLICE = 1024;

/** A simulator whose streams are compared with a reference in every cycle that passes. */
export class StreamObserver implements HwSimulator {
  readonly #simulator: WatchingSimulator;
  readonly #streams: readonly ObservedStream[];
  readonly #wanted = new Map<string, readonly bigint[]>();
  readonly #seen: number[];
  readonly #divergences = new Map<string, StreamDivergence>();
  #cycle = 0;
  #end = Infinity;

  constructor(simulator: WatchingSimulator, streams: readonly ObservedStream[]) {
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

  /** Clock cycles since the simulation began. */
  get cycle(): number {
    return this.#cycle;
  }

  /** Whether the cycles behind the first divergence that are watched have passed. */
  get isOver(): boolean {
    return this.#cycle > this.#end;
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
    const watched = this.#streams.map(({ name, hasData }) => ({
      valid: `${PREFIX}${name}_valid`,
      data: hasData ? `${PREFIX}${name}_data` : undefined,
    }));
    for (let made = 0; made < cycles; ) {
      if (this.#cycle > this.#end) return this.#runOn(cycles, made, until);
      const slice = Math.min(SLICE, cycles - made);
      const ran = await this.#simulator.runWatching(slice, until, watched);
      for (const { cycle, stream, data } of ran.events) this.#compare(this.#cycle + cycle, stream, data);
      this.#cycle += ran.cycles;
      made += ran.cycles;
      if (ran.stopped) return { cycles: made, stopped: true };
    }
    return { cycles, stopped: false };
  }

  /** Nothing is watched any more. */
  async #runOn(cycles: number, made: number, until: string | undefined): Promise<RunResult> {
    const rest = await this.#simulator.run(cycles - made, until);
    this.#cycle += rest.cycles;
    return { cycles: made + rest.cycles, stopped: rest.stopped };
  }

  #compare(cycle: number, stream: number, found: bigint): void {
    if (cycle > this.#end) return;
    const { name } = at(this.#streams, stream);
    const element = this.#seen[stream] ?? 0;
    this.#seen[stream] = element + 1;
    const wanted = this.#wanted.get(name)?.[element];
    if (found === wanted || this.#divergences.has(name)) return;
    this.#divergences.set(name, { stream: name, element, cycle, found, wanted });
    this.#end = Math.min(this.#end, cycle + CYCLES_BEHIND);
  }
}

/** The earliest place where hardware and reference part, if they do. */
export function firstDivergence(observer: StreamObserver): StreamDivergence | undefined {
  return observer.divergences()[0];
}
