import { affineSum, at, type ScheduleBuilder } from "../../../ir/index.ts";
import type { AttentionInputs, AttentionWires } from "../attention-wires.ts";
import { kvBytes, valueSumType } from "../kv-format.ts";
import { type Bound, isFirst, isLast, nest } from "../nest.ts";
import type { Plan } from "../shape.ts";
import { channelsOf, type KeyPlace, keyLoops, PLACE_FIELDS, range, takeTokens } from "./key-place.ts";

/** Exact integer sums of weight times value over a row's keys of a block, `ph` heads an iteration. */
export function weighValuesKernel(s: ScheduleBuilder, plan: Plan, w: AttentionInputs & AttentionWires): void {
  const { kvWidth, ph, groupLanes, headTurns } = plan;
  const { headDim } = plan.model;
  const { sight } = w;
  s.kernel({
    name: "weigh_values",
    command: w.weighValuesCommand,
    fields: ["keys", ...PLACE_FIELDS],
    connections: {
      loaded: w.valuesLoaded,
      free: w.valuesFree,
      records: w.valueRecords,
      ownValues: sight?.values,
      ready: sight?.valuesReady,
      weights: w.blockWeights,
      out: w.valueSums,
    },
    body: ({ b, port, field }) => {
      const type = valueSumType(plan);
      const sums = b.array("sums", [headTurns, ph * headDim], type, { storage: "lut" });
      const keys: Bound = { to: field.keys, max: plan.mostKeys };
      const loops = keyLoops(plan);
      nest(b, { key: keys, ...loops }, ({ key, kv, g }) => {
        const place: KeyPlace = { key, kv, field };
        takeTokens(b, place, isFirst(b, kv, g), { loaded: port.loaded, ready: port.ready });
        const weights = b.readFields(port.weights);
        const turn = affineSum([
          [kv, loops.g],
          [g, 1],
        ]);
        const isNew = b.equals(key, 0);
        const values = channelsOf(b, plan, place, {
          stored: port.records,
          own: port.ownValues,
          skip: kvWidth * kvBytes(plan),
          width: type.width,
        });
        const totals = range(ph * headDim).map((index) => {
          const lane = Math.floor(index / headDim);
          const value = at(at(values, Math.floor(lane / groupLanes)), index % headDim);
          const product = b.muli(b.extsi(at(weights, lane), type.width), value);
          const before = b.select(isNew, b.constant(0, type), b.load(sums, turn, index));
          const total = b.addi(before, product);
          b.store(total, sums, turn, index);
          return total;
        });
        const isLastKey = isLast(b, key, keys);
        b.when(isLastKey, () => {
          b.write(port.out, b.vector(totals, type));
        });
        const isLastHead = b.andi(isLast(b, kv, loops.kv), isLast(b, g, loops.g));
        b.when(b.andi(field.releases, b.andi(isLastKey, isLastHead)), () => {
          b.write(port.free);
        });
      });
    },
  });
}
