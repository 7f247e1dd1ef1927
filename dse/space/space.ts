import {
  type ArrayShape,
  type Device,
  headLanes,
  type ModelShape,
  mostInputs,
  PLAIN_INT8,
} from "../../backend-hls/index.ts";
import { at } from "../../ir/index.ts";

/** A model in one set of number formats and with one size of KV blocks. */
export interface Variant {
  readonly precision: string;
  readonly kvBits: number;
  readonly model: ModelShape;
}

/** One point of the space. */
export interface Design {
  /** Index into the variants. */
  readonly variant: number;
  readonly clockMhz: number;
  readonly shape: ArrayShape;
}

/** What is explored. */
export interface Space {
  readonly variants: readonly Variant[];
  readonly clocksMhz: readonly number[];
  /** Rows of a step; undefined: powers of two up to what the device allows. */
  readonly rows?: number | undefined;
  /** These arrays and no others. */
  readonly shapes?: readonly ArrayShape[] | undefined;
}

/** Bytes of the narrowest and the widest beat of an array. */
const BEAT_BYTES = { least: 8, most: 128 } as const;

/** Most rows of a step where neither device nor user says: bits of a row's `visible` mask. */
const MOST_ROWS = 64;

/** Most rows, output channels and query heads in parallel that are tried. */
const MOST = { parallelRows: 16, channels: 16, heads: 4 } as const;

/** Channels that are quantized in parallel. */
const QUANTIZERS = [4, 8, 16] as const;

const WEIGHT_BITS = { int4: 4, int8: 8, bf16: 16 } as const;

/**
 * All designs: for every variant and clock the memory port's beat split between output and input channels, by rows, rows in
 * parallel, quantizer and heads. Empty where the port has a width that no array takes.
 */
export function designSpace(device: Device, { variants, clocksMhz, rows, shapes }: Space): readonly Design[] {
  return variants.flatMap(({ model }, variant) =>
    clocksMhz.flatMap((clockMhz) =>
      (shapes ?? arrayShapes(device, model, rows)).map((shape) => ({ variant, clockMhz, shape })),
    ),
  );
}

function arrayShapes(device: Device, model: ModelShape, asked: number | undefined): readonly ArrayShape[] {
  const port = Math.min(device.axi.data_bits / 8, BEAT_BYTES.most);
  if (port < BEAT_BYTES.least) return [];
  const { weights } = model.precision ?? PLAIN_INT8;
  const weightsOfBeat = (8 * port) / WEIGHT_BITS[weights.kind];
  const most = Math.min(device.array?.max_rows ?? MOST_ROWS, MOST_ROWS);
  const steps = asked === undefined ? powersOfTwo(1, most) : [asked];
  const lanes = headLanes(model).filter((ph) => powersOfTwo(1, MOST.heads).includes(ph));
  const channels = powersOfTwo(1, Math.min(MOST.channels, port / 4)).filter(
    (pn) =>
      weightsOfBeat / pn >= 4 &&
      weightsOfBeat / pn <= mostInputs(model.precision ?? PLAIN_INT8) &&
      (weights.kind !== "int4" || weights.group % (weightsOfBeat / pn) === 0),
  );
  return channels.flatMap((pn) =>
    steps.flatMap((rows) =>
      parallelRows(rows).flatMap((pt) =>
        QUANTIZERS.flatMap((pv) => lanes.map((ph) => ({ pn, pk: weightsOfBeat / pn, pt, pv, rows, ph }))),
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

/** What can be chosen of a design, as numbers that grow with the hardware: rows, rows in parallel, quantizer, heads. */
function sizesOf({ shape: { rows, pt = 1, pv = 4, ph = 1 } }: Design): readonly number[] {
  return [rows, pt, pv, ph];
}

/** How unlike two designs are: doublings of each size, and how differently a beat is split; other variants and clocks are far away. */
export function distance(a: Design, b: Design): number {
  const [x, y] = [sizesOf(a), sizesOf(b)];
  const sizes = x.reduce((sum, size, index) => sum + Math.abs(Math.log2(size / at(y, index))), 0);
  const split = Math.abs(Math.log2(a.shape.pn / b.shape.pn));
  const other = (a.variant === b.variant ? 0 : 100) + (a.clockMhz === b.clockMhz ? 0 : 10);
  return sizes + split / 2 + other + (isSingle(a) === isSingle(b) ? 0 : 4);
}

function isSingle({ shape }: Design): boolean {
  return shape.rows === 1;
}

/** Whether `large` has at least everything that `small` has. */
export function contains(large: Design, small: Design): boolean {
  const [x, y] = [sizesOf(large), sizesOf(small)];
  const isSame =
    large.variant === small.variant && large.clockMhz === small.clockMhz && large.shape.pn === small.shape.pn;
  return isSame && x.every((size, index) => size >= at(y, index));
}

/** A design as a short text: `2x32x4 rows 16, quantizer 8, heads 2, 200 MHz, w8a8 kv8 block 16`. */
export function designName(space: Pick<Space, "variants">, { variant, clockMhz, shape }: Design): string {
  const { pn, pk, pt = 1, pv = 4, rows, ph = 1 } = shape;
  const { precision, kvBits, model } = at(space.variants, variant);
  const array = `${String(pn)}x${String(pk)}x${String(pt)}`;
  return `${array} rows ${String(rows)}, quantizer ${String(pv)}, heads ${String(ph)}, ${String(clockMhz)} MHz, ${precision} kv${String(kvBits)} block ${String(model.blockSize)}`;
}
