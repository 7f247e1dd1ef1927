import type { MemoryParameters } from "../../ir/index.ts";

/** Beats of the longest burst, and bursts of one engine whose data its queue holds. */
const BURST_BEATS = 16;
const BURSTS_AHEAD = 2;

/** From a request at an engine to the memory, and from the memory to the kernel behind the engine's queue. */
const TO_MEMORY = 4;
const FROM_MEMORY = 4;
/** From one burst of a request to the next. */
const PLANNED = 2;
/** From the last beat in a write engine's queue to the acknowledgement that the program waits for, memory aside. */
const WRITE_BACK = 21;

/** An array on its way into the chip. */
interface Load {
  readonly ended: (cycle: number) => void;
  readonly lanes: number;
  readonly bursts: number;
  readonly cells: number;
  /** When the next burst may be asked for. */
  next: number;
  /** Bursts asked for. */
  asked: number;
  /** When the first cell of each burst is taken, and when the last one's last cell has gone. */
  readonly taken: number[];
  gone: number;
}

/**
 * The memory port of a design whose arrays come and go as a whole, burst by burst: one burst at a time has the port, an engine asks
 * for the next when its queue has room, a kernel takes a cell a cycle; DRAM rests while it is refreshed.
 */
export class MemoryBursts {
  readonly #memory: MemoryParameters;
  readonly #lanesOf: (cellBits: number) => number;
  #free = 0;
  #waiting: Load[] = [];

  constructor(memory: MemoryParameters) {
    this.#memory = memory;
    this.#lanesOf = (cellBits) => Math.max(1, memory.dataBits / cellBits);
  }

  /** An array of so many cells is asked for at a cycle; `ended` is told when its last cell has been taken. */
  load(at: number, { cells, bits }: ArraySize, ended: (cycle: number) => void): void {
    const lanes = this.#lanesOf(bits);
    const bursts = Math.ceil(cells / lanes / BURST_BEATS);
    this.#waiting.push({ ended, lanes, bursts, cells, next: at, asked: 0, taken: [], gone: 0 });
  }

  /** Goes on until all that was asked for is there. */
  settle(): void {
    for (;;) {
      const load = this.#earliest();
      if (load === undefined) return;
      this.#burst(load);
    }
  }

  #earliest(): Load | undefined {
    let found: Load | undefined;
    for (const load of this.#waiting)
      if (found === undefined || load.next - found.next + (load.asked - found.asked) / 1024 < 0) found = load;
    return found;
  }

  #burst(load: Load): void {
    const { lanes, bursts, asked } = load;
    const own = cellsOf(load);
    const beats = Math.ceil(own / lanes);
    const begin = this.#awake(Math.max(load.next + TO_MEMORY, this.#free), beats);
    this.#free = begin + beats * this.#cyclesPerBeat();
    const there = begin + this.#latency(asked) + FROM_MEMORY;
    const taken = Math.max(there, load.gone);
    load.taken.push(taken);
    load.gone = taken + own;
    load.asked += 1;
    if (load.asked === bursts) {
      this.#waiting = this.#waiting.filter((other) => other !== load);
      load.ended(load.gone - 1);
      return;
    }
    const before = load.taken[load.asked - BURSTS_AHEAD];
    const wanted = Math.ceil(cellsOf(load) / lanes);
    load.next = Math.max(load.next + PLANNED, before === undefined ? 0 : before + (wanted - 1) * lanes);
  }

  /** When an array is acknowledged whose last beat comes to the engine's queue at a cycle. */
  store(last: number, { cells, bits }: ArraySize): number {
    const beats = Math.ceil(cells / this.#lanesOf(bits));
    const rest = beats % BURST_BEATS === 0 ? BURST_BEATS : beats % BURST_BEATS;
    return this.#awake(last + WRITE_BACK - 5, rest) + 5;
  }

  /** The first cycle from this one on in which memory is not being refreshed. */
  #awake(cycle: number, beats: number): number {
    const memory = this.#memory;
    if (memory.kind === "ideal") return cycle;
    const { trefi, trfc } = memory;
    const round = Math.floor((cycle + beats) / trefi);
    return round > 0 && cycle + beats > round * trefi && cycle < round * trefi + trfc
      ? round * trefi + trfc
      : cycle;
  }

  #cyclesPerBeat(): number {
    return this.#memory.kind === "ideal" ? 1 : this.#memory.rate.cycles / this.#memory.rate.beats;
  }

  #latency(burst: number): number {
    const memory = this.#memory;
    return memory.readLatency + (memory.kind === "banked" && burst === 0 ? memory.trcd : 0);
  }
}

/** Cells of the next burst. */
function cellsOf({ cells, asked, lanes }: Load): number {
  return Math.min(cells - asked * BURST_BEATS * lanes, BURST_BEATS * lanes);
}

/** Cells of an array, and bits of a cell. */
export interface ArraySize {
  readonly cells: number;
  readonly bits: number;
}
