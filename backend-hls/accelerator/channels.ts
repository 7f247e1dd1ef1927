import type { LayerParameters, PackedMatrix } from "./pack-weights.ts";
import type { LinearInputName } from "./precision.ts";
import type { MatrixPlan, Plan } from "./shape.ts";

/** One output channel after the other as the tiles take them; undefined pads. */
export interface Channel {
  readonly matrix: PackedMatrix;
  readonly row: number;
}
/** The channels of a matrix in the order of its tiles. */
export type Channels = readonly (Channel | undefined)[];

/** The channels of one matrix. */
export function channelsOf(matrix: PackedMatrix, pn: number): Channels {
  return Array.from({ length: Math.ceil(matrix.rows / pn) * pn }, (_, row) =>
    row < matrix.rows ? { matrix, row } : undefined,
  );
}

/** Tiles of gate and up alternate. */
function alternate(gate: Channels, up: Channels, pn: number): Channels {
  return Array.from({ length: 2 * gate.length }, (_, index) => {
    const tile = Math.floor(index / pn);
    const source = tile % 2 === 0 ? gate : up;
    return source[Math.floor(tile / 2) * pn + (index % pn)];
  });
}

/** The matrices of a layer in the order in which they are used. */
export function matricesOf(
  plan: Plan,
  layer: LayerParameters,
): readonly {
  readonly name: LinearInputName;
  readonly plan: MatrixPlan;
  readonly channels: Channels;
  /** What is written between the beats of its scales. */
  readonly follows: "own" | "ffn" | "next" | "nothing";
}[] {
  const { pn } = plan;
  return [
    { name: "qkv", plan: plan.qkv, channels: channelsOf(layer.qkv, pn), follows: "own" },
    { name: "wo", plan: plan.wo, channels: channelsOf(layer.wo, pn), follows: "ffn" },
    {
      name: "gateUp",
      plan: plan.gateUp,
      channels: alternate(channelsOf(layer.wGate, pn), channelsOf(layer.wUp, pn), pn),
      follows: "nothing",
    },
    { name: "down", plan: plan.down, channels: channelsOf(layer.wDown, pn), follows: "next" },
  ];
}
