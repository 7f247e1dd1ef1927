import { at, CompilerBug, present } from "../../ir/index.ts";
import { type BlockId, type BlockPool, NULL_BLOCK } from "../blocks/block-pool.ts";
import { firstVisible, type SchedulerLimits } from "./limits.ts";
import type { Part, StepPlan } from "./plan.ts";
import { findPrefix } from "./prefix-lookup.ts";
import { keysOf, type Sequence } from "./sequence.ts";

/** A plan in the making. */
interface Draft {
  readonly parts: Part[];
  readonly preempted: Sequence[];
  budget: number;
}

/**
 * Who computes how many tokens in the next step, after vLLM's V1 scheduler: there is no prefill and no decode, each sequence
 * catches up with its tokens. Running sequences go first, in order; one that finds no block preempts the last of them (or the
 * least urgent), which gives up all its blocks and starts again later. Waiting ones follow while rows, places and blocks are left.
 */
export class Scheduler {
  readonly #pool: BlockPool;
  readonly #limits: SchedulerLimits;
  #waiting: Sequence[] = [];
  #running: Sequence[] = [];
  readonly #slots: number[];

  constructor(pool: BlockPool, limits: SchedulerLimits) {
    this.#pool = pool;
    this.#limits = limits;
    this.#slots = Array.from({ length: limits.sequences }, (_, i) => limits.sequences - 1 - i);
  }

  get waiting(): readonly Sequence[] {
    return this.#waiting;
  }

  get running(): readonly Sequence[] {
    return this.#running;
  }

  /** A new sequence, behind all others of its urgency. */
  add(sequence: Sequence): void {
    this.#waiting.push(sequence);
    this.#sortWaiting();
  }

  /** A running sequence's twin: same tokens, and what of its blocks can be shared. It waits and computes anew where no place is left. */
  fork(parent: Sequence, child: Sequence): void {
    const slot = this.#slots.pop();
    if (slot === undefined) {
      this.add(child);
      return;
    }
    child.blockTable = this.#sharedTable(parent);
    this.#pool.share(child.blockTable);
    child.computed = Math.min(parent.computed, child.blockTable.length * this.#limits.blockSize);
    child.keys.push(...parent.keys);
    child.slot = slot;
    child.state = "running";
    this.#running.push(child);
  }

  /** The blocks that a twin begins with: the full ones, where what the next token sees has not left the window. */
  #sharedTable({ blockTable, computed }: Sequence): BlockId[] {
    const { blockSize, window } = this.#limits;
    const full = Math.floor(computed / blockSize);
    const first = Math.floor(firstVisible(full * blockSize, window) / blockSize);
    return blockTable.slice(first, full).includes(NULL_BLOCK) ? [] : blockTable.slice(0, full);
  }

  /** Ends a sequence, wherever it is: its blocks and its place are free. */
  finish(sequence: Sequence): void {
    this.#waiting = this.#waiting.filter((other) => other !== sequence);
    this.#leave(sequence);
    sequence.state = "finished";
  }

  /** The next step; without parts where nothing can go on. */
  schedule(): StepPlan {
    const draft: Draft = {
      parts: [],
      preempted: [],
      budget: this.#limits.rows,
    };
    for (const sequence of [...this.#running]) {
      if (draft.budget === 0) break;
      if (sequence.state === "running") this.#continue(sequence, draft);
    }
    if (draft.preempted.length === 0) this.#admit(draft);
    return draft;
  }

  /** After a step: what it computed is in the KV memory, and full blocks can be found. */
  commit(plan: StepPlan): void {
    const { blockSize, prefixCaching } = this.#limits;
    for (const { sequence, from, count } of plan.parts) {
      sequence.computed = from + count;
      if (!prefixCaching) continue;
      const full = Math.floor(sequence.computed / blockSize);
      const keys = keysOf(sequence, blockSize, full);
      for (let n = Math.floor(from / blockSize); n < full; n++)
        this.#pool.remember(at(sequence.blockTable, n), at(keys, n));
    }
  }

  /** A running sequence's part of the step; makes room by preempting others, at last itself. */
  #continue(sequence: Sequence, draft: Draft): void {
    this.#releaseUnseen(sequence);
    const count = this.#rowsFor(sequence, draft);
    while (!this.#grow(sequence, count)) {
      const victim = this.#victim();
      this.#preempt(victim, draft);
      if (victim === sequence) return;
    }
    this.#take(sequence, count, draft);
  }

  #admit(draft: Draft): void {
    while (draft.budget > 0 && this.#slots.length > 0) {
      const sequence = this.#waiting[0];
      if (sequence === undefined || !this.#enter(sequence, draft)) return;
      this.#waiting.shift();
      sequence.state = "running";
      sequence.slot = present(this.#slots.pop(), "a free place");
      this.#running.push(sequence);
      this.#take(sequence, this.#rowsFor(sequence, draft), draft);
    }
  }

  /** Finds a waiting sequence's prefix and gives it blocks for its first rows, or leaves everything as it was. */
  #enter(sequence: Sequence, draft: Draft): boolean {
    const { blockSize, prefixCaching } = this.#limits;
    const prefix = prefixCaching ? findPrefix(sequence, this.#limits, this.#pool) : [];
    this.#pool.share(prefix); // out of the free list before anything is allocated
    sequence.computed = prefix.length * blockSize;
    const end = sequence.computed + this.#rowsFor(sequence, draft);
    const allocation = this.#pool.allocate(Math.ceil(end / blockSize) - prefix.length);
    if (allocation.kind === "no-space") {
      this.#pool.release(prefix);
      sequence.computed = 0;
      return false;
    }
    sequence.blockTable = [...prefix, ...allocation.blocks];
    return true;
  }

  /** Rows of a sequence in this step. */
  #rowsFor(sequence: Sequence, draft: Draft): number {
    const left = sequence.tokens.length - sequence.computed;
    return Math.min(left, this.#limits.chunk, draft.budget);
  }

  #take(sequence: Sequence, count: number, draft: Draft): void {
    if (count <= 0) throw new CompilerBug("a sequence runs without tokens to compute");
    draft.parts.push({ sequence, from: sequence.computed, count });
    draft.budget -= count;
  }

  /** Blocks for `count` more tokens. The one that is written next is the sequence's own: only full blocks are shared. */
  #grow({ blockTable, computed }: Sequence, count: number): boolean {
    const blocks = Math.ceil((computed + count) / this.#limits.blockSize);
    const allocation = this.#pool.allocate(Math.max(0, blocks - blockTable.length));
    if (allocation.kind === "no-space") return false;
    blockTable.push(...allocation.blocks);
    return true;
  }

  /** Blocks that no later token sees. */
  #releaseUnseen({ blockTable, computed }: Sequence): void {
    const { blockSize, window } = this.#limits;
    const first = Math.floor(firstVisible(computed, window) / blockSize);
    for (let n = 0; n < first; n++) {
      const block = at(blockTable, n);
      if (block === NULL_BLOCK) continue;
      this.#pool.release([block]);
      blockTable[n] = NULL_BLOCK;
    }
  }

  /** Who gives up its blocks: the last that came, or the least urgent. */
  #victim(): Sequence {
    const ranked = this.#limits.policy === "fcfs" ? this.#running : this.#running.toSorted(byUrgency);
    return present(ranked.at(-1), "a running sequence");
  }

  #preempt(sequence: Sequence, draft: Draft): void {
    const index = draft.parts.findIndex((part) => part.sequence === sequence);
    if (index >= 0) {
      draft.budget += at(draft.parts, index).count;
      draft.parts.splice(index, 1);
    }
    this.#leave(sequence);
    sequence.computed = 0;
    sequence.state = "waiting";
    draft.preempted.push(sequence);
    this.#waiting.unshift(sequence);
    this.#sortWaiting();
  }

  /** Gives back blocks and place. */
  #leave(sequence: Sequence): void {
    this.#running = this.#running.filter((other) => other !== sequence);
    this.#pool.release(sequence.blockTable);
    sequence.blockTable = [];
    if (sequence.slot !== undefined) this.#slots.push(sequence.slot);
    sequence.slot = undefined;
  }

  #sortWaiting(): void {
    if (this.#limits.policy === "priority") this.#waiting.sort(byUrgency);
  }
}

function byUrgency(a: Sequence, b: Sequence): number {
  return (a.request.priority ?? 0) - (b.request.priority ?? 0) || a.arrival - b.arrival;
}
