import {
  affineSum,
  f32,
  i32,
  type LoopBuilder,
  type ScheduleBuilder,
  type Value,
} from "../../../ir/index.ts";
import type { AttentionInputs, AttentionWires } from "../attention-wires.ts";
import { all, type Bound, isFirst, isLast, LaneShifter, nest, register } from "../nest.ts";
import type { Plan } from "../shape.ts";
import { channelsOf, slotOf } from "./attend.ts";
import { dot } from "./matmul.ts";

/** The int8 channels of a query head as 32-bit numbers. */
function queryChannels(
  b: LoopBuilder,
  { group, model: { headDim } }: Plan,
  queries: Value,
  { row, kvHead, g }: Readonly<Record<"row" | "kvHead" | "g", Value>>,
): readonly Value[] {
  return Array.from({ length: headDim }, (_, d) => {
    const place = affineSum(
      [
        [kvHead, group * headDim],
        [g, headDim],
      ],
      d,
    );
    return b.extsi(b.load(queries, row, place), 32);
  });
}

/** Dot product of a query head and a key, both int8, times their scales; the value's scale goes with it. */
export function scoreKernel(s: ScheduleBuilder, plan: Plan, w: AttentionInputs & AttentionWires): void {
  const {
    kvWidth,
    group,
    model: { kvHeads, blockSize },
  } = plan;
  s.kernel({
    name: "score",
    command: w.scoreCommand,
    fields: ["row", "count", "slot", "frees"],
    connections: {
      loaded: w.keysLoaded,
      records: w.keyRecords,
      keyScales: w.keyScales,
      valueScales: w.valueScales,
      queries: w.queries8,
      queryScales: w.queryScales,
      forMaximum: w.scoresForMaximum,
      scores: w.scores,
      free: w.keysFree,
    },
    body: ({ b, port, field }) => {
      const keys: Bound = { to: field.count, max: blockSize };
      nest(b, { key: keys, kvHead: kvHeads, g: group }, ({ key, kvHead, g }) => {
        b.when(isFirst(b, key, kvHead, g), () => {
          b.readFields(port.loaded);
        });
        const slot = slotOf(b, field.slot);
        const queryHead = affineSum([
          [kvHead, group],
          [g, 1],
        ]);
        const query = queryChannels(b, plan, port.queries, { row: field.row, kvHead, g });
        const keyLanes = channelsOf(b, plan, { records: port.records, place: [slot, key], kvHead, skip: 0 });
        const scaleAt = (scales: Value, offset: number): Value => {
          const place = affineSum([[kvHead, 1]], kvWidth / 2 - plan.wordsBeforeScales + offset);
          return b.bitcast(b.load(scales, slot, key, place), f32);
        };
        const queryScale = b.load(port.queryScales, field.row, queryHead);
        const score = b.mulf(
          b.mulf(b.toFloat(dot(b, query, keyLanes)), queryScale),
          scaleAt(port.keyScales, 0),
        );
        const valueScale = scaleAt(port.valueScales, kvHeads);
        b.write(port.forMaximum, score, valueScale);
        b.write(port.scores, score, valueScale);
        b.when(
          all(b, field.frees, isLast(b, key, keys), isLast(b, kvHead, kvHeads), isLast(b, g, group)),
          () => {
            b.write(port.free);
          },
        );
      });
    },
  });
}

/** Per block and head: the new maximum m', alpha = exp(m - m') and the exponent E of the values' scales. */
export function blockMaximumKernel(
  s: ScheduleBuilder,
  plan: Plan,
  w: AttentionInputs & AttentionWires,
): void {
  const { heads, blockSize } = plan.model;
  s.kernel({
    name: "block_maximum",
    command: w.blockMaximumCommand,
    fields: ["count", "isStart"],
    connections: { scores: w.scoresForMaximum, out: w.maxima },
    body: ({ b, port, field }) => {
      const [running, ofBlock] = [
        b.array("running_maximum", [heads], f32, { storage: "lut" }),
        b.array("block_maximum", [heads], f32, { storage: "lut" }),
      ];
      const exponents = b.array("exponents", [heads], i32, { storage: "lut" });
      const keys: Bound = { to: field.count, max: blockSize };
      nest(b, { key: keys, head: heads }, ({ key, head }) => {
        const [score, valueScale] = b.readFields(port.scores);
        if (score === undefined || valueScale === undefined) return;
        const isNew = b.equals(key, 0);
        const maximum = b.select(isNew, score, b.maxf(b.load(ofBlock, head), score));
        const own = b.exponent(valueScale);
        const exponent = b.select(isNew, own, b.maxsi(b.load(exponents, head), own));
        b.store(maximum, ofBlock, head);
        b.store(exponent, exponents, head);
        b.when(isLast(b, key, keys), () => {
          const before = b.select(field.isStart, b.float(-(2 ** 100)), b.load(running, head));
          const after = b.maxf(before, maximum);
          b.store(after, running, head);
          b.write(port.out, after, b.exp(b.subf(before, after)), exponent);
        });
      });
    },
  });
}

/** p = exp(s - m'), its sum in integers, and the weights of the values. */
export function probabilitiesKernel(
  s: ScheduleBuilder,
  plan: Plan,
  w: AttentionInputs & AttentionWires,
): void {
  const { heads, blockSize } = plan.model;
  s.kernel({
    name: "probabilities",
    command: w.probabilitiesCommand,
    fields: ["count"],
    connections: { scores: w.scores, maxima: w.maxima, weights: w.blockWeights, totals: w.blockTotals },
    body: ({ b, port, field }) => {
      const held = [
        b.array("maximum", [heads], f32, { storage: "lut" }),
        b.array("alpha", [heads], f32, { storage: "lut" }),
        b.array("exponent", [heads], i32, { storage: "lut" }),
      ] as const;
      const sums = b.array("sum", [heads], i32, { storage: "lut" });
      const keys: Bound = { to: field.count, max: blockSize };
      nest(b, { key: keys, head: heads }, ({ key, head }) => {
        const isNew = b.equals(key, 0);
        const [maximum, alpha, exponent] = b.choose(
          isNew,
          [f32, f32, i32],
          () => {
            const fresh = b.readFields(port.maxima);
            fresh.forEach((value, index) => {
              const cells = held[index];
              if (cells !== undefined) b.store(value, cells, head);
            });
            return fresh;
          },
          () => held.map((cells) => b.load(cells, head)),
        );
        const [score, valueScale] = b.readFields(port.scores);
        if (
          maximum === undefined ||
          alpha === undefined ||
          exponent === undefined ||
          score === undefined ||
          valueScale === undefined
        )
          return;
        const p = b.exp(b.subf(score, maximum));
        const sum = b.addi(
          b.select(isNew, b.int(0), b.load(sums, head)),
          b.toInt(b.scale2(p, b.int(15)), 32),
        );
        b.store(sum, sums, head);
        b.write(port.weights, b.toInt(b.scale2(b.mulf(p, valueScale), b.subi(b.int(14), exponent)), 32));
        b.when(isLast(b, key, keys), () => {
          b.write(port.totals, alpha, exponent, sum);
        });
      });
    },
  });
}

/** Exact integer sums of weight times value over a block. */
export function weighValuesKernel(s: ScheduleBuilder, plan: Plan, w: AttentionInputs & AttentionWires): void {
  const {
    kvWidth,
    group,
    model: { headDim, kvHeads, heads, blockSize },
  } = plan;
  s.kernel({
    name: "weigh_values",
    command: w.weighValuesCommand,
    fields: ["count", "slot", "frees"],
    connections: {
      loaded: w.valuesLoaded,
      records: w.valueRecords,
      weights: w.blockWeights,
      out: w.valueSums,
      free: w.valuesFree,
    },
    body: ({ b, port, field }) => {
      const sums = b.array("sums", [heads, headDim], i32, { storage: "lut" });
      const keys: Bound = { to: field.count, max: blockSize };
      nest(b, { key: keys, kvHead: kvHeads, g: group }, ({ key, kvHead, g }) => {
        b.when(isFirst(b, key, kvHead, g), () => {
          b.readFields(port.loaded);
        });
        const weight = b.read(port.weights);
        const head = affineSum([
          [kvHead, group],
          [g, 1],
        ]);
        const isNew = b.equals(key, 0);
        const values = channelsOf(b, plan, {
          records: port.records,
          place: [slotOf(b, field.slot), key],
          kvHead,
          skip: kvWidth,
        });
        const totals = values.map((value, d) => {
          const total = b.addi(b.select(isNew, b.int(0), b.load(sums, head, d)), b.muli(weight, value));
          b.store(total, sums, head, d);
          return total;
        });
        b.when(isLast(b, key, keys), () => {
          b.write(port.out, b.vector(totals, i32));
        });
        b.when(
          all(b, field.frees, isLast(b, key, keys), isLast(b, kvHead, kvHeads), isLast(b, g, group)),
          () => {
            b.write(port.free);
          },
        );
      });
    },
  });
}

/** l = l * alpha + the block's sum of p, and 1 / l. */
export function normalizeKernel(s: ScheduleBuilder, plan: Plan, w: AttentionInputs & AttentionWires): void {
  const { heads } = plan.model;
  s.kernel({
    name: "normalize",
    command: w.normalizeCommand,
    fields: ["isStart"],
    connections: { sums: w.blockTotals, out: w.blockFactors },
    body: ({ b, port, field }) => {
      const totals = b.array("totals", [heads], f32, { storage: "lut" });
      nest(b, { head: heads }, ({ head }) => {
        const [alpha, exponent, sum] = b.readFields(port.sums);
        if (alpha === undefined || exponent === undefined || sum === undefined) return;
        const before = b.select(field.isStart, b.float(0), b.load(totals, head));
        const total = b.addf(b.mulf(before, alpha), b.scale2(b.toFloat(sum), b.int(-15)));
        b.store(total, totals, head);
        b.write(port.out, alpha, exponent, b.recip(total));
      });
    },
  });
}

/** acc = acc * alpha + the block's sums; after the last block, acc / l. */
export function accumulateKernel(s: ScheduleBuilder, plan: Plan, w: AttentionInputs & AttentionWires): void {
  const { headDim, heads } = plan.model;
  s.kernel({
    name: "accumulate",
    command: w.accumulateCommand,
    fields: ["isStart", "isEnd"],
    connections: { factors: w.blockFactors, sums: w.valueSums, out: w.fromAttention },
    body: ({ b, port, field }) => {
      const accumulators = b.array("accumulators", [heads, headDim], f32, { storage: "lut" });
      const cells = [
        register(b, "alpha", f32),
        register(b, "exponent", i32),
        register(b, "inverse", f32),
      ] as const;
      const shifter = new LaneShifter(b, "sum", headDim, i32);
      nest(b, { head: heads, d: headDim }, ({ head, d }) => {
        const isNew = b.equals(d, 0);
        const [alpha, exponent, inverse] = b.choose(
          isNew,
          [f32, i32, f32],
          () => b.readFields(port.factors),
          () => cells.map((cell) => b.load(cell)),
        );
        if (alpha === undefined || exponent === undefined || inverse === undefined) return;
        [alpha, exponent, inverse].forEach((value, index) => {
          const cell = cells[index];
          if (cell !== undefined) b.store(value, cell);
        });
        const sum = shifter.next(b, isNew, () => b.lanes(b.read(port.sums)));
        const before = b.select(field.isStart, b.float(0), b.load(accumulators, head, d));
        const after = b.addf(b.mulf(before, alpha), scaled(b, sum, exponent));
        b.store(after, accumulators, head, d);
        b.when(field.isEnd, () => {
          b.write(port.out, b.mulf(after, inverse));
        });
      });
    },
  });
}

function scaled(b: LoopBuilder, sum: Value, exponent: Value): Value {
  return b.scale2(b.toFloat(sum), b.subi(exponent, b.int(14)));
}
