import { hasStaticScales, isBf16, LINEAR_INPUTS, type LinearInputName } from "./precision.ts";
import { ceilDiv, type MatrixPlan, type Plan } from "./shape.ts";

/** Beats of a stream that is read linearly in every step: all layers, then the head. */
export interface LinearBeats {
  readonly layers: number;
  readonly head: number;
}

/** The matrices of a layer, in the order of their use. */
export const LAYER_MATRICES = ["qkv", "wo", "gateUp", "down"] as const;

/** Beats of the weights, scales of groups included. */
export function weightBeats({ qkv, wo, gateUp, down, head, model }: Plan): LinearBeats {
  const beatsOf = ({ tiles, tileBeats }: MatrixPlan): number => tiles * tileBeats;
  return {
    layers: model.layers * [qkv, wo, gateUp, down].reduce((sum, matrix) => sum + beatsOf(matrix), 0),
    head: beatsOf(head),
  };
}

/** Beats that the scales of a matrix take, one f32 per output channel of its tiles. */
export function scaleBeats({ pn, beatWords }: Plan, { tiles }: MatrixPlan): number {
  return ceilDiv(tiles * pn, beatWords);
}

/** Words of the header of a phase with static activations, in order: what a vector is multiplied by, and its scale. */
export const STATIC_WORDS = ["inverse", "scale"] as const;

/** Outlier columns that a vector can have, at most: a whole number of pairs. */
export function outlierSlots({ precision }: Pick<Plan, "precision">): number {
  return 2 * Math.max(0, ...LINEAR_INPUTS.map((name) => outlierPairs(precision, name)));
}

/** Pairs of outlier columns of a matrix, of which each output channel has a word of two bfloat16 weights. */
export function outlierPairs({ outliers }: Plan["precision"], name: LinearInputName): number {
  return ceilDiv(outliers?.columns[name] ?? 0, 2);
}

/** Beats before the constants of a phase, which say what is known of the vector that it makes: with static activations its scale, with outliers their columns. */
export function headerBeats({ beatWords, precision }: Plan): number {
  const slots = outlierSlots({ precision });
  if (slots > 0) return ceilDiv(slots, beatWords);
  return hasStaticScales(precision) ? ceilDiv(STATIC_WORDS.length, beatWords) : 0;
}

/** Parts of the constants of a matrix that are scales: bfloat16 has none. */
export function scaleParts({ precision }: Plan): 0 | 1 {
  return isBf16(precision) ? 0 : 1;
}

/** Phases of the constants: the first norm's gains, then the matrices. */
export type ConstantPhase = "start" | LinearInputName;

/** Parts of the constants of a phase, a beat of each in turn: scales, what stands in between, and from `firstPair` on pairs of outlier weights. */
export function constantParts(
  plan: Plan,
): Readonly<Record<ConstantPhase, { readonly firstPair: number; readonly all: number }>> {
  const [own, scales] = [plan.channelConstants.length, scaleParts(plan)];
  const partsOf = (firstPair: number, name?: LinearInputName) => ({
    firstPair,
    all: firstPair + (name === undefined ? 0 : outlierPairs(plan.precision, name)),
  });
  return {
    start: partsOf(1),
    qkv: partsOf(scales + own, "qkv"),
    wo: partsOf(scales + 1, "wo"),
    gateUp: partsOf(scales, "gateUp"),
    down: partsOf(scales + 1, "down"),
    head: partsOf(scales, "head"),
  };
}

/** Beats of gains and scales: gains of the first norm; per layer the scales of qkv with its channels' own constants in between, wo with gains in between, gate/up, down with gains in between; head. */
export function constantBeats(plan: Plan): LinearBeats {
  const { qkv, wo, gateUp, down, head, model, beatWords } = plan;
  const [header, parts] = [headerBeats(plan), constantParts(plan)];
  const layer =
    parts.qkv.all * (header + scaleBeats(plan, qkv)) +
    parts.wo.all * (header + scaleBeats(plan, wo)) +
    parts.gateUp.all * (header + scaleBeats(plan, gateUp)) +
    parts.down.all * (header + scaleBeats(plan, down));
  const start = header + ceilDiv(model.hidden, beatWords);
  return { layers: start + model.layers * layer, head: parts.head.all * (header + scaleBeats(plan, head)) };
}
