import { at } from "../../ir/index.ts";
import type { HwSimulator, RunResult, WatchingSimulator } from "../simulator.ts";

/** What a stream should carry: the elements packed as hardware packs them, oldest first. */
export interface StreamExpectation {
  readonly name: string;
  readonly elements: readonly bigint[];
  /** Number of the oldest of them on its stream; 0 by default. */
  readonly first?: number;
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

/** Cycles without any element after which a network that owes some stands still; no memory is as slow. */
const STILL_CYCLES = 10_000;

/** Cycles that are watched at a time. */
const SLICE = 1024;

/** Ends a run of a {@link StreamObserver} that stops: what differs is known, and what follows tells nothing. */
export class DivergenceFound extends Error {}

/** A simulator whose streams are compared with a reference in every cycle that passes. */
export class StreamObserver implements HwSimulator {
  readonly #simulator: WatchingSimulator;
  readonly #stops: boolean;
  readonly #streams: readonly ObservedStream[];
  readonly #wanted = new Map<string, StreamExpectation>();
  readonly #seen: number[];
  /** The cycle of the newest element of each stream. */
  readonly #newest = new Map<string, number>();
  readonly #divergences = new Map<string, StreamDivergence>();
  #cycle = 0;
  #end = Infinity;

  /** With `stops`, a run ends with a {@link DivergenceFound} soon behind the first divergence. */
  constructor(
    simulator: WatchingSimulator,
    streams: readonly ObservedStream[],
    { stops = false }: { readonly stops?: boolean } = {},
  ) {
    this.#simulator = simulator;
    this.#stops = stops;
    this.#streams = streams;
    this.#seen = streams.map(() => 0);
  }

  /** What the streams carry from the first cycle on; a later call replaces an earlier one. */
  expect(streams: readonly StreamExpectation[]): void {
    for (const stream of streams) this.#wanted.set(stream.name, stream);
  }

  /** The elements that were compared. */
  get compared(): number {
    return this.#seen.reduce((sum, count) => sum + count, 0);
  }

  /** Clock cycles since the simulation began. */
  get cycle(): number {
    return this.#cycle;
  }

  /** The cycle in which a stream last carried an element, of those that were compared. */
  lastCycle(stream: string): number | undefined {
    return this.#newest.get(stream);
  }

  /** Whether the cycles behind the first divergence that are watched have passed. */
  get isOver(): boolean {
    return this.#cycle > this.#end;
  }

  /** The first divergence of each stream, in the order in which they happened; elements that are still missing come last. */
  divergences(): readonly StreamDivergence[] {
    const missing = this.#streams.flatMap(({ name }, index): readonly StreamDivergence[] => {
      const element = this.#seen[index] ?? 0;
      const wanted = this.#wantedAt(name, element);
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
      if (this.#stops && (this.isOver || this.#standsStill()))
        throw new DivergenceFound("a stream differs from the reference");
      if (this.isOver) return this.#runOn(cycles, made, until);
      const slice = Math.min(SLICE, cycles - made);
      const ran = await this.#simulator.runWatching(slice, until, watched);
      for (const { cycle, stream, data } of ran.events) this.#compare(this.#cycle + cycle, stream, data);
      this.#cycle += ran.cycles;
      made += ran.cycles;
      if (ran.stopped) return { cycles: made, stopped: true };
    }
    return { cycles, stopped: false };
  }

  /** Whether elements are missing and nothing has moved for long. */
  #standsStill(): boolean {
    const newest = Math.max(0, ...this.#newest.values());
    return this.#cycle - newest > STILL_CYCLES && this.divergences().length > 0;
  }

  /** Nothing is watched any more. */
  async #runOn(cycles: number, made: number, until: string | undefined): Promise<RunResult> {
    const rest = await this.#simulator.run(cycles - made, until);
    this.#cycle += rest.cycles;
    return { cycles: made + rest.cycles, stopped: rest.stopped };
  }

  #wantedAt(name: string, element: number): bigint | undefined {
    const { elements, first = 0 } = this.#wanted.get(name) ?? { elements: [] };
    return elements[element - first];
  }

  #compare(cycle: number, stream: number, found: bigint): void {
    if (cycle > this.#end) return;
    const { name } = at(this.#streams, stream);
    const element = this.#seen[stream] ?? 0;
    this.#seen[stream] = element + 1;
    this.#newest.set(name, cycle);
    const wanted = this.#wantedAt(name, element);
    if (found === wanted || this.#divergences.has(name)) return;
    this.#divergences.set(name, { stream: name, element, cycle, found, wanted });
    this.#end = Math.min(this.#end, cycle + CYCLES_BEHIND);
  }
}

/** The earliest place where hardware and reference part, if they do. */
export function firstDivergence(observer: StreamObserver): StreamDivergence | undefined {
  return observer.divergences()[0];
}
