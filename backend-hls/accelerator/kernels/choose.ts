import {
  bundleType,
  i8,
  i32,
  type LoopBuilder,
  type ScheduleBuilder,
  type Value,
  vectorType,
} from "../../../ir/index.ts";
import { all, isBelow, isLast, nest, position, register } from "../nest.ts";
import type { Plan } from "../shape.ts";
import type { Wires } from "../wires.ts";

/** The logits of the rows that emit, element by element, and the commands that go with them. */
export interface LogitSource {
  readonly y: Value;
  /** Rows, and how many of them emit. */
  readonly command: Value;
}

/** Below the key of every logit: what the lanes behind the vocabulary get. */
export const NO_LOGIT = -(2 ** 31);

/** The key by which a logit is ranked. */
export function keyOf(
  b: LoopBuilder,
  { head }: Plan,
  { y, index }: Readonly<Record<"y" | "index", Value>>,
): Value {
  return b.select(isBelow(b, index, head.rows), orderedKey(b, y), b.int(NO_LOGIT));
}

/** The greedy token of each row, as one beat {token i32, logit f32}. */
export function greedyKernels(s: ScheduleBuilder, plan: Plan, w: Wires, source: LogitSource): void {
  const choices = s.stream("lane_choices", bundleType([i32, i32, i32]), 4);
  argmaxKernel(s, plan, w, { ...source, choices });
  chooseTokenKernel(s, plan, w, choices);
}

/** Per row and lane the first of the largest logits; the lanes' choices go on behind the last tile. */
function argmaxKernel(
  s: ScheduleBuilder,
  plan: Plan,
  w: Wires,
  { y: logitStream, command, choices }: LogitSource & { readonly choices: Value },
): void {
  const { pn, head } = plan;
  s.kernel({
    name: "argmax",
    command,
    fields: ["rows", "emitted"],
    done: w.argmaxDone,
    connections: { y: logitStream, out: choices },
    body: ({ b, port, field }) => {
      const [keys, tokens, logits] = ["keys", "tokens", "logits"].map((name) =>
        b.array(name, [plan.rows, pn], i32, { storage: "lut" }),
      );
      if (keys === undefined || tokens === undefined || logits === undefined) return;
      nest(
        b,
        { tile: head.tiles, row: { to: field.rows, max: plan.rows }, lane: pn },
        ({ tile, row, lane }) => {
          const y = b.read(port.y);
          const index = position(b, tile, pn, lane);
          const key = keyOf(b, plan, { y, index });
          const before = b.load(keys, row, lane);
          const isBetter = b.ori(b.equals(tile, 0), b.cmpi("sgt", key, before));
          const best = [
            b.select(isBetter, key, before),
            b.select(isBetter, b.indexCast(index, i32), b.load(tokens, row, lane)),
            b.select(isBetter, b.bitcast(y, i32), b.load(logits, row, lane)),
          ];
          [keys, tokens, logits].forEach((cells, part) => {
            const value = best[part];
            if (value !== undefined) b.store(value, cells, row, lane);
          });
          b.when(all(b, isLast(b, tile, head.tiles), isBelow(b, row, field.emitted)), () => {
            b.write(port.out, ...best);
          });
        },
      );
    },
  });
}

/** Greedy choice: per row the lowest index of the largest logit of all lanes, as one beat {token i32, logit f32}. */
function chooseTokenKernel(s: ScheduleBuilder, plan: Plan, w: Wires, choices: Value): void {
  const { pn, beatWords, beatBytes } = plan;
  s.kernel({
    name: "choose_token",
    command: w.chooseTokenCommand,
    fields: ["rows"],
    connections: { choices, out: w.outputBeats },
    body: ({ b, port, field }) => {
      const cells = ["key", "token", "logit"].map((name) => register(b, name, i32));
      nest(b, { row: { to: field.rows, max: plan.rows }, lane: pn }, ({ lane }) => {
        const fresh = b.readFields(port.choices);
        const held = cells.map((cell) => b.load(cell));
        const [[key, token], [heldKey, heldToken]] = [fresh, held];
        if (key === undefined || token === undefined || heldKey === undefined || heldToken === undefined)
          return;
        const isEarlier = all(b, b.cmpi("eq", key, heldKey), b.cmpi("slt", token, heldToken));
        const isBetter = b.ori(b.equals(lane, 0), b.ori(b.cmpi("sgt", key, heldKey), isEarlier));
        const best = fresh.map((value, part) => b.select(isBetter, value, held[part] ?? value));
        best.forEach((value, part) => {
          const cell = cells[part];
          if (cell !== undefined) b.store(value, cell);
        });
        b.when(isLast(b, lane, pn), () => {
          const words = b.vector(
            [...best.slice(1), ...Array.from({ length: beatWords - 2 }, () => b.int(0))],
            i32,
          );
          b.write(port.out, b.vectorCast(words, vectorType(beatBytes, i8)));
        });
      });
    },
  });
}

/** An integer above -2^31 that orders as the float does: zeros are one, NaN is below everything. */
export function orderedKey(b: LoopBuilder, value: Value): Value {
  const bits = b.bitcast(value, i32);
  const isZero = b.cmpf("oeq", value, b.float(0));
  const isNumber = b.cmpf("oeq", value, value);
  const ordered = b.select(b.cmpi("slt", bits, b.int(0)), b.xori(bits, b.int(0x7fffffff)), bits);
  return b.select(isNumber, b.select(isZero, b.int(0), ordered), b.int(NO_LOGIT + 1));
}
