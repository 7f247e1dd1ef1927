import type { ArrayShape } from "../../backend-hls/index.ts";
import type { ModelConfig } from "../../frontend/index.ts";
import { Choices } from "../fuzz/choices.ts";
import { plainConfig } from "./random-checkpoint.ts";

/** A value of each factor: what is chosen of a model and of its array. */
export type Configuration = { readonly [F in keyof typeof FACTORS]: (typeof FACTORS)[F][number] };

/** What is varied, and its values: head sizes of 8 to 128, grouping from none to one head for all, hidden sizes and
 * vocabularies that are multiples of nothing. */
const FACTORS = {
  headDim: [8, 12, 16, 32, 64, 128],
  heads: [1, 2, 4],
  group: ["one each", "pairs", "one for all"],
  hidden: [9, 17, 22, 31, 40],
  ffn: [9, 27, 44],
  vocab: [13, 37, 64, 101],
  window: [undefined, 1, 5, 12],
  tied: [false, true],
  extras: ["none", "biases", "normalized heads"],
  layers: [1, 2],
  lanes: ["1x8", "2x4", "2x8", "4x4", "1x16", "4x8", "8x4", "2x16", "4x16"],
  rows: [1, 2, 3, 4, 8],
  together: [1, 2],
  headLanes: ["one", "a group", "all"],
  blockSize: [1, 4, 16],
  outputs: ["argmax", "topk", "logits", "topk and logits"],
} as const;

/** Fewer values of each, so that a few configurations have every pair. */
const COVERED: Levels = {
  ...FACTORS,
  headDim: [8, 32, 128],
  heads: [1, 4],
  hidden: [9, 31, 40],
  ffn: [9, 44],
  vocab: [37, 64],
  window: [undefined, 1, 5],
  layers: [1],
  lanes: ["2x4", "4x4", "1x16"],
  rows: [1, 3, 8],
};

type Levels = { readonly [F in keyof typeof FACTORS]: readonly (typeof FACTORS)[F][number][] };
type Factor = keyof typeof FACTORS;
const NAMES = Object.keys(FACTORS) as readonly Factor[]; // the object has no others

/** A random configuration. */
export function randomConfiguration(choices: Choices, levels: Levels = FACTORS): Configuration {
  const chosen: Partial<Record<Factor, unknown>> = {};
  for (const name of NAMES) chosen[name] = choices.pick<unknown>(levels[name]);
  return chosen as Configuration; // a value of each factor
}

/** Configurations in which every pair of values of two factors occurs: of some random ones the best is taken, until nothing is missing. */
export function pairwiseConfigurations(seed: number): readonly Configuration[] {
  const choices = new Choices(seed);
  const missing = new Set(allPairs());
  const taken: Configuration[] = [];
  while (missing.size > 0) {
    const candidates = Array.from({ length: TRIES }, () => randomConfiguration(choices, COVERED));
    const gain = (one: Configuration): number => pairsOf(one).filter((pair) => missing.has(pair)).length;
    const best = candidates.reduce((a, b) => (gain(b) > gain(a) ? b : a));
    for (const pair of pairsOf(best)) missing.delete(pair);
    taken.push(best);
  }
  return taken;
}

/** Random configurations from which each one of a covering set is taken. */
const TRIES = 300;

function pairOf(a: Factor, x: unknown, b: Factor, y: unknown): string {
  return `${a}=${String(x)} ${b}=${String(y)}`;
}

function pairsOf(one: Configuration): readonly string[] {
  return NAMES.flatMap((a, i) => NAMES.slice(i + 1).map((b) => pairOf(a, one[a], b, one[b])));
}

function allPairs(): readonly string[] {
  return NAMES.flatMap((a, i) =>
    NAMES.slice(i + 1).flatMap((b) => COVERED[a].flatMap((x) => COVERED[b].map((y) => pairOf(a, x, b, y)))),
  );
}

function kvHeadsOf({ heads, group }: Configuration): number {
  return { "one each": heads, pairs: Math.max(1, heads / 2), "one for all": 1 }[group];
}

/** The model of a configuration. */
export function configOf(one: Configuration): ModelConfig {
  const { headDim, heads, hidden, ffn, vocab, window, tied, extras, layers } = one;
  const kvHeads = kvHeadsOf(one);
  return {
    ...plainConfig,
    ...{ headDim, heads, kvHeads, hidden, ffn, vocab, window, tied, layers },
    qkvBias: extras === "biases",
    qkNorm: extras === "normalized heads",
  };
}

/** The array of a configuration; rows are filled up to whole groups. */
export function arrayOf(one: Configuration): Required<Omit<ArrayShape, "pv">> {
  const { lanes, rows, together: pt, outputs, heads } = one;
  const [pn = 1, pk = 8] = lanes.split("x").map(Number);
  const candidates = outputs.startsWith("topk") ? 5 : 1;
  const logits = outputs.endsWith("logits");
  const ph = { one: 1, "a group": heads / kvHeadsOf(one), all: heads }[one.headLanes];
  return { pn, pk, pt, ph, rows: Math.ceil(rows / pt) * pt, outputs: { candidates, logits } };
}

/** A line about it. */
export function describeConfiguration(one: Configuration): string {
  return NAMES.map((name) => `${name} ${String(one[name])}`).join(", ");
}
