import { CompilerBug } from "../../ir/index.ts";
import type { Channel, Channels } from "./channels.ts";
import type { MatrixPlan, Plan } from "./shape.ts";

/** Products that a sum of 32 bits has room for. */
const LARGEST_SUM = 2 ** 31;

/**
 * Tile by tile: scales of groups (byte `j * pn + n`: group j of channel n), then weights as nibbles, `pn` channels of `pk` in a
 * beat, the lower nibble first. Returns the address behind them.
 */
export function packGroups(
  plan: Plan,
  {
    plan: { tiles, tileBeats, scaleBeats },
    channels,
  }: { readonly plan: MatrixPlan; readonly channels: Channels },
  bytes: Uint8Array,
  base: number,
): number {
  const { pn, beatBytes } = plan;
  for (let tile = 0; tile < tiles; tile++) {
    for (let n = 0; n < pn; n++) {
      const channel = channels[tile * pn + n];
      if (channel === undefined) continue;
      const from = base + tile * tileBeats * beatBytes;
      packScales(plan, channel, bytes, from + n);
      packNibbles(plan, channel, bytes, { base: from + scaleBeats * beatBytes, n });
    }
  }
  return base + tiles * tileBeats * beatBytes;
}

/** The scales of one channel, and whether its sums fit into 32 bits whatever it is multiplied by. */
function packScales({ pn, precision }: Plan, { matrix, row }: Channel, bytes: Uint8Array, to: number): void {
  if (matrix.kind !== "int4") throw new CompilerBug("a matrix of int4 weights has scales of groups");
  const { columns, weights, groupScales: scales } = matrix;
  const size = precision.weights.kind === "int4" ? precision.weights.group : columns;
  const groups = Math.ceil(columns / size);
  let largest = 0;
  for (let group = 0; group < groups; group++) {
    const scale = scales[row * groups + group] ?? 0;
    bytes[to + group * pn] = scale;
    for (let k = group * size; k < Math.min(columns, (group + 1) * size); k++)
      largest += scale * Math.abs(weights[row * columns + k] ?? 0) * 128;
  }
  if (largest >= LARGEST_SUM)
    throw new CompilerBug(`the sums of a channel of ${String(columns)} int4 weights need more than 32 bits`);
}

function packNibbles(
  { pk, beatBytes }: Plan,
  { matrix: { weights, columns }, row }: Channel,
  bytes: Uint8Array,
  { base, n }: { readonly base: number; readonly n: number },
): void {
  for (let k = 0; k < columns; k++) {
    const nibble = n * pk + (k % pk);
    const place = base + Math.floor(k / pk) * beatBytes + (nibble >> 1);
    const value = (weights[row * columns + k] ?? 0) & 15;
    bytes[place] = (bytes[place] ?? 0) | (value << (4 * (nibble & 1)));
  }
}
