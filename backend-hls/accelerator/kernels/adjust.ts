import { affineSum, at, f32, i16, type ScheduleBuilder, type Value } from "../../../ir/index.ts";
import {
  all,
  givenPort,
  holdLane,
  isBelow,
  isFirst,
  isLast,
  joinHalves,
  nest,
  position,
  register,
} from "../nest.ts";
import { channelHalves, constantDepth } from "../packing.ts";
import type { ChannelConstant, Plan } from "../shape.ts";
import type { Wires } from "../wires.ts";
import { headUnits } from "./head-units.ts";
import { PARTS, treeSum } from "./statistics.ts";

/** What queries, keys and values pass between the array and the heads; `channels` is `toQkv` where they pass nothing. */
export interface AdjustWires {
  readonly channels: Value;
  /** Of biased or normalized heads: the command {rows}, and the halves of constants by their names. */
  readonly adjust: { readonly command: Value; readonly constants: ReadonlyMap<string, Value> } | undefined;
  readonly norm: NormWires | undefined;
}

/** How the RMS factors of normalized heads are made. */
interface NormWires {
  /** The command {rows}. */
  readonly command: Value;
  /** [row, channel]: queries and keys as they were before their gains. */
  readonly source: Value;
  readonly stored: Value;
  /** The factor of each head, in the order of units; those of values are not used. */
  readonly factors: Value;
}

/** Declares what lies between the array and the heads. */
export function makeAdjustWires(s: ScheduleBuilder, plan: Plan, toQkv: Value): AdjustWires {
  const { channelConstants: kinds, rows, qkv, pn } = plan;
  if (kinds.length === 0) return { channels: toQkv, adjust: undefined, norm: undefined };
  const constants = channelHalves(plan).map(
    (half) => [half, s.stream(half, i16, constantDepth(plan))] as const,
  );
  return {
    channels: s.stream("adjusted", f32, 4),
    adjust: { command: s.commands("adjust_cmd", [i16], 2), constants: new Map(constants) },
    norm: kinds.includes("head_gains")
      ? {
          command: s.commands("head_factors_cmd", [i16], 2),
          source: s.buffer("before_gains", [rows, qkv.tiles * pn], f32),
          stored: s.tokens("before_gains_stored"),
          factors: s.stream("head_factors", f32, 4),
        }
      : undefined,
  };
}

/** The kernels of biases and of normalized heads, where the model has them. */
export function adjustKernels(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  if (w.adjust !== undefined) adjustKernel(s, plan, w, w.adjust);
  if (w.norm !== undefined) headFactorsKernel(s, plan, w.norm);
}

/** A channel's bias is added and its gain multiplied, element by element in the order of the array. */
function adjustKernel(
  s: ScheduleBuilder,
  plan: Plan,
  w: Wires,
  { command, constants }: NonNullable<AdjustWires["adjust"]>,
): void {
  const { pn, rows } = plan;
  const { norm } = w;
  s.kernel({
    name: "adjust",
    command,
    fields: ["rows"],
    connections: {
      y: w.toQkv,
      out: w.channels,
      ...Object.fromEntries(constants),
      source: norm?.source,
      stored: norm?.stored,
    },
    body: ({ b, port, field }) => {
      const held = (kind: ChannelConstant): ((row: Value, lane: Value) => Value) | undefined => {
        const [low, high] = [givenPort(port, `${kind}_low`), givenPort(port, `${kind}_high`)];
        if (low === undefined || high === undefined) return undefined;
        const cells = b.array(`${kind}_of_lane`, [pn], f32, { storage: "lut" });
        return (row, lane) =>
          holdLane(b, { cells, lane, isNew: b.equals(row, 0) }, () =>
            joinHalves(b, b.read(low), b.read(high)),
          );
      };
      const [bias, gain, beforeGains] = [held("biases"), held("head_gains"), port.source];
      const units = headUnits(plan);
      const bounds = { unit: units.count, tile: units.tiles, row: { to: field.rows, max: rows }, lane: pn };
      nest(b, bounds, ({ unit, tile, row, lane }) => {
        const y = b.read(port.y);
        const biased = bias === undefined ? y : b.addf(y, bias(row, lane));
        if (beforeGains !== undefined)
          b.store(
            biased,
            beforeGains,
            row,
            affineSum([
              [unit, units.tiles * pn],
              [tile, pn],
              [lane, 1],
            ]),
          );
        b.write(port.out, gain === undefined ? biased : b.mulf(biased, gain(row, lane)));
        const { stored } = port;
        if (stored === undefined) return;
        b.when(all(b, isLast(b, tile, bounds.tile), isLast(b, row, bounds.row), isLast(b, lane, pn)), () => {
          b.write(stored);
        });
      });
    },
  });
}

/** rsqrt(mean square + eps) of each head: eight partial sums that take turns, then their tree. */
function headFactorsKernel(s: ScheduleBuilder, plan: Plan, norm: NormWires): void {
  const { headDim, eps } = plan.model;
  s.kernel({
    name: "head_factors",
    command: norm.command,
    fields: ["rows"],
    connections: { stored: norm.stored, source: norm.source, out: norm.factors },
    body: ({ b, port, field }) => {
      const turns = Array.from({ length: Math.min(PARTS, headDim) }, (_, turn) =>
        register(b, `part${String(turn)}`, f32),
      );
      const { count, heads } = headUnits(plan);
      const bounds = { unit: count, row: { to: field.rows, max: plan.rows }, inUnit: heads, j: headDim };
      nest(b, bounds, ({ unit, row, inUnit, j }) => {
        const head = position(b, unit, heads, inUnit);
        b.when(isFirst(b, row, inUnit, j), () => {
          b.readFields(port.stored);
        });
        const x = b.load(
          port.source,
          row,
          affineSum([
            [head, headDim],
            [j, 1],
          ]),
        );
        const newer = turns.map((turn) => b.load(turn));
        const oldest = at(newer.splice(-1), 0);
        const own = b.addf(b.select(isBelow(b, j, PARTS), b.float(0), oldest), b.mulf(x, x));
        [own, ...newer].forEach((value, turn) => {
          b.store(value, at(turns, turn));
        });
        b.when(isLast(b, j, headDim), () => {
          const none = Array.from({ length: PARTS - turns.length }, () => b.float(0));
          const sum = treeSum(b, [...none, ...newer.toReversed(), own]);
          b.write(port.out, b.rsqrt(b.addf(b.mulf(sum, b.float(1 / headDim)), b.float(eps))));
        });
      });
    },
  });
}
