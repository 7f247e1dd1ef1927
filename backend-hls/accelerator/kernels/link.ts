import {
  at,
  bundleType,
  i1,
  i32,
  intType,
  type LoopBuilder,
  type ScheduleBuilder,
  streamType,
  type Type,
  type Value,
  vectorType,
} from "../../../ir/index.ts";
import { isLast, nest, not, signedTo } from "../nest.ts";
import { type Plan, partsOf } from "../shape.ts";
import type { Wires } from "../wires.ts";

/** The outside streams over which the accelerators of a model meet: AXI4-Stream ports. */
export const LINK_PORTS = { out: "m_axis_link", in: "s_axis_link" } as const;

/** What lies between the kernels of one accelerator and the link to the others. */
export interface LinkWires {
  /** A word for the others, and what became of all words for it. */
  readonly out: Value;
  readonly in: Value;
  readonly sendCommand: Value;
  readonly receiveCommand: Value;
  /** Largest magnitudes of rows, as bits of f32: of the own part of a vector, and of the whole. */
  readonly ownLargest: Value;
  readonly commonLargest: Value;
  /** Sums over the own input channels, and over all. */
  readonly partials: Value;
  readonly totals: Value;
}

/** Words of a step's rows that can be on their way back before somebody takes them: what fits a LUT RAM. */
const TOTALS = 64;

/** 32-bit words that cross the link at once: a tile's sums of the rows in parallel. */
function linkLanes({ pt, pn }: Pick<Plan, "pt" | "pn">): number {
  return pt * pn;
}

/** Connections of an accelerator to the others, where the model is shared. */
export function linkConnections(plan: Plan): readonly { readonly name: string; readonly type: Type }[] {
  if (partsOf(plan.model) === 1) return [];
  const words = vectorType(linkLanes(plan), i32);
  return [
    { name: LINK_PORTS.out, type: streamType(bundleType([words, i1, i1])) },
    { name: LINK_PORTS.in, type: streamType(words) },
  ];
}

/** Declares what lies between kernels and link; nothing where an accelerator has the whole model. */
export function makeLinkWires(
  s: ScheduleBuilder,
  plan: Plan,
  outside: (index: number) => Value,
): LinkWires | undefined {
  if (partsOf(plan.model) === 1) return undefined;
  const sums = vectorType(linkLanes(plan), intType(plan.sumBits));
  return {
    out: outside(0),
    in: outside(1),
    sendCommand: s.commands("send_cmd", [i32, i1], 4),
    receiveCommand: s.commands("receive_cmd", [i32, i1], 4),
    ownLargest: s.stream("own_largest", i32, 4),
    commonLargest: s.stream("common_largest", i32, plan.rows + 2),
    partials: s.stream("partials", sums, 4),
    totals: s.stream("totals", sums, TOTALS),
  };
}

/** Words that an accelerator gives the others, in the order in which everybody does. */
export function linkKernels(s: ScheduleBuilder, plan: Plan, { link }: Wires): void {
  if (link === undefined) return;
  sendKernel(s, plan, link);
  receiveKernel(s, plan, link);
}

/** Words of one exchange, at most: sums of all tiles of `wo` or `down` and groups of rows, or maxima of all rows. */
function mostWords({ wo, rows, pt }: Plan): number {
  return Math.max(rows, wo.tiles * (rows / pt));
}

/** Maxima go in lane 0. A word says what is to be done with it, and whether it is the last of an exchange. */
function sendKernel(s: ScheduleBuilder, plan: Plan, link: LinkWires): void {
  const lanes = linkLanes(plan);
  s.kernel({
    name: "send",
    command: link.sendCommand,
    fields: ["count", "isMaximum"],
    connections: { largest: link.ownLargest, partials: link.partials, out: link.out },
    body: ({ b, port, field }) => {
      const bound = { to: field.count, max: mostWords(plan) };
      nest(b, { word: bound }, ({ word }) => {
        const words = b.choose(
          field.isMaximum,
          Array.from({ length: lanes }, () => i32),
          () => [b.read(port.largest), ...Array.from({ length: lanes - 1 }, () => b.int(0))],
          () => b.lanes(b.read(port.partials)).map((sum) => signedTo(b, sum, 32)),
        );
        b.write(port.out, b.vector(words, i32), field.isMaximum, isLast(b, word, bound));
      });
    },
  });
}

/** Hands out what comes back. */
function receiveKernel(s: ScheduleBuilder, plan: Plan, link: LinkWires): void {
  const type = intType(plan.sumBits);
  s.kernel({
    name: "receive",
    command: link.receiveCommand,
    fields: ["count", "isMaximum"],
    connections: { in: link.in, largest: link.commonLargest, totals: link.totals },
    body: ({ b, port, field }) => {
      nest(b, { word: { to: field.count, max: mostWords(plan) } }, () => {
        const words = b.lanes(b.read(port.in));
        b.when(field.isMaximum, () => {
          b.write(port.largest, at(words, 0));
        });
        b.when(not(b, field.isMaximum), () => {
          const sums = words.map((word) => signedTo(b, word, plan.sumBits));
          b.write(port.totals, b.vector(sums, type));
        });
      });
    },
  });
}

/** Sums go to who scales them; those that are a part of the whole, to who asks the other accelerators for the rest. */
export function writeSums(
  b: LoopBuilder,
  { sums, partials }: Readonly<Record<"sums", Value>> & { readonly partials: Value | undefined },
  isPartial: Value | undefined,
  value: Value,
): void {
  if (isPartial === undefined || partials === undefined) {
    b.write(sums, value);
    return;
  }
  b.when(isPartial, () => {
    b.write(partials, value);
  });
  b.when(not(b, isPartial), () => {
    b.write(sums, value);
  });
}

/** The sums of a tile: what goes to the residual is spread over the accelerators, where there are several. */
export function wholeSums(
  b: LoopBuilder,
  { sums, totals }: Readonly<Record<"sums", Value>> & { readonly totals: Value | undefined },
  { isSpread, lanes, bits }: { readonly isSpread: Value; readonly lanes: number; readonly bits: number },
): readonly Value[] {
  if (totals === undefined) return b.lanes(b.read(sums));
  return b.choose(
    isSpread,
    Array.from({ length: lanes }, () => intType(bits)),
    () => b.lanes(b.read(totals)),
    () => b.lanes(b.read(sums)),
  );
}
