import { isBf16, LINEAR_INPUTS, type LinearInputName } from "./precision.ts";
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

/** Constants of a beat: halves of words, bfloat16 but for what {@link channelHalves} names. */
export function beatHalves({ beatWords }: Pick<Plan, "beatWords">): number {
  return 2 * beatWords;
}

/** Depth of a queue of one part of the constants: two beats. */
export function constantDepth(plan: Pick<Plan, "beatWords">): number {
  return 2 * beatHalves(plan) + 4;
}

/** Beats that a part of the constants of a matrix takes, one half for each output channel of its tiles. */
export function channelBeats(plan: Plan, { tiles }: MatrixPlan): number {
  return ceilDiv(tiles * plan.pn, beatHalves(plan));
}

/** Beats of the gains of a norm. */
export function gainBeats(plan: Plan): number {
  return ceilDiv(plan.model.hidden, beatHalves(plan));
}

/** The parts of constants that float32 words of channels take: their lower halves, then their upper ones. */
export function channelHalves({ channelConstants }: Pick<Plan, "channelConstants">): readonly string[] {
  return channelConstants.flatMap((kind) => [`${kind}_low`, `${kind}_high`]);
}

/** Outlier columns that a vector can have, at most. */
export function outlierSlots({ precision }: Pick<Plan, "precision">): number {
  return Math.max(0, ...LINEAR_INPUTS.map((name) => outlierColumnsOf(precision, name)));
}

/** Outlier columns of a matrix, of each of which every output channel has a bfloat16 weight. */
export function outlierColumnsOf({ outliers }: Plan["precision"], name: LinearInputName): number {
  return outliers?.columns[name] ?? 0;
}

/** Beats before the constants of a phase, which say what is known of the vector that it makes: its outlier columns. */
export function headerBeats(plan: Plan): number {
  return ceilDiv(outlierSlots(plan), beatHalves(plan));
}

/** Parts of the constants of a matrix that are scales: bfloat16 has none. */
export function scaleParts({ precision }: Plan): 0 | 1 {
  return isBf16(precision) ? 0 : 1;
}

/** Phases of the constants: the first norm's gains, then the matrices. */
export type ConstantPhase = "start" | LinearInputName;

/** Parts of the constants of a phase, a beat of each in turn: scales, what stands in between, and from `firstOutlier` on a part for each outlier column. */
export function constantParts(
  plan: Plan,
): Readonly<Record<ConstantPhase, { readonly firstOutlier: number; readonly all: number }>> {
  const [own, scales] = [channelHalves(plan).length, scaleParts(plan)];
  const partsOf = (firstOutlier: number, name?: LinearInputName) => ({
    firstOutlier,
    all: firstOutlier + (name === undefined ? 0 : outlierColumnsOf(plan.precision, name)),
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
  const [header, parts] = [headerBeats(plan), constantParts(plan)];
  const beatsOf = (name: LinearInputName): number =>
    parts[name].all * (header + channelBeats(plan, plan[name]));
  const layer = LAYER_MATRICES.reduce((sum, name) => sum + beatsOf(name), 0);
  return { layers: header + gainBeats(plan) + plan.model.layers * layer, head: beatsOf("head") };
}
