import { at } from "../../ir/index.ts";
import type { WaitObserver } from "../replay/index.ts";
import type { Link } from "../replay/link.ts";

/** Cycles of a step by cause, as the hardware counts them (`system/system-module.ts`): they add up to `total`. */
export interface CountedCycles {
  readonly total: number;
  readonly busy: number;
  readonly dram_read: number;
  readonly dram_write: number;
  readonly fifo_full: number;
  readonly fifo_empty: number;
  readonly drain: number;
}

const [ARRAY, ANY, STARVED, BLOCKED, WRITING] = [1, 2, 4, 8, 16];

/** What happens in each cycle of a step, as far as the hardware's counters ask. Cycles count from the start of the step. */
export class CycleMarks implements WaitObserver {
  /** First and last iteration of each command of the array, in cycles since reset. */
  readonly phases: { readonly begin: number; end: number }[] = [];
  readonly #isMemory: (link: Link) => boolean;
  #marks = new Uint8Array(2 ** 14);
  #from = 0;

  constructor(isMemory: (link: Link) => boolean) {
    this.#isMemory = isMemory;
  }

  /** A step begins in this cycle. */
  begin(cycle: number): void {
    this.#from = cycle;
    this.#marks.fill(0);
    this.phases.length = 0;
  }

  command(cycle: number): void {
    this.phases.push({ begin: cycle, end: cycle });
  }

  issue(cycle: number): void {
    this.#mark(cycle, ARRAY);
    const phase = this.phases.at(-1);
    if (phase !== undefined) phase.end = cycle;
  }

  lacksElement(link: Link, from: number, to: number): void {
    if (!this.#isMemory(link)) return;
    for (let cycle = from; cycle < to; cycle++) this.#mark(cycle, STARVED);
  }

  lacksRoom(from: number, to: number): void {
    for (let cycle = from; cycle < to; cycle++) this.#mark(cycle, BLOCKED);
  }

  /** Some kernel began an iteration. */
  anyIssue(cycle: number): void {
    this.#mark(cycle, ANY);
  }

  /** A write engine had work. */
  writing(cycle: number): void {
    this.#mark(cycle, WRITING);
  }

  /** Counts the cycles behind the start up to and with `last`. */
  count(last: number): CountedCycles {
    const counts = [0, 0, 0, 0, 0, 0];
    for (let cycle = this.#from + 1; cycle <= last; cycle++) {
      const cause = causeOf(this.#marks[cycle - this.#from] ?? 0);
      counts[cause] = at(counts, cause) + 1;
    }
    const [busy = 0, dram_read = 0, dram_write = 0, fifo_full = 0, fifo_empty = 0, drain = 0] = counts;
    return { total: last - this.#from, busy, dram_read, dram_write, fifo_full, fifo_empty, drain };
  }

  #mark(cycle: number, bit: number): void {
    const index = cycle - this.#from;
    if (index < 0) return;
    if (index >= this.#marks.length) {
      const larger = new Uint8Array(2 * Math.max(index, this.#marks.length));
      larger.set(this.#marks);
      this.#marks = larger;
    }
    this.#marks[index] = (this.#marks[index] ?? 0) | bit;
  }
}

/** Place of a cycle among the counters: busy, then the causes in the order in which they are charged. */
function causeOf(marks: number): number {
  if ((marks & ARRAY) !== 0) return 0;
  const others = (marks & ANY) !== 0;
  if ((marks & STARVED) !== 0 && !others) return 1;
  if ((marks & WRITING) !== 0 && !others) return 2;
  if ((marks & BLOCKED) !== 0) return 3;
  return others ? 4 : 5;
}
