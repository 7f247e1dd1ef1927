import type { EngineLoad, StepRecord } from "../../runtime-host/index.ts";
import type { Schedule } from "./random-schedule.ts";

/** Everything that may run together and must not show in any token. */
const DIMENSIONS = [
  "steps",
  "steps in which a prompt was cut",
  "steps of prompts and decodes",
  "steps on several accelerators",
  "preemptions",
  "steps beside sequences that are swapped out",
  "schedules with preemption",
  "blocks moved",
  "tokens found again",
  "damaged blocks refused",
  "answers forked",
  "schedules with blocks behind the window given back",
  "answers of clients that left",
] as const;

type Dimension = (typeof DIMENSIONS)[number];

/** How often each thing happened, so that a test can say that it did. */
export class Tally {
  readonly #counts = new Map<string, number>(DIMENSIONS.map((name) => [name, 0]));

  /** `name`: one of {@link DIMENSIONS}, or something that only some machines have. */
  count(name: string, times = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + times);
  }

  /** What never happened. */
  get missing(): readonly string[] {
    return [...this.#counts].filter(([, times]) => times === 0).map(([name]) => name);
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  lines(): readonly string[] {
    return [...this.#counts].map(([name, times]) => `  ${name}: ${String(times)}`);
  }
}

/** Positions of the largest block that schedules are played with: a window that has moved so far has left one behind. */
const LARGEST_BLOCK = 8;

/** Watches one schedule being played. */
export class ScheduleWatch {
  readonly #tally: Tally;
  readonly #schedule: Schedule;
  readonly #seen = new Set<Dimension>();

  constructor(tally: Tally, schedule: Schedule) {
    this.#tally = tally;
    this.#schedule = schedule;
  }

  step({ parts, preempted, moved, lastPosition, phase }: StepRecord, { host }: EngineLoad): void {
    const { window } = this.#schedule.options;
    const cut = parts.some(({ emits }) => !emits);
    const decodes = parts.some(({ from, count, emits }) => count === 1 && emits && from > 0);
    const places = new Set(parts.map(({ place }) => place)).size;
    this.#tally.count("steps");
    this.#tally.count("steps in which a prompt was cut", Number(cut));
    this.#tally.count("steps of prompts and decodes", Number(phase === "prefill" && decodes));
    this.#tally.count("steps on several accelerators", Number(places > 1));
    this.#tally.count("preemptions", preempted);
    this.#tally.count("steps beside sequences that are swapped out", Number(host.swapBlocks > 0));
    this.#tally.count("blocks moved", moved.blocks);
    if (preempted > 0) this.#once("schedules with preemption");
    if (window !== undefined && lastPosition >= window + LARGEST_BLOCK - 1)
      this.#once("schedules with blocks behind the window given back");
  }

  /** Behind the last step. */
  end({ prefix, host }: EngineLoad, answers: ReadonlyMap<string, readonly (readonly number[])[]>): void {
    this.#tally.count("tokens found again", prefix.hit);
    this.#tally.count("damaged blocks refused", host.refused);
    for (const own of answers.values())
      this.#tally.count("answers forked", own.slice(1).filter((tokens) => tokens.length > 0).length);
  }

  /** An answer was under way when its client left. */
  left(): void {
    this.#tally.count("answers of clients that left");
  }

  #once(name: Dimension): void {
    if (!this.#seen.has(name)) this.#tally.count(name);
    this.#seen.add(name);
  }
}
