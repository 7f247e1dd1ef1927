import { at, CompilerBug, present } from "../../ir/index.ts";
import type { SchedulerLimits } from "./limits.ts";
import type { Place } from "./place.ts";
import type { Part, StepPlan } from "./plan.ts";
import type { Sequence } from "./sequence.ts";

/** A plan in the making. */
interface Draft {
  readonly parts: Part[];
  readonly preempted: Sequence[];
  /** By place: rows that are left. */
  readonly budgets: number[];
  /** Places where somebody was preempted: nobody enters there in this step. */
  readonly crowded: Set<number>;
}

/**
 * Who computes how many tokens in the next step, after vLLM's V1 scheduler: there is no prefill and no decode, each sequence
 * catches up with its tokens. Running sequences go first, in order; one that finds no block preempts the last of its place (or the
 * least urgent), which gives up all its blocks and comes back later. Waiting ones follow while rows, places and blocks are left,
 * each where most of it is known, then where most blocks are free.
 */
export class Scheduler {
  readonly #places: readonly Place[];
  readonly #limits: SchedulerLimits;
  #waiting: Sequence[] = [];
  #running: Sequence[] = [];

  constructor(places: readonly Place[], limits: SchedulerLimits) {
    this.#places = places;
    this.#limits = limits;
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

  /** A running sequence's twin: same tokens, same blocks. It waits and computes anew where its place has no number for it. */
  fork(parent: Sequence, child: Sequence): void {
    if (!this.#placeOf(parent).fork(parent, child)) {
      this.add(child);
      return;
    }
    child.state = "running";
    this.#running.push(child);
  }

  /** Ends a sequence, wherever it is: its blocks and its number are free. */
  finish(sequence: Sequence): void {
    this.#waiting = this.#waiting.filter((other) => other !== sequence);
    this.#leave(sequence);
    at(this.#places, 0).forgetSwap(sequence);
    sequence.state = "finished";
  }

  /** A sequence whose blocks, here or in the host's memory, are not what they should be: it gives them up and computes anew. */
  restart(sequence: Sequence): void {
    at(this.#places, 0).forgetSwap(sequence);
    if (sequence.state !== "running") return;
    this.#leave(sequence);
    sequence.computed = 0;
    this.#await(sequence);
  }

  /** The next step; without parts where nothing can go on. */
  schedule(): StepPlan {
    const draft: Draft = {
      parts: [],
      preempted: [],
      budgets: this.#places.map(() => this.#limits.rows),
      crowded: new Set(),
    };
    for (const sequence of [...this.#running])
      if (sequence.state === "running") this.#continue(sequence, draft);
    this.#admit(draft);
    const { parts, preempted } = draft;
    return { parts, preempted, moves: this.#places.map((place) => place.takeMoves()) };
  }

  /** After a step: what it computed is in the KV memory. */
  commit(parts: readonly Part[]): void {
    for (const part of parts) at(this.#places, part.place).commit(part);
  }

  /** A running sequence's part of the step; makes room by preempting others, at last itself. */
  #continue(sequence: Sequence, draft: Draft): void {
    const place = this.#placeOf(sequence);
    const count = this.#rowsFor(sequence, place, draft);
    if (count === 0) return;
    place.releaseUnseen(sequence);
    while (!place.grow(sequence, count)) {
      const victim = this.#victim(place);
      this.#preempt(victim, draft);
      if (victim === sequence) return;
    }
    this.#take(sequence, count, draft);
  }

  #admit(draft: Draft): void {
    for (;;) {
      const [sequence] = this.#waiting;
      if (sequence === undefined) return;
      const places = this.#openPlaces(sequence, draft);
      const entered = places.find((place) => place.enter(sequence, this.#mostRows(place, draft)));
      if (entered === undefined) return;
      this.#waiting.shift();
      sequence.state = "running";
      this.#running.push(sequence);
      this.#take(sequence, this.#rowsFor(sequence, entered, draft), draft);
    }
  }

  /** Where a sequence could begin in this step, the best place first. */
  #openPlaces(sequence: Sequence, { budgets, crowded }: Draft): readonly Place[] {
    const open = this.#places.filter(
      ({ index, hasSlot }) => hasSlot && at(budgets, index) > 0 && !crowded.has(index),
    );
    if (open.length < 2) return open;
    const ranked = open.map((place) => ({ place, known: place.known(sequence) }));
    return ranked
      .toSorted((a, b) => b.known - a.known || b.place.pool.free - a.place.pool.free)
      .map(({ place }) => place);
  }

  /** Rows of one sequence in this step, at most. */
  #mostRows({ index }: Place, { budgets }: Draft): number {
    return Math.min(this.#limits.chunk, at(budgets, index));
  }

  #rowsFor({ tokens, computed }: Sequence, place: Place, draft: Draft): number {
    return Math.min(tokens.length - computed, this.#mostRows(place, draft));
  }

  #take(sequence: Sequence, count: number, draft: Draft): void {
    if (count <= 0) throw new CompilerBug("a sequence runs without tokens to compute");
    const place = this.#placeOf(sequence).index;
    draft.parts.push({ sequence, from: sequence.computed, count, place });
    draft.budgets[place] = at(draft.budgets, place) - count;
  }

  /** Who gives up its blocks: the last that came, or the least urgent. */
  #victim({ index }: Place): Sequence {
    const own = this.#running.filter(({ place }) => place === index);
    const ranked = this.#limits.policy === "fcfs" ? own : own.toSorted(byUrgency);
    return present(ranked.at(-1), "a running sequence");
  }

  #preempt(sequence: Sequence, draft: Draft): void {
    const place = this.#placeOf(sequence);
    const index = draft.parts.findIndex((part) => part.sequence === sequence);
    if (index >= 0) {
      draft.budgets[place.index] = at(draft.budgets, place.index) + at(draft.parts, index).count;
      draft.parts.splice(index, 1);
    }
    this.#running = this.#running.filter((other) => other !== sequence);
    place.preempt(sequence);
    draft.preempted.push(sequence);
    draft.crowded.add(place.index);
    this.#await(sequence);
  }

  /** Puts a sequence that has run before all that have not. */
  #await(sequence: Sequence): void {
    sequence.state = "waiting";
    this.#waiting.unshift(sequence);
    this.#sortWaiting();
  }

  /** Gives back blocks and number. */
  #leave(sequence: Sequence): void {
    this.#running = this.#running.filter((other) => other !== sequence);
    if (sequence.place !== undefined) this.#placeOf(sequence).leave(sequence);
  }

  #placeOf({ place }: Sequence): Place {
    return at(this.#places, present(place, "the place of a running sequence"));
  }

  #sortWaiting(): void {
    if (this.#limits.policy === "priority") this.#waiting.sort(byUrgency);
  }
}

function byUrgency(a: Sequence, b: Sequence): number {
  return (a.request.priority ?? 0) - (b.request.priority ?? 0) || a.arrival - b.arrival;
}
