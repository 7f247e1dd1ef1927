import type { ServingRequest } from "../../runtime-host/index.ts";

/** A request and when it comes. */
export interface TimedRequest {
  readonly request: ServingRequest;
  /** Seconds after the first cycle. */
  readonly arrival: number;
}

/** What requests look like; lengths in tokens. */
export type WorkloadShape =
  /** All alike. */
  | { readonly kind: "fixed"; readonly input: number; readonly output: number }
  /** Lengths from 1/8 of these up to them, as many short as long ones on a logarithmic scale. */
  | { readonly kind: "mixed"; readonly input: number; readonly output: number }
  /** So many prefixes of this length, each in many requests with a suffix of its own. */
  | {
      readonly kind: "prefix-repetition";
      readonly prefixes: number;
      readonly prefix: number;
      readonly input: number;
      readonly output: number;
    };

/** How many requests of which kind come how fast. */
export interface Workload {
  readonly shape: WorkloadShape;
  readonly requests: number;
  /** Requests per second, at intervals of a Poisson process; undefined: all at the beginning. */
  readonly rate: number | undefined;
  readonly seed: number;
  readonly vocab: number;
}

/** The same requests at the same times for the same seed; greedy, and ended by their length alone. */
export function makeWorkload({ shape, requests, rate, seed, vocab }: Workload): readonly TimedRequest[] {
  const random = new SeededRandom(seed);
  const prefixes = Array.from({ length: shape.kind === "prefix-repetition" ? shape.prefixes : 0 }, () =>
    random.tokens(shape.kind === "prefix-repetition" ? shape.prefix : 0, vocab),
  );
  let arrival = 0;
  return Array.from({ length: requests }, (_, index): TimedRequest => {
    if (rate !== undefined) arrival += -Math.log(1 - random.uniform()) / rate;
    const { input, output } = lengths(shape, random);
    const prefix = prefixes.length === 0 ? [] : (prefixes[random.below(prefixes.length)] ?? []);
    const promptIds = [...prefix, ...random.tokens(input, vocab)];
    const sampling = { temperature: 0, seed: 0 };
    return { arrival, request: { id: String(index), promptIds, maxTokens: output, stopIds: [], sampling } };
  });
}

function lengths(
  shape: WorkloadShape,
  random: SeededRandom,
): { readonly input: number; readonly output: number } {
  if (shape.kind !== "mixed") return shape;
  const draw = (most: number): number => Math.max(1, Math.round(most * 8 ** (random.uniform() - 1)));
  return { input: draw(shape.input), output: draw(shape.output) };
}

/** Uniform numbers of a seed (mulberry32). */
class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = (Math.imul(seed, 0x9e3779b1) + 0x7f4a7c15) >>> 0;
  }

  /** In [0, 1). */
  uniform(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /** Not the first two tokens: they begin and end text. */
  tokens(count: number, vocab: number): readonly number[] {
    return Array.from({ length: count }, () => 2 + this.below(vocab - 2));
  }
}
