import type { ModelShape } from "../../backend-hls/index.ts";
import { ok } from "../../ir/index.ts";
import { leastCycles } from "../cost/closed-form.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";
import type { Evaluator } from "../evaluate/evaluator.ts";

/** A model that is planned in no time. */
export const tinyModel: ModelShape = {
  hidden: 16,
  layers: 1,
  heads: 2,
  kvHeads: 2,
  headDim: 8,
  ffn: 16,
  vocab: 16,
  windows: [undefined],
  maxContext: 32,
  eps: 1e-5,
  blockSize: 16,
};

/** Stands for planning: cells grow with the design, cycles are the bound and something that depends on the design. */
export const pretended: Evaluator = {
  evaluateAll: (tasks) =>
    Promise.resolve(
      ok(
        tasks.map((task): Evaluation => {
          const { pn, pk, pt = 1, pv = 4, ph = 1, rows } = task.shape;
          const least = leastCycles(task);
          const slow = 1 + 1 / (pn + pv + 3 * ph + pt);
          return {
            cells: { dsp: pn * pk * pt + 2 * pv + 16 * ph, lut: 100 * pv + 400 * ph, ff: rows, bram18: 1 },
            kernels: {},
            cycles: {
              decode: Math.ceil(slow * least.decode),
              firstChunk: Math.ceil(slow * least.firstChunk),
              lateChunk: Math.ceil(slow * least.lateChunk),
              lastChunk: Math.ceil(slow * least.lastChunk),
            },
            evidence: "replayed",
            memoryBytes: 1,
          };
        }),
      ),
    ),
  close: () => Promise.resolve(),
};
