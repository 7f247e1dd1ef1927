import {
  at,
  f32,
  type IntType,
  i16,
  i32,
  intType,
  type LoopBuilder,
  type ScheduleBuilder,
  type Value,
} from "../../../ir/index.ts";
import { type AttentionWires, weightType } from "../attention-wires.ts";
import { valueSumType } from "../kv-format.ts";
import { type Bound, isLast, LaneShifter, nest, register, signedTo } from "../nest.ts";
import type { Plan } from "../shape.ts";
import { range } from "./key-place.ts";

/** The maximum of no scores, and the largest exponent of no scales. */
const NO_SCORE = -(2 ** 100);
const NO_EXPONENT = -128;

/** An integer that orders as the float does, -0 below +0 and NaN above all; the same function leads back. */
function ordered(b: LoopBuilder, bits: Value): Value {
  return b.select(b.cmpi("slt", bits, b.int(0)), b.xori(bits, b.int(0x7fffffff)), bits);
}

/** Scores, scales of the values and visibility of one key and `ph` heads. */
function takeScores(
  b: LoopBuilder,
  { ph, kvLanes }: Plan,
  stream: Value,
): { readonly scores: readonly Value[]; readonly valueScales: readonly Value[]; readonly isSeen: Value } {
  const fields = b.readFields(stream);
  return {
    scores: fields.slice(0, ph),
    valueScales: fields.slice(ph, ph + kvLanes),
    isSeen: at(fields, ph + kvLanes),
  };
}

/** One array of words for each lane, a word for each turn. */
function laneArrays(
  b: LoopBuilder,
  [name, lanes]: readonly [string, number],
  turns: number,
  type: Parameters<LoopBuilder["array"]>[2],
): readonly Value[] {
  return range(lanes).map((lane) => b.array(`${name}${String(lane)}`, [turns], type, { storage: "lut" }));
}

/** Per row, block and head: the new maximum m', what rescales the old sums, and the exponent E of the values' scales. */
export function blockMaximumKernel(s: ScheduleBuilder, plan: Plan, w: AttentionWires): void {
  const { ph, kvLanes, headTurns } = plan;
  s.kernel({
    name: "block_maximum",
    command: w.blockMaximumCommand,
    fields: ["keys", "isStart", "isEnd"],
    connections: {
      scores: w.scoresForMaximum,
      before: w.maximumState,
      after: w.maximumState,
      maxima: w.maxima,
      rescalings: w.rescalings,
    },
    body: ({ b, port, field }) => {
      const ofBlock = laneArrays(b, ["block_maximum", ph], headTurns, i32);
      const exponents = laneArrays(b, ["exponent", kvLanes], headTurns, i16);
      const keys: Bound = { to: field.keys, max: plan.mostKeys };
      nest(b, { key: keys, turn: headTurns }, ({ key, turn }) => {
        const { scores, valueScales, isSeen } = takeScores(b, plan, port.scores);
        const isNew = b.equals(key, 0);
        const none = ordered(b, b.bitcast(b.float(NO_SCORE), i32));
        const maxima = scores.map((score, lane) => {
          const own = b.select(isSeen, ordered(b, b.bitcast(score, i32)), none);
          const most = b.maxsi(b.select(isNew, none, b.load(at(ofBlock, lane), turn)), own);
          b.store(most, at(ofBlock, lane), turn);
          return most;
        });
        const largest = valueScales.map((scale, lane) => {
          const own = b.select(isSeen, b.trunci(b.exponent(scale), 16), b.int(NO_EXPONENT, 16));
          const before = b.select(isNew, b.int(NO_EXPONENT, 16), b.load(at(exponents, lane), turn));
          const most = b.maxsi(before, own);
          b.store(most, at(exponents, lane), turn);
          return most;
        });
        b.when(isLast(b, key, keys), () => {
          const before = b.choose(
            field.isStart,
            range(ph).map(() => i32),
            () => range(ph).map(() => none),
            () => b.readFields(port.before),
          );
          const after = maxima.map((most, lane) => b.maxsi(at(before, lane), most));
          b.when(b.xori(field.isEnd, b.int(1, 1)), () => {
            b.write(port.after, ...after);
          });
          const [floatsBefore, floatsAfter] = [before, after].map((list) =>
            list.map((value) => b.bitcast(ordered(b, value), f32)),
          );
          b.write(port.maxima, ...(floatsAfter ?? []), ...largest);
          b.write(port.rescalings, ...(floatsBefore ?? []), ...(floatsAfter ?? []));
        });
      });
    },
  });
}

/** alpha = exp(m - m'), head by head. */
export function rescaleKernel(s: ScheduleBuilder, plan: Plan, w: AttentionWires): void {
  const { ph, headTurns } = plan;
  s.kernel({
    name: "rescale",
    command: w.rescaleCommand,
    fields: ["present"],
    connections: { maxima: w.rescalings, alphas: w.alphas },
    body: ({ b, port, field }) => {
      const [befores, afters] = [new LaneShifter(b, "before", ph, f32), new LaneShifter(b, "after", ph, f32)];
      const present: Bound = { to: field.present, max: 1 };
      nest(b, { item: present, turn: headTurns, lane: ph }, ({ lane }) => {
        const isNew = b.equals(lane, 0);
        const fresh = b.choose(
          isNew,
          range(2 * ph).map(() => f32),
          () => b.readFields(port.maxima),
          () => range(2 * ph).map(() => b.float(0)),
        );
        const before = befores.next(b, isNew, () => fresh.slice(0, ph));
        const after = afters.next(b, isNew, () => fresh.slice(ph));
        b.write(port.alphas, b.exp(b.subf(before, after)));
      });
    },
  });
}

/** p = exp(s - m'), its sum in integers, and the weights of the values; a key that is not seen weighs nothing. */
export function probabilitiesKernel(s: ScheduleBuilder, plan: Plan, w: AttentionWires): void {
  const { ph, kvLanes, groupLanes, headTurns } = plan;
  s.kernel({
    name: "probabilities",
    command: w.probabilitiesCommand,
    fields: ["keys"],
    connections: { scores: w.scores, maxima: w.maxima, weights: w.blockWeights, totals: w.blockTotals },
    body: ({ b, port, field }) => {
      const heldMaxima = laneArrays(b, ["maximum", ph], headTurns, f32);
      const heldExponents = laneArrays(b, ["exponent", kvLanes], headTurns, i16);
      const sums = laneArrays(b, ["sum", ph], headTurns, i32);
      const keys: Bound = { to: field.keys, max: plan.mostKeys };
      nest(b, { key: keys, turn: headTurns }, ({ key, turn }) => {
        const isNew = b.equals(key, 0);
        const held = [...heldMaxima, ...heldExponents];
        const block = b.choose(
          isNew,
          [...heldMaxima.map(() => f32), ...heldExponents.map(() => i16)],
          () => {
            const fresh = b.readFields(port.maxima);
            fresh.forEach((value, index) => {
              b.store(value, at(held, index), turn);
            });
            return fresh;
          },
          () => held.map((cells) => b.load(cells, turn)),
        );
        const { scores, valueScales, isSeen } = takeScores(b, plan, port.scores);
        const seen = (value: Value): Value => b.select(isSeen, value, b.constant(0, value.type));
        const parts = scores.map((score, lane) => {
          const kvLane = Math.floor(lane / groupLanes);
          const p = b.exp(b.subf(score, at(block, lane)));
          const shift = b.subi(b.int(14), b.extsi(at(block, ph + kvLane), 32));
          const weight = b.toInt(b.scale2(b.mulf(p, at(valueScales, kvLane)), shift), 32);
          const before = b.select(isNew, b.int(0), b.load(at(sums, lane), turn));
          const sum = b.addi(before, seen(b.toInt(b.scale2(p, b.int(15)), 32)));
          b.store(sum, at(sums, lane), turn);
          return { sum, weight: seen(b.trunci(weight, weightType.width)) };
        });
        b.write(port.weights, ...parts.map(({ weight }) => weight));
        b.when(isLast(b, key, keys), () => {
          b.write(port.totals, ...parts.map(({ sum }) => sum), ...block.slice(ph));
        });
      });
    },
  });
}

/** l = l * alpha + the block's sum of p, and 1 / l, head by head. */
export function normalizeKernel(s: ScheduleBuilder, plan: Plan, w: AttentionWires): void {
  const { ph, kvLanes, groupLanes, headTurns } = plan;
  s.kernel({
    name: "normalize",
    command: w.normalizeCommand,
    fields: ["present", "isStart", "isEnd"],
    connections: {
      alphas: w.alphas,
      sums: w.blockTotals,
      before: w.totalState,
      after: w.totalState,
      out: w.blockFactors,
    },
    body: ({ b, port, field }) => {
      const [sums, exponents] = [new LaneShifter(b, "sum", ph, i32), new LaneShifter(b, "exponent", ph, i16)];
      const present: Bound = { to: field.present, max: 1 };
      nest(b, { item: present, turn: headTurns, lane: ph }, ({ lane }) => {
        const isNew = b.equals(lane, 0);
        const types = [...range(ph).map(() => i32), ...range(kvLanes).map(() => i16)];
        const fresh = b.choose(
          isNew,
          types,
          () => b.readFields(port.sums),
          () => types.map((type) => b.constant(0, type)),
        );
        const sum = sums.next(b, isNew, () => fresh.slice(0, ph));
        const exponent = exponents.next(b, isNew, () =>
          range(ph).map((head) => at(fresh, ph + Math.floor(head / groupLanes))),
        );
        const alpha = b.read(port.alphas);
        const [before = b.float(0)] = b.choose(
          field.isStart,
          [f32],
          () => [b.float(0)],
          () => [b.read(port.before)],
        );
        const total = b.addf(b.mulf(before, alpha), b.scale2(b.toFloat(sum), b.int(-15)));
        b.when(b.xori(field.isEnd, b.int(1, 1)), () => {
          b.write(port.after, total);
        });
        b.write(port.out, alpha, exponent, b.recip(total));
      });
    },
  });
}

/** acc = acc * alpha + the block's sums, some channels at a time; after the last block, acc / l. */
export function accumulateKernel(s: ScheduleBuilder, plan: Plan, w: AttentionWires): void {
  const { ph, outputLanes, headTurns, model } = plan;
  s.kernel({
    name: "accumulate",
    command: w.accumulateCommand,
    fields: ["present", "isStart", "isEnd"],
    connections: {
      factors: w.blockFactors,
      sums: w.valueSums,
      before: w.accumulatorState,
      after: w.accumulatorState,
      out: w.fromAttention,
    },
    body: ({ b, port, field }) => {
      const parts = model.headDim / outputLanes;
      const cells = [
        register(b, "alpha", f32),
        register(b, "exponent", i16),
        register(b, "inverse", f32),
      ] as const;
      const present: Bound = { to: field.present, max: 1 };
      const shifter = new GroupShifter(b, plan);
      nest(b, { item: present, turn: headTurns, lane: ph, part: parts }, ({ lane, part }) => {
        const isNewHead = b.equals(part, 0);
        const [alpha, exponent, inverse] = heldFactors(b, port.factors, cells, isNewHead);
        const sums = shifter.next(b, b.andi(isNewHead, b.equals(lane, 0)), () => b.lanes(b.read(port.sums)));
        const before = b.choose(
          field.isStart,
          sums.map(() => f32),
          () => sums.map(() => b.float(0)),
          () => b.lanes(b.read(port.before)),
        );
        const after = sums.map((sum, channel) =>
          b.addf(b.mulf(at(before, channel), alpha), scaled(b, sum, exponent)),
        );
        b.when(b.xori(field.isEnd, b.int(1, 1)), () => {
          b.write(port.after, b.vector(after, f32));
        });
        b.when(field.isEnd, () => {
          const outputs = after.map((value) => b.mulf(value, inverse));
          b.write(port.out, b.vector(outputs, f32));
        });
      });
    },
  });
}

/** A head's factors: read with its first channels, held for the others. */
function heldFactors(
  b: LoopBuilder,
  factors: Value,
  cells: readonly [Value, Value, Value],
  isNew: Value,
): readonly [Value, Value, Value] {
  const values = b.choose(
    isNew,
    [f32, i16, f32],
    () => b.readFields(factors),
    () => cells.map((cell) => b.load(cell)),
  );
  cells.forEach((cell, index) => {
    b.store(at(values, index), cell);
  });
  return [at(values, 0), at(values, 1), at(values, 2)];
}

/** The sums of `ph` heads handed out `outputLanes` at a time. */
class GroupShifter {
  readonly #cells: readonly Value[];
  readonly #lanes: number;
  readonly #type: IntType;

  constructor(b: LoopBuilder, plan: Plan) {
    this.#lanes = plan.outputLanes;
    const waiting = plan.ph * plan.model.headDim - plan.outputLanes;
    this.#type = intType(Math.max(32, valueSumType(plan).width));
    this.#cells = range(waiting).map((lane) => register(b, `sum${String(lane)}`, this.#type));
  }

  /** The next lanes; `fresh` gives all of them where `isNew`. */
  next(b: LoopBuilder, isNew: Value, fresh: () => readonly Value[]): readonly Value[] {
    const types = range(this.#lanes + this.#cells.length).map(() => this.#type);
    const lanes = b.choose(
      isNew,
      types,
      () => fresh().map((value) => signedTo(b, value, this.#type.width)),
      () => [
        ...this.#cells.map((cell) => b.load(cell)),
        ...range(this.#lanes).map(() => b.int(0, this.#type.width)),
      ],
    );
    this.#cells.forEach((cell, index) => {
      b.store(at(lanes, index + this.#lanes), cell);
    });
    return lanes.slice(0, this.#lanes);
  }
}

function scaled(b: LoopBuilder, sum: Value, exponent: Value): Value {
  return b.scale2(b.toFloat(sum), b.subi(b.extsi(exponent, 32), b.int(14)));
}
