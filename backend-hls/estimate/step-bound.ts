import { type MemoryParameters, peakBeatsPerCycle } from "../../ir/index.ts";
import { type MatrixPlan, macsAndBytes, type Plan, type Row } from "../accelerator/index.ts";
import { arrayMacs } from "../compile/choose-design.ts";

/** What no schedule of a design goes below for a step, in cycles: the port's time, or array, attention and latencies one after the other. */
export interface StepBound {
  /** Beats of the array: every tile of every matrix, once for each group of rows. */
  readonly array: number;
  /** Products of queries with keys and of weights with values, by the multipliers that are there. */
  readonly attention: number;
  /** Pipelines and queues that results go through one after the other: those of the estimate's critical path. */
  readonly latencies: number;
  /** Beats over the memory port at the pace of memory. */
  readonly port: number;
  /** max(array + attention + latencies, port). */
  readonly cycles: number;
}

/** The bound of a step: `beats` cross the memory port, `latencies` are on its critical path. */
export function stepBound(
  plan: Plan,
  rows: readonly Row[],
  {
    memory,
    beats,
    latencies,
  }: { readonly memory: MemoryParameters; readonly beats: number; readonly latencies: number },
): StepBound {
  const { qkv, wo, gateUp, down, head, model } = plan;
  const groups = Math.ceil(rows.length / plan.pt);
  const emits = rows.some(({ emit }) => emit !== "none");
  const beatsOf = ({ tiles, beats: perTile }: MatrixPlan): number => tiles * perTile * groups;
  const layer = [qkv, wo, gateUp, down].reduce((sum, matrix) => sum + beatsOf(matrix), 0);
  const array = model.layers * layer + (emits ? beatsOf(head) : 0);
  const macs = rows.reduce(
    (sum, { position }) => sum + macsAndBytes(model, 1, position + 1).attentionMacs,
    0,
  );
  const attention = Math.ceil(macs / arrayMacs(model, plan).attention);
  const port = Math.ceil(beats / peakBeatsPerCycle(memory));
  return { array, attention, latencies, port, cycles: Math.max(array + attention + latencies, port) };
}
