import { hasStaticScales, isBf16, type LinearInputName } from "./precision.ts";
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

/** Beats before the constants of a phase, which say what is known of the vector that it makes: with static activations its scale. */
export function headerBeats({ beatWords, precision }: Plan): number {
  return hasStaticScales(precision) ? ceilDiv(STATIC_WORDS.length, beatWords) : 0;
}

/** Parts of the constants of a matrix that are scales: bfloat16 has none. */
export function scaleParts({ precision }: Plan): 0 | 1 {
  return isBf16(precision) ? 0 : 1;
}

/** Parts of the constants of a phase, a beat of each in turn: scales, and what stands in between. */
export function constantParts(plan: Plan): Readonly<Record<"start" | LinearInputName, number>> {
  const [own, scales] = [plan.channelConstants.length, scaleParts(plan)];
  return {
    start: 1,
    qkv: scales + own,
    wo: scales + 1,
    gateUp: scales,
    down: scales + 1,
    head: scales,
  };
}

/** Beats of gains and scales: gains of the first norm; per layer the scales of qkv with its channels' own constants in between, wo with gains in between, gate/up, down with gains in between; head. */
export function constantBeats(plan: Plan): LinearBeats {
  const { qkv, wo, gateUp, down, head, model, beatWords } = plan;
  const [header, parts] = [headerBeats(plan), constantParts(plan)];
  const layer =
    parts.qkv * (header + scaleBeats(plan, qkv)) +
    parts.wo * (header + scaleBeats(plan, wo)) +
    parts.gateUp * (header + scaleBeats(plan, gateUp)) +
    parts.down * (header + scaleBeats(plan, down));
  const start = header + ceilDiv(model.hidden, beatWords);
  return { layers: start + model.layers * layer, head: parts.head * (header + scaleBeats(plan, head)) };
}
