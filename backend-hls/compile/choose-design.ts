import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import {
  type ArrayShape,
  arrayMultipliers,
  groupOf,
  type HardwarePrecision,
  type ModelShape,
  mostInputs,
  PLAIN_INT8,
  planAccelerator,
  weightBeats,
  weightBits,
} from "../accelerator/index.ts";
import type { Device } from "../device/index.ts";
import { multiplierOf } from "../library/operator-library.ts";
import { deviceTooSmall, modelUnsupported, portUnsupported } from "./diagnostics.ts";

/** What of the design is asked for; the rest is chosen. */
export interface DesignWishes {
  /** Rows of a step, at most; 1 where nobody asks. */
  readonly rows?: number | undefined;
}

/** Multiply-accumulates per cycle of a design, by what they are for. */
export interface ArrayMacs {
  readonly linear: number;
  readonly attention: number;
  readonly other: number;
}

/** Output channels in parallel that are tried. */
const CHANNELS = { int8: [1, 2, 4], int4: [1, 2, 4], bf16: [1, 2, 4, 8, 16] } as const;

/** int8 weights of the narrowest and the widest beat. */
const BEAT_BYTES = { least: 8, most: 128 } as const;

/**
 * The array for a model on a device: one beat of the memory port per cycle, split between output and input channels so that
 * the fewest beats are padding (the first of equals has the fewest output channels). A search over more than that goes here.
 */
export function chooseDesign(
  model: ModelShape,
  device: Device,
  wishes: DesignWishes = {},
): Result<ArrayShape> {
  const where = builtSpan(device.name);
  const problem = modelProblem(model);
  if (problem !== undefined) return fail(modelUnsupported(where, { problem }));
  const beatBytes = device.axi.data_bits / 8;
  if (beatBytes < BEAT_BYTES.least || beatBytes > BEAT_BYTES.most)
    return fail(portUnsupported(where, { device: device.name, bits: device.axi.data_bits }));
  const shapes = splitsOf(model.precision ?? PLAIN_INT8, beatBytes).map(
    (split): ArrayShape => ({ ...split, rows: wishes.rows ?? 1 }),
  );
  const shape = shapes.reduce((best, next) => (beatsOf(model, next) < beatsOf(model, best) ? next : best));
  const { linear, attention } = arrayMacs(model, shape);
  const multipliers = arrayMultipliers(shape, model.precision, multiplierOf(device.family));
  const limits = [
    { what: "int8 multipliers for linear layers", needed: linear, most: device.array?.int8_macs ?? linear },
    { what: "DSP blocks", needed: multipliers + attention, most: device.resources.dsp },
  ];
  const short = limits.filter(({ needed, most }) => needed > most);
  return short.length === 0
    ? ok(shape)
    : fail(...short.map((limit) => deviceTooSmall(where, { device: device.name, ...limit })));
}

/** Multiply-accumulates per cycle: the array, and the dot product and the weighted sum of the heads in parallel. */
export function arrayMacs({ headDim }: ModelShape, { pn, pk, pt = 1, ph = 1 }: ArrayShape): ArrayMacs {
  return { linear: pn * pk * pt, attention: 2 * headDim * ph, other: 0 };
}

/** How a beat can be split between output and input channels. */
function splitsOf(precision: HardwarePrecision, beatBytes: number): readonly Pick<ArrayShape, "pn" | "pk">[] {
  const weights = (8 * beatBytes) / weightBits(precision);
  const group = groupOf(precision) ?? weights;
  return CHANNELS[precision.weights.kind]
    .map((pn) => ({ pn, pk: weights / pn }))
    .filter(
      ({ pn, pk }) => pk >= 4 && pk <= mostInputs(precision) && 4 * pn <= beatBytes && group % pk === 0,
    );
}

function beatsOf(model: ModelShape, shape: ArrayShape): number {
  const { layers, head } = weightBeats(planAccelerator(model, shape));
  return layers + head;
}

function modelProblem({ hidden, heads, kvHeads, headDim }: ModelShape): string | undefined {
  if (hidden < 8) return `its hidden size is ${hidden}`;
  if (heads % kvHeads !== 0) return `${heads} query heads share ${kvHeads} key/value heads`;
  return headDim % 2 === 0 ? undefined : `its heads have ${headDim} channels`;
}
