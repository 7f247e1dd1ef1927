import { at, present } from "../../ir/index.ts";
import { type Channels, channelsOf, matricesOf } from "./channels.ts";
import type { MemoryLayout } from "./memory-layout.ts";
import { outlierColumns, outlierWeights } from "./pack-outliers.ts";
import type { LayerParameters, ModelParameters, VectorParameters } from "./pack-weights.ts";
import { constantParts, headerBeats, STATIC_WORDS, scaleBeats } from "./packing.ts";
import { hasStaticScales } from "./precision.ts";
import type { ChannelConstant, Plan } from "./shape.ts";

/** f32 words, or 32 bits of a `Uint32Array`, beat by beat; several lists of one length take turns, a beat of each. */
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
        if (values instanceof Uint32Array) this.#view.setUint32(place, at(values, index), true);
        else this.#view.setFloat32(place, at(values, index), true);
      }
    });
    this.#next += beats * lists.length * beatBytes;
  }
}

/** Writes gains, scales and what else belongs to matrices and vectors (docs/memory-layout.md). */
export function packConstants(
  plan: Plan,
  layout: MemoryLayout,
  model: ModelParameters,
  image: Uint8Array,
): void {
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  const writer = new ConstantWriter(plan, view, layout.regions.constants.base);
  const first = at(model.layers, 0);
  const [header, parts] = [headerBeats(plan), constantParts(plan)];
  const writeHeader = (phase: keyof typeof parts, made: VectorParameters | undefined): void => {
    const padding = Array.from({ length: parts[phase].all - 1 }, () => []);
    if (header > 0) writer.write(header, headerWords(plan, made), ...padding);
  };
  writeHeader("start", first.inputs?.qkv);
  writer.write(Math.ceil(first.attnNorm.length / plan.beatWords), first.attnNorm);
  model.layers.forEach((layer, index) => {
    const behind = {
      own: plan.channelConstants.map((kind) => channelConstants(plan, layer, kind)),
      ffn: [layer.ffnNorm],
      next: [model.layers[index + 1]?.attnNorm ?? model.finalNorm],
      nothing: [],
    };
    const made = {
      qkv: layer.inputs?.wo,
      wo: layer.inputs?.gateUp,
      gateUp: layer.inputs?.down,
      down: index + 1 < model.layers.length ? model.layers[index + 1]?.inputs?.qkv : model.headInput,
      head: undefined,
    };
    for (const { name, plan: matrix, channels, follows } of matricesOf(plan, layer)) {
      writeHeader(name, made[name]);
      const pairs = outlierWeights(plan, name, channels);
      writer.write(scaleBeats(plan, matrix), ...scalesOf(channels), ...behind[follows], ...pairs);
    }
  });
  writeHeader("head", undefined);
  const head = channelsOf(model.head, plan.pn);
  writer.write(scaleBeats(plan, plan.head), ...scalesOf(head), ...outlierWeights(plan, "head", head));
}

/** What the phase that makes a vector has to know of it; nothing behind the last. */
function headerWords(plan: Plan, made: VectorParameters | undefined): ArrayLike<number> {
  const { precision } = plan;
  if (precision.outliers !== undefined) return outlierColumns(plan, made?.outliers ?? []);
  if (!hasStaticScales(precision) || made === undefined) return [];
  const scale = present(made.scale, "the scale of static activations");
  const words = { inverse: Math.fround(1 / scale), scale };
  return STATIC_WORDS.map((word) => words[word]);
}

/** One list of scales, 0 for what pads; none where the matrix has none. */
function scalesOf(channels: Channels): readonly (readonly number[])[] {
  if (channels.some((channel) => channel?.matrix.kind === "bf16")) return [];
  return [
    channels.map((channel) =>
      channel === undefined || channel.matrix.kind === "bf16" ? 0 : at(channel.matrix.scales, channel.row),
    ),
  ];
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
