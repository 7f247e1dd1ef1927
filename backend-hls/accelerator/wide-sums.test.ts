import { expect, test } from "vitest";
import { createOperatorLibrary } from "../library/operator-library.ts";
import { planNetwork } from "../network/plan-network.ts";
import { buildAccelerator, type ModelShape, type Row } from "./index.ts";
import { InterpretedAccelerator } from "./testing/machine.ts";
import { randomParameters } from "./testing/random-model.ts";
import { ReferenceSequence } from "./testing/reference.ts";

/** Its widest matrix has sums of 26 bits. */
const wide: ModelShape = {
  hidden: 12,
  layers: 1,
  heads: 2,
  kvHeads: 1,
  headDim: 4,
  ffn: 530,
  vocab: 19,
  windows: [undefined],
  maxContext: 16,
  eps: 1e-5,
  blockSize: 4,
};

test.each([
  { pn: 2, pk: 4, rows: 1 },
  { pn: 2, pk: 4, rows: 3 },
  { pn: 1, pk: 8, pt: 2, rows: 4 },
])("sums in two halves are exact: $rows rows, $pt in parallel", (design) => {
  const parameters = randomParameters(wide, 5);
  const machine = new InterpretedAccelerator(wide, design, parameters, { kvBlocks: 8 });
  const reference = new ReferenceSequence(wide, parameters);
  const tokens = [3, 18, 0, 7, 11, 5];
  const logits = tokens.map((token) => reference.step(token));
  for (let from = 0; from < tokens.length; from += design.rows) {
    const rows = tokens.slice(from, from + design.rows).map(
      (token, index): Row => ({
        token,
        position: from + index,
        blocks: [1, 2, 3, 4],
        sequence: 0,
        emit: "argmax",
      }),
    );
    const wanted = logits.slice(from, from + design.rows).map((row) => Math.max(...row));
    expect(machine.step(rows).map((output) => output?.candidates[0]?.logit)).toEqual(wanted);
  }
});

test.each([1, 4])(
  "the array takes a beat a cycle at 300 MHz whatever the width of its sums, %i rows",
  (rows) => {
    const { schedule } = buildAccelerator({ ...wide, ffn: 3000 }, { pn: 1, pk: 16, rows });
    const network = planNetwork(schedule, createOperatorLibrary("xcup", 300), "optimized");
    if (network.kind === "error") throw new Error(JSON.stringify(network.diagnostics));
    expect(network.value.kernels.find(({ name }) => name === "matmul")?.scheduled.schedule.ii).toBe(1);
  },
);
