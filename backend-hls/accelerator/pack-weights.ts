import { CompilerBug } from "../../ir/index.ts";
import { type Channel, type Channels, channelsOf, matricesOf } from "./channels.ts";
import type { MemoryLayout } from "./memory-layout.ts";
import { packConstants } from "./pack-constants.ts";
import { packGroups } from "./pack-groups.ts";
import type { LinearInputName } from "./precision.ts";
import type { MatrixPlan, Plan } from "./shape.ts";

/** A matrix [rows, columns], row-major. */
export type PackedMatrix =
  | {
      readonly kind: "int8";
      readonly rows: number;
      readonly columns: number;
      readonly weights: Int8Array;
      /** One per row, a number of bfloat16. */
      readonly scales: Float32Array;
      /** [rows, outlier columns of the vector] bfloat16 words. */
      readonly outliers?: Uint16Array;
    }
  | {
      readonly kind: "int4";
      readonly rows: number;
      readonly columns: number;
      readonly weights: Int8Array;
      /** One per row, a number of bfloat16. */
      readonly scales: Float32Array;
      /** [rows, groups of columns]: 1 to 255. */
      readonly groupScales: Uint8Array;
    }
  | {
      readonly kind: "bf16";
      readonly rows: number;
      readonly columns: number;
      /** bfloat16 words. */
      readonly weights: Uint16Array;
    };
/** What is known at compile time of a vector that a matrix multiplies. */
export interface VectorParameters {
  /** Its columns that are multiplied in 16 bits, ascending, with outliers. */
  readonly outliers?: Uint32Array;
}
/** The vectors that the matrices of a layer multiply. */
export type LayerVectors = Readonly<Record<Exclude<LinearInputName, "head">, VectorParameters>>;
/** One layer. */
export interface LayerParameters {
  /** Gains of norms are numbers of bfloat16. */
  readonly attnNorm: Float32Array;
  /** Rows of queries, keys, values. */
  readonly qkv: PackedMatrix;
  /** Of each row of `qkv`, where the model has them. */
  readonly qkvBias?: Float32Array;
  /** [headDim], where heads are normalized. */
  readonly qNorm?: Float32Array;
  readonly kNorm?: Float32Array;
  readonly wo: PackedMatrix;
  readonly ffnNorm: Float32Array;
  readonly wGate: PackedMatrix;
  readonly wUp: PackedMatrix;
  readonly wDown: PackedMatrix;
  /** There where anything is known of the vectors. */
  readonly inputs?: LayerVectors;
}
/** All that is packed: a quantized model as `frontend` makes it has this form. */
export interface ModelParameters {
  /** [vocab, hidden] */
  readonly embed: Float32Array;
  readonly layers: readonly LayerParameters[];
  readonly finalNorm: Float32Array;
  readonly head: PackedMatrix;
  readonly headInput?: VectorParameters;
  /** [maxContext, headDim]: per position the cosines, then the sines, headDim / 2 of each. */
  readonly rope: Float32Array;
}

/** Writes the parameters of a model into the image of the memory, or of what lies before the descriptors (docs/memory-layout.md). */
export function packWeights(
  plan: Plan,
  layout: MemoryLayout,
  model: ModelParameters,
  image: Uint8Array,
): void {
  if (image.length < layout.regions.descriptors.base)
    throw new CompilerBug(`an image of ${String(image.length)} bytes is shorter than its parameters`);
  packMatrices(plan, layout, model, image);
  packConstants(plan, layout, model, image);
  const { hidden, headDim } = plan.model;
  packRows(
    image,
    { base: layout.regions.embedding.base, stride: layout.strides.embedding, width: hidden },
    model.embed,
  );
  packRows(
    image,
    { base: layout.regions.rope.base, stride: layout.strides.rope, width: headDim },
    model.rope,
  );
}

/** The rotary table that `packWeights` takes. */
export function ropeTable(theta: number, headDim: number, positions: number): Float32Array {
  const half = headDim / 2;
  const table = new Float32Array(positions * headDim);
  for (let position = 0; position < positions; position++) {
    for (let j = 0; j < half; j++) {
      const angle = position * theta ** ((-2 * j) / headDim);
      table[position * headDim + j] = Math.cos(angle);
      table[position * headDim + half + j] = Math.sin(angle);
    }
  }
  return table;
}

/** Rows of floats, whose bytes have the order of the memory already (little endian). */
function packRows(
  image: Uint8Array,
  { base, stride, width }: { readonly base: number; readonly stride: number; readonly width: number },
  values: Float32Array,
): void {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const rowBytes = 4 * width;
  for (let row = 0; row * rowBytes < bytes.length; row++)
    image.set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), base + row * stride);
}

function packMatrices(plan: Plan, layout: MemoryLayout, model: ModelParameters, image: Uint8Array): void {
  const bytes = new DataView(image.buffer, image.byteOffset, image.length);
  let next = layout.regions.weights.base;
  const { weights } = plan.precision;
  for (const layer of model.layers)
    for (const matrix of matricesOf(plan, layer))
      next =
        weights.kind === "int4"
          ? packGroups(plan, matrix, image, next)
          : packChannels(plan, matrix, bytes, next);
  packChannels(plan, { plan: plan.head, channels: channelsOf(model.head, plan.pn) }, bytes, next);
}

/** Tile by tile, beat by beat: pn channels of pk weights. Returns the address behind them. */
function packChannels(
  plan: Plan,
  matrix: { readonly plan: MatrixPlan; readonly channels: Channels },
  bytes: DataView,
  base: number,
): number {
  const {
    plan: { tiles, tileBeats, halves, columns },
    channels,
  } = matrix;
  const { pn, beatBytes } = plan;
  const pk = plan.pk / halves;
  const weightBytes = beatBytes / (pn * pk);
  for (let tile = 0; tile < tiles; tile++) {
    for (let n = 0; n < pn; n++) {
      const channel = channels[tile * pn + n];
      if (channel === undefined) continue;
      const to = base + tile * tileBeats * beatBytes + n * pk * weightBytes;
      packRow(channel, bytes, { to, columns, pk, beatBytes });
    }
  }
  return base + tiles * tileBeats * beatBytes;
}

/** One channel: pk weights at `to`, the next pk a beat further on. */
function packRow(
  { matrix: { kind, weights }, row }: Channel,
  bytes: DataView,
  { to, columns, pk, beatBytes }: Readonly<Record<"to" | "columns" | "pk" | "beatBytes", number>>,
): void {
  const from = row * columns;
  for (let start = 0, place = to; start < columns; start += pk, place += beatBytes) {
    const count = Math.min(pk, columns - start);
    for (let k = 0; k < count; k++) {
      const weight = weights[from + start + k] ?? 0;
      if (kind === "int8" && weight < -127) throw new CompilerBug("an int8 weight is within ±127");
      if (kind === "int8") bytes.setInt8(place + k, weight);
      else bytes.setUint16(place + 2 * k, weight, true);
    }
  }
}
