import { type ArrayShape, type Device, headLanes, type ModelShape } from "../../backend-hls/index.ts";

/** Bytes of the narrowest and the widest beat of an array. */
const BEAT_BYTES = { least: 8, most: 128 } as const;

/** Most rows of a step where neither device nor user says: bits of a row's `visible` mask. */
const MOST_ROWS = 64;

/** Most rows in parallel, and most output channels in parallel, that are tried. */
const MOST = { parallelRows: 16, channels: 16 } as const;

/** Channels that are quantized in parallel. */
const QUANTIZERS = [4, 8, 16] as const;

/** Restrictions that a user gave. */
export interface SpaceOptions {
  /** Rows of a step; undefined: powers of two up to what the device allows. */
  readonly rows?: number | undefined;
}

/** Query heads in parallel, at most, that are tried. */
const MOST_HEADS = 4;

/** All arrays: the memory port's beat split between output and input channels, by rows, rows in parallel, quantizer and heads. */
export function designSpace(device: Device, model: ModelShape, options: SpaceOptions): readonly ArrayShape[] {
  const port = Math.min(device.axi.data_bits / 8, BEAT_BYTES.most);
  const most = Math.min(device.array?.max_rows ?? MOST_ROWS, MOST_ROWS);
  const steps = options.rows === undefined ? powersOfTwo(1, most) : [options.rows];
  if (port < BEAT_BYTES.least) return [];
  const lanes = headLanes(model).filter((ph) => powersOfTwo(1, MOST_HEADS).includes(ph));
  return powersOfTwo(1, Math.min(MOST.channels, port / 4)).flatMap((pn) =>
    steps.flatMap((rows) =>
      parallelRows(rows).flatMap((pt) =>
        QUANTIZERS.flatMap((pv) => lanes.map((ph) => ({ pn, pk: port / pn, pt, pv, rows, ph }))),
      ),
    ),
  );
}

function parallelRows(rows: number): readonly number[] {
  return powersOfTwo(1, Math.min(rows, MOST.parallelRows)).filter((pt) => rows % pt === 0);
}

function powersOfTwo(from: number, to: number): readonly number[] {
  const found: number[] = [];
  for (let value = from; value <= to; value *= 2) found.push(value);
  return found;
}
