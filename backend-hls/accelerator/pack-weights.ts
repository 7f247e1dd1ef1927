import { at, CompilerBug, present } from "../../ir/index.ts";
import type { MemoryLayout } from "./memory-layout.ts";
import { scaleBeats } from "./packing.ts";
import type { ChannelConstant, MatrixPlan, Plan } from "./shape.ts";

/** An int8 matrix [rows, columns], row-major, with one f32 scale per row. */
export interface PackedMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly weights: Int8Array;
  readonly scales: Float32Array;
}
/** One layer. */
export interface LayerParameters {
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
}
/** All that is packed: a quantized model as `frontend` makes it has this form. */
export interface ModelParameters {
  /** [vocab, hidden] */
  readonly embed: Float32Array;
  readonly layers: readonly LayerParameters[];
  readonly finalNorm: Float32Array;
  readonly head: PackedMatrix;
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

/** One output channel after the other as the tiles take them; undefined pads. */
interface Channel {
  readonly matrix: PackedMatrix;
  readonly row: number;
}
type Channels = readonly (Channel | undefined)[];

function channelsOf(matrix: PackedMatrix, pn: number): Channels {
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
function matricesOf(
  plan: Plan,
  layer: LayerParameters,
): readonly {
  readonly plan: MatrixPlan;
  readonly channels: Channels;
  /** What is written between the beats of its scales. */
  readonly follows: "own" | "ffn" | "next" | "nothing";
}[] {
  const { pn } = plan;
  return [
    { plan: plan.qkv, channels: channelsOf(layer.qkv, pn), follows: "own" },
    { plan: plan.wo, channels: channelsOf(layer.wo, pn), follows: "ffn" },
    {
      plan: plan.gateUp,
      channels: alternate(channelsOf(layer.wGate, pn), channelsOf(layer.wUp, pn), pn),
      follows: "nothing",
    },
    { plan: plan.down, channels: channelsOf(layer.wDown, pn), follows: "next" },
  ];
}

function packMatrices(plan: Plan, layout: MemoryLayout, model: ModelParameters, image: Uint8Array): void {
  const bytes = new Int8Array(image.buffer, image.byteOffset, image.length);
  let next = layout.regions.weights.base;
  for (const layer of model.layers)
    for (const matrix of matricesOf(plan, layer)) next = packChannels(plan, matrix, bytes, next);
  packChannels(plan, { plan: plan.head, channels: channelsOf(model.head, plan.pn) }, bytes, next);
}

/** Tile by tile, beat by beat: pn channels of pk weights. Returns the address behind them. */
function packChannels(
  plan: Plan,
  matrix: { readonly plan: MatrixPlan; readonly channels: Channels },
  bytes: Int8Array,
  base: number,
): number {
  const {
    plan: { tiles, beats, columns },
    channels,
  } = matrix;
  const { pn, pk, beatBytes } = plan;
  for (let tile = 0; tile < tiles; tile++) {
    for (let n = 0; n < pn; n++) {
      const channel = channels[tile * pn + n];
      if (channel === undefined) continue;
      const to = base + tile * beats * beatBytes + n * pk;
      packRow(channel, bytes, { to, columns, pk, beatBytes });
    }
  }
  return base + tiles * beats * beatBytes;
}

/** One channel: pk weights at `to`, the next pk a beat further on. */
function packRow(
  { matrix: { weights }, row }: Channel,
  bytes: Int8Array,
  { to, columns, pk, beatBytes }: Readonly<Record<"to" | "columns" | "pk" | "beatBytes", number>>,
): void {
  const from = row * columns;
  for (let start = 0, place = to; start < columns; start += pk, place += beatBytes) {
    const count = Math.min(pk, columns - start);
    for (let k = 0; k < count; k++) bytes[place + k] = weights[from + start + k] ?? 0;
  }
}

/** f32 words beat by beat; several lists of one length take turns, a beat of each. */
class ConstantWriter {
  readonly #view: DataView;
  readonly #plan: Plan;
  #next: number;

  constructor(plan: Plan, view: DataView, base: number) {
    this.#view = view;
    this.#plan = plan;
    this.#next = base;
  }

  write(beats: number, ...lists: readonly ArrayLike<number>[]): void {
    const { beatWords, beatBytes } = this.#plan;
    lists.forEach((values, turn) => {
      for (let index = 0; index < values.length; index++) {
        const beat = Math.floor(index / beatWords) * lists.length + turn;
        const place = this.#next + beat * beatBytes + (index % beatWords) * 4;
        this.#view.setFloat32(place, at(values, index), true);
      }
    });
    this.#next += beats * lists.length * beatBytes;
  }
}

function packConstants(plan: Plan, layout: MemoryLayout, model: ModelParameters, image: Uint8Array): void {
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  const writer = new ConstantWriter(plan, view, layout.regions.constants.base);
  const first = at(model.layers, 0);
  writer.write(Math.ceil(first.attnNorm.length / plan.beatWords), first.attnNorm);
  model.layers.forEach((layer, index) => {
    const behind = {
      own: plan.channelConstants.map((kind) => channelConstants(plan, layer, kind)),
      ffn: [layer.ffnNorm],
      next: [model.layers[index + 1]?.attnNorm ?? model.finalNorm],
      nothing: [],
    };
    for (const { plan: matrix, channels, follows } of matricesOf(plan, layer))
      writer.write(scaleBeats(plan, matrix), scalesOf(channels), ...behind[follows]);
  });
  writer.write(scaleBeats(plan, plan.head), scalesOf(channelsOf(model.head, plan.pn)));
}

function scalesOf(channels: Channels): readonly number[] {
  return channels.map((channel) => (channel === undefined ? 0 : at(channel.matrix.scales, channel.row)));
}

/** A constant for each channel of queries, keys and values. */
function channelConstants(
  { model: { heads, kvHeads } }: Plan,
  { qkvBias, qNorm, kNorm }: LayerParameters,
  kind: ChannelConstant,
): readonly number[] {
  if (kind === "biases") return [...present(qkvBias, "the biases of a layer")];
  const [queries, keys] = [present(qNorm, "gains of queries"), present(kNorm, "gains of keys")];
  const repeated = (gains: Float32Array, count: number): readonly number[] =>
    Array.from({ length: count }, () => [...gains]).flat();
  const values = keys.map(() => 1);
  return [...repeated(queries, heads), ...repeated(keys, kvHeads), ...repeated(values, kvHeads)];
}
