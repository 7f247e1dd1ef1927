import { i16, type LoopBuilder, type ScheduleBuilder, type Value, vectorType } from "../../../ir/index.ts";
import { all, givenPort, isBelow, isFirst, LaneShifter, nest, not } from "../nest.ts";
import {
  beatHalves,
  channelBeats,
  channelHalves,
  constantParts,
  headerBeats,
  outlierSlots,
  scaleParts,
} from "../packing.ts";
import type { Plan } from "../shape.ts";
import type { Wires } from "../wires.ts";
import { isBeforeOutliers, outlierWriter } from "./outliers.ts";

/**
 * Splits the constants of a matrix into its output scales and, beat by beat in between, the gains of the norm that follows;
 * with a gain count of 0, what stands in between are constants of the matrix's channels. A header before them says what is known
 * of the vector that the phase makes, where anything is.
 */
export function splitConstantsKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const lanes = beatHalves(plan);
  const [header, scaleCount] = [headerBeats(plan), scaleParts(plan)];
  const slots = outlierSlots(plan);
  const most = mostOf(plan);
  s.kernel({
    name: "split_constants",
    command: w.splitConstants,
    fields: [
      ...(["beats", "parts", "onlyGains", "scaleCount", "gainCount"] as const),
      ...(header > 0 ? (["made"] as const) : []),
      ...(slots > 0 ? (["firstOutlier"] as const) : []),
    ],
    connections: {
      data: w.constantBeats,
      gains: w.gains,
      scales: scaleCount === 0 ? undefined : w.scales,
      ...Object.fromEntries(w.adjust?.constants ?? []),
      ...w.outliers?.constants,
    },
    body: ({ b, port, field }) => {
      const shifter = new LaneShifter(b, "half", lanes, i16);
      const firstOutlier = givenPort(field, "firstOutlier");
      const writeOutliers = outlierWriter(b, slots, port, field);
      const bounds = {
        beat: { to: field.beats, max: most.beats + header },
        part: { to: field.parts, max: most.parts },
        lane: lanes,
      } as const;
      nest(b, bounds, ({ beat, part, lane }) => {
        const half = shifter.next(b, isFirst(b, lane), () =>
          b.lanes(b.vectorCast(b.read(port.data), vectorType(lanes, i16))),
        );
        const element = b.addi(b.muli(beat, b.index(lanes)), lane);
        const body = bodyOf(b, element, header * lanes);
        const isGain = b.ori(field.onlyGains, b.equals(part, scaleCount));
        const isOther = isBeforeOutliers(b, part, firstOutlier);
        b.when(body.all(isGain, isBelow(b, body.element, field.gainCount), ...isOther), () => {
          b.write(port.gains, half);
        });
        if (port.scales !== undefined) writeScale(b, port.scales, { ...field, part, body, half });
        channelHalves(plan).forEach((name, index) => {
          const target = givenPort(port, name);
          const isOwn = b.equals(part, scaleCount + index);
          const isWanted = all(b, isOwn, b.cmpi("eq", field.gainCount, b.int(0)));
          if (target === undefined) return;
          b.when(body.all(isWanted, isBelow(b, body.element, field.scaleCount), ...isOther), () => {
            b.write(target, half);
          });
        });
        writeOutliers({ element, body: body.element, part, half });
      });
    },
  });
}

/** Beats of scales of a matrix and parts of a phase, at most. */
function mostOf(plan: Plan): Readonly<Record<"beats" | "parts", number>> {
  const { qkv, wo, gateUp, down, head } = plan;
  return {
    beats: Math.max(...[qkv, wo, gateUp, down, head].map((matrix) => channelBeats(plan, matrix))),
    parts: Math.max(2, ...Object.values(constantParts(plan)).map(({ all: parts }) => parts)),
  };
}

/** An output scale: in the first part of what is not gains alone. */
function writeScale(
  b: LoopBuilder,
  scales: Value,
  {
    part,
    body,
    half,
    onlyGains,
    scaleCount,
  }: Readonly<Record<"part" | "half" | "onlyGains" | "scaleCount", Value>> & {
    readonly body: ReturnType<typeof bodyOf>;
  },
): void {
  const isScale = b.equals(part, 0);
  b.when(body.all(isScale, not(b, onlyGains), isBelow(b, body.element, scaleCount)), () => {
    b.write(scales, half);
  });
}

/** What comes behind `halves` halves of a header: the number of the element, and a conjunction with being there. */
function bodyOf(
  b: LoopBuilder,
  element: Value,
  halves: number,
): { readonly element: Value; readonly all: (first: Value, ...others: readonly Value[]) => Value } {
  if (halves === 0) return { element, all: (first, ...others) => all(b, first, ...others) };
  const isBody = not(b, isBelow(b, element, halves));
  return {
    element: b.addi(element, b.index(-halves)),
    all: (first, ...others) => all(b, isBody, first, ...others),
  };
}
