import { CompilerBug } from "../../ir/index.ts";

/** Block numbers in the order in which they were appended; any of them leaves in constant time. Number 0 is the list's own end. */
export class FreeList {
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  #length = 0;

  /** For numbers below `size`. */
  constructor(size: number) {
    this.#next = new Int32Array(size).fill(-1);
    this.#previous = new Int32Array(size).fill(-1);
    this.#link(0, 0);
  }

  get length(): number {
    return this.#length;
  }

  has(block: number): boolean {
    return block > 0 && (this.#next[block] ?? -1) >= 0;
  }

  append(block: number): void {
    if (block <= 0 || this.has(block)) throw new CompilerBug(`block ${String(block)} cannot be appended`);
    const last = this.#previous[0] ?? 0;
    this.#link(last, block);
    this.#link(block, 0);
    this.#length += 1;
  }

  remove(block: number): void {
    if (!this.has(block)) throw new CompilerBug(`block ${String(block)} is not in the list`);
    this.#link(this.#previous[block] ?? 0, this.#next[block] ?? 0);
    this.#next[block] = -1;
    this.#previous[block] = -1;
    this.#length -= 1;
  }

  /** The number that is in the list for the longest time; the list is not empty. */
  takeFirst(): number {
    const first = this.#next[0] ?? 0;
    this.remove(first);
    return first;
  }

  #link(from: number, to: number): void {
    this.#next[from] = to;
    this.#previous[to] = from;
  }
}
