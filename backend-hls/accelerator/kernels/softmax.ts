import { affineSum, f32, i32, i8, vectorType, type LoopBuilder, type ScheduleBuilder, type Value } from "../../../ir/index.ts";
import { all, isFirst, isLast, nest, type Bound } from "../nest.ts";
import type { Plan } from "../shape.ts";
import type { Wires } from "../wires.ts";
import { slotOf } from "./attend.ts";
import { dot } from "./matmul.ts";
import { LaneShifter } from "../nest.ts";

/** Dot product of a query head and a key, both int8, times their scales; the value's scale goes with it. */
export function scoreKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const { kvWidth, group, model: { headDim, kvHeads, blockSize } } = plan;
  s.kernel({
    name: "score", command: w.scoreCommand, fields: ["row", "count", "slot", "frees"],
    connections: { loaded: w.keysLoaded, records: w.keyRecords, queries: w.queries8, queryScales: w.queryScales, forMaximum: w.scoresForMaximum, scores: w.scores, free: w.keysFree },
    body: ({ b, port, field }) => {
      const keys: Bound = { to: field.count, max: blockSize };
      nest(b, { key: keys, kvHead: kvHeads, g: group }, ({ key, kvHead, g }) => {
        b.when(isFirst(b, key, kvHead, g), () => { b.readFields(port.loaded); });
        const slot = slotOf(b, field.slot);
        const channels = Array.from({ length: headDim }, (_, d) => d);
        const query = channels.map((d) => b.extsi(b.load(port.queries, field.row, affineSum([[kvHead, group * headDim], [g, headDim]], d)), 32));
        const keyLanes = channels.map((d) => b.extsi(b.load(port.records, slot, key, affineSum([[kvHead, headDim]], d)), 32));
        const scaleAt = (offset: number): Value => {
          const bytes = [0, 1, 2, 3].map((byte) => b.load(port.records, slot, key, affineSum([[kvHead, 4]], offset + byte)));
          return b.bitcast(b.lane(b.vectorCast(b.vector(bytes, i8), vectorType(1, i32)), 0), f32);
        };
        const queryScale = b.load(port.queryScales, field.row, affineSum([[kvHead, group], [g, 1]]));
        const score = b.mulf(b.mulf(b.toFloat(dot(b, query, keyLanes)), queryScale), scaleAt(2 * kvWidth));
        const valueScale = scaleAt(2 * kvWidth + 4 * kvHeads);
        b.write(port.forMaximum, score, valueScale);
        b.write(port.scores, score, valueScale);
        b.when(all(b, field.frees, isLast(b, key, keys), isLast(b, kvHead, kvHeads), isLast(b, g, group)), () => { b.write(port.free); });
      });
    },
  });
}

/** Per block and head: the new maximum m', alpha = exp(m - m') and the exponent E of the values' scales. */
export function blockMaximumKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const { heads, blockSize } = plan.model;
  s.kernel({
    name: "block_maximum", command: w.blockMaximumCommand, fields: ["count", "isStart"], connections: { scores: w.scoresForMaximum, out: w.maxima },
    body: ({ b, port, field }) => {
      const [running, ofBlock] = [b.array("running_maximum", [heads], f32, { storage: "lut" }), b.array("block_maximum", [heads], f32, { storage: "lut" })];
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

/** p = exp(s - m'), its sum in integers, and the weights of the values; l per head over the blocks. */
export function probabilitiesKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const { heads, blockSize } = plan.model;
  s.kernel({
    name: "probabilities", command: w.probabilitiesCommand, fields: ["count", "isStart"],
    connections: { scores: w.scores, maxima: w.maxima, weights: w.blockWeights, factors: w.blockFactors },
    body: ({ b, port, field }) => {
      const held = [b.array("maximum", [heads], f32, { storage: "lut" }), b.array("alpha", [heads], f32, { storage: "lut" }), b.array("exponent", [heads], i32, { storage: "lut" })] as const;
      const [sums, totals] = [b.array("sum", [heads], i32, { storage: "lut" }), b.array("total", [heads], f32, { storage: "lut" })];
      const keys: Bound = { to: field.count, max: blockSize };
      nest(b, { key: keys, head: heads }, ({ key, head }) => {
        const isNew = b.equals(key, 0);
        const [maximum, alpha, exponent] = b.choose(isNew, [f32, f32, i32], () => {
          const fresh = b.readFields(port.maxima);
          fresh.forEach((value, index) => { const cells = held[index]; if (cells !== undefined) b.store(value, cells, head); });
          return fresh;
        }, () => held.map((cells) => b.load(cells, head)));
        const [score, valueScale] = b.readFields(port.scores);
        if (maximum === undefined || alpha === undefined || exponent === undefined || score === undefined || valueScale === undefined) return;
        const p = b.exp(b.subf(score, maximum));
        const sum = b.addi(b.select(isNew, b.int(0), b.load(sums, head)), b.toInt(b.scale2(p, b.int(15)), 32));
        b.store(sum, sums, head);
        b.write(port.weights, b.toInt(b.scale2(b.mulf(p, valueScale), b.subi(b.int(14), exponent)), 32));
        b.when(isLast(b, key, keys), () => {
          const before = b.select(field.isStart, b.float(0), b.load(totals, head));
          const total = b.addf(b.mulf(before, alpha), b.scale2(b.toFloat(sum), b.int(-15)));
          b.store(total, totals, head);
          b.write(port.factors, alpha, exponent, b.recip(total));
        });
      });
    },
  });
}

/** Exact integer sums of weight times value over a block. */
export function weighValuesKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const { kvWidth, group, model: { headDim, kvHeads, heads, blockSize } } = plan;
  s.kernel({
    name: "weigh_values", command: w.weighValuesCommand, fields: ["count", "slot", "frees"],
    connections: { loaded: w.valuesLoaded, records: w.valueRecords, weights: w.blockWeights, out: w.valueSums, free: w.valuesFree },
    body: ({ b, port, field }) => {
      const sums = b.array("sums", [heads, headDim], i32, { storage: "lut" });
      const keys: Bound = { to: field.count, max: blockSize };
      nest(b, { key: keys, kvHead: kvHeads, g: group }, ({ key, kvHead, g }) => {
        b.when(isFirst(b, key, kvHead, g), () => { b.readFields(port.loaded); });
        const weight = b.read(port.weights);
        const head = affineSum([[kvHead, group], [g, 1]]);
        const isNew = b.equals(key, 0);
        const totals = Array.from({ length: headDim }, (_, d) => {
          const value = b.extsi(b.load(port.records, slotOf(b, field.slot), key, affineSum([[kvHead, headDim]], kvWidth + d)), 32);
          const total = b.addi(b.select(isNew, b.int(0), b.load(sums, head, d)), b.muli(weight, value));
          b.store(total, sums, head, d);
          return total;
        });
        b.when(isLast(b, key, keys), () => { b.write(port.out, b.vector(totals, i32)); });
        b.when(all(b, field.frees, isLast(b, key, keys), isLast(b, kvHead, kvHeads), isLast(b, g, group)), () => { b.write(port.free); });
      });
    },
  });
}

/** acc = acc * alpha + the block's sums; after the last block, acc / l. */
export function accumulateKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const { headDim, heads } = plan.model;
  s.kernel({
    name: "accumulate", command: w.accumulateCommand, fields: ["isStart", "isEnd"], connections: { factors: w.blockFactors, sums: w.valueSums, out: w.fromAttention },
    body: ({ b, port, field }) => {
      const accumulators = b.array("accumulators", [heads, headDim], f32, { storage: "lut" });
      const cells = [b.array("alpha", [], f32, { storage: "reg" }), b.array("exponent", [], i32, { storage: "reg" }), b.array("inverse", [], f32, { storage: "reg" })] as const;
      const shifter = new LaneShifter(b, "sum", headDim, i32);
      nest(b, { head: heads, d: headDim }, ({ head, d }) => {
        const isNew = b.equals(d, 0);
        const [alpha, exponent, inverse] = b.choose(isNew, [f32, i32, f32], () => b.readFields(port.factors), () => cells.map((cell) => b.load(cell)));
        if (alpha === undefined || exponent === undefined || inverse === undefined) return;
        [alpha, exponent, inverse].forEach((value, index) => { const cell = cells[index]; if (cell !== undefined) b.store(value, cell); });
        const sum = shifter.next(b, isNew, () => b.lanes(b.read(port.sums)));
        const before = b.select(field.isStart, b.float(0), b.load(accumulators, head, d));
        const after = b.addf(b.mulf(before, alpha), scaled(b, sum, exponent));
        b.store(after, accumulators, head, d);
        b.when(field.isEnd, () => { b.write(port.out, b.mulf(after, inverse)); });
      });
    },
  });
}

function scaled(b: LoopBuilder, sum: Value, exponent: Value): Value {
  return b.scale2(b.toFloat(sum), b.subi(exponent, b.int(14)));
}
