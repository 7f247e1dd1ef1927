import { at, bf16ToF32, CompilerBug, f32ToBf16, present } from "../../ir/index.ts";
import { type Channels, channelsOf, matricesOf } from "./channels.ts";
import type { MemoryLayout } from "./memory-layout.ts";
import { outlierColumns, outlierWeights } from "./pack-outliers.ts";
import type { LayerParameters, ModelParameters, VectorParameters } from "./pack-weights.ts";
import { beatHalves, channelBeats, constantParts, gainBeats, headerBeats } from "./packing.ts";
import type { ChannelConstant, Plan } from "./shape.ts";

/** Halves of words, beat by beat; several lists of one length take turns, a beat of each. */
class ConstantWriter {
  readonly #view: DataView;
  readonly #plan: Plan;
  #next: number;

  constructor(plan: Plan, view: DataView, base: number) {
    this.#view = view;
    this.#plan = plan;
    this.#next = base;
  }

  write(beats: number, ...lists: readonly Uint16Array[]): void {
    const { beatBytes } = this.#plan;
    const width = beatHalves(this.#plan);
    lists.forEach((halves, turn) => {
      halves.forEach((half, index) => {
        const beat = Math.floor(index / width) * lists.length + turn;
        this.#view.setUint16(this.#next + beat * beatBytes + (index % width) * 2, half, true);
      });
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
    const padding = Array.from({ length: parts[phase].all - 1 }, () => new Uint16Array());
    if (header > 0) writer.write(header, outlierColumns(plan, made?.outliers ?? []), ...padding);
  };
  writeHeader("start", first.inputs?.qkv);
  writer.write(gainBeats(plan), bf16Words(first.attnNorm));
  model.layers.forEach((layer, index) => {
    const behind = {
      own: plan.channelConstants.flatMap((kind) => bothHalves(channelConstants(plan, layer, kind))),
      ffn: [bf16Words(layer.ffnNorm)],
      next: [bf16Words(model.layers[index + 1]?.attnNorm ?? model.finalNorm)],
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
      const outliers = outlierWeights(plan, name, channels);
      writer.write(channelBeats(plan, matrix), ...scalesOf(channels), ...behind[follows], ...outliers);
    }
  });
  writeHeader("head", undefined);
  const head = channelsOf(model.head, plan.pn);
  writer.write(channelBeats(plan, plan.head), ...scalesOf(head), ...outlierWeights(plan, "head", head));
}

/** One list of scales, 0 for what pads; none where the matrix has none. */
function scalesOf(channels: Channels): readonly Uint16Array[] {
  if (channels.some((channel) => channel?.matrix.kind === "bf16")) return [];
  const scales = channels.map((channel) =>
    channel === undefined || channel.matrix.kind === "bf16" ? 0 : at(channel.matrix.scales, channel.row),
  );
  return [bf16Words(scales)];
}

/** Scales and gains, which are numbers of bfloat16 wherever they come from: nothing is rounded here. */
function bf16Words(values: ArrayLike<number>): Uint16Array {
  return Uint16Array.from(values, (value) => {
    const word = f32ToBf16(value);
    if (bf16ToF32(word) !== value) throw new CompilerBug(`the scale or gain ${String(value)} is no bfloat16`);
    return word;
  });
}

/** Of float32 words all lower halves, all upper ones. */
function bothHalves(values: readonly number[]): readonly Uint16Array[] {
  const words = new Uint32Array(Float32Array.from(values).buffer);
  return [0, 16].map((shift) => Uint16Array.from(words, (word) => word >>> shift)); // which keeps the low 16 bits
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
