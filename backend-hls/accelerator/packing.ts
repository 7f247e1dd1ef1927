import { ceilDiv, type MatrixPlan, type Plan } from "./shape.ts";

/** Beats of a stream that is read linearly in every step: all layers, then the head. */
export interface LinearBeats {
  readonly layers: number;
  readonly head: number;
}

/** Beats of the int8 weights. */
export function weightBeats({ qkv, wo, gateUp, down, head, model }: Plan): LinearBeats {
  const beatsOf = ({ tiles, beats }: MatrixPlan): number => tiles * beats;
  return {
    layers: model.layers * [qkv, wo, gateUp, down].reduce((sum, matrix) => sum + beatsOf(matrix), 0),
    head: beatsOf(head),
  };
}

/** Beats that the scales of a matrix take, one f32 per output channel of its tiles. */
export function scaleBeats({ pn, beatWords }: Plan, { tiles }: MatrixPlan): number {
  return ceilDiv(tiles * pn, beatWords);
}

/** Beats of gains and scales: gains of the first norm; per layer the scales of qkv with its channels' own constants in between, wo with gains in between, gate/up, down with gains in between; head. */
export function constantBeats(plan: Plan): LinearBeats {
  const { qkv, wo, gateUp, down, head, model, beatWords } = plan;
  const layer =
    (1 + plan.channelConstants.length) * scaleBeats(plan, qkv) +
    2 * scaleBeats(plan, wo) +
    scaleBeats(plan, gateUp) +
    2 * scaleBeats(plan, down);
  return { layers: ceilDiv(model.hidden, beatWords) + model.layers * layer, head: scaleBeats(plan, head) };
}
