import fc from "fast-check";
import { expect, test } from "vitest";
import type { ArrayShape, HardwarePrecision, ModelShape, OutlierFormat } from "./index.ts";
import { InterpretedAccelerator } from "./testing/machine.ts";
import { playSteps } from "./testing/play-steps.ts";
import { randomParameters } from "./testing/random-model.ts";

const int8 = { kind: "int8" } as const;
const perRow = { kind: "int8", scales: "token" } as const;

/** Columns of what norms and the head's norm give, and of the others. */
function outliers(normed: number, others: number): OutlierFormat {
  const columns = { qkv: normed, wo: others, gateUp: normed, down: others, head: normed };
  return { threshold: 6, columns };
}

/** Number formats beside int8 throughout. */
const precisions: Readonly<Record<string, HardwarePrecision>> = {
  "static scales": { weights: int8, activations: { kind: "int8", scales: "static" }, kvBits: 8 },
  "int4 in groups of 32": { weights: { kind: "int4", group: 32 }, activations: perRow, kvBits: 8 },
  "no outlier columns": { weights: int8, activations: perRow, kvBits: 8, outliers: outliers(0, 0) },
  "one outlier column": { weights: int8, activations: perRow, kvBits: 8, outliers: outliers(1, 0) },
  "six outlier columns": { weights: int8, activations: perRow, kvBits: 8, outliers: outliers(6, 1) },
  "int4 in groups of 64, static scales": {
    weights: { kind: "int4", group: 64 },
    activations: { kind: "int8", scales: "static" },
    kvBits: 8,
  },
  "16 bits": { weights: { kind: "bf16" }, activations: { kind: "bf16" }, kvBits: 16 },
};

const shapes = fc.record({
  hidden: fc.integer({ min: 9, max: 80 }),
  layers: fc.integer({ min: 1, max: 2 }),
  kvHeads: fc.integer({ min: 1, max: 2 }),
  group: fc.integer({ min: 1, max: 2 }),
  headDim: fc.constantFrom(2, 4, 6, 8),
  ffn: fc.integer({ min: 9, max: 150 }),
  vocab: fc.integer({ min: 13, max: 50 }),
  window: fc.constantFrom(undefined, 3),
  qkvBias: fc.boolean(),
  qkNorm: fc.boolean(),
  blockSize: fc.constantFrom(2, 4, 16),
});
/** DSP48E2, DSP48E1, and one that is too narrow for two products. */
const multipliers = fc.constantFrom([27, 18] as const, [25, 18] as const, [18, 18] as const);
const arrays: fc.Arbitrary<ArrayShape> = fc
  .tuple(
    fc.constantFrom([1, 16], [2, 8], [4, 8], [8, 8], [4, 16], [1, 32]),
    fc.constantFrom(1, 2, 4),
    fc.integer({ min: 1, max: 3 }),
    fc.record({ candidates: fc.constantFrom(1, 2), logits: fc.boolean() }),
  )
  .map(([[pn = 1, pk = 8], pt, groups, outputs]) => ({
    pn,
    pk,
    pt,
    rows: pt * groups,
    outputs,
  }));

/** bfloat16 takes 4 input channels at a time. */
function arrayOf(design: ArrayShape, { weights }: HardwarePrecision): ArrayShape {
  return weights.kind === "bf16" ? { ...design, pk: 4 } : design;
}

test.each(Object.entries(precisions))(
  "%s: any shape gives what the reference gives, with every access ordered by tokens",
  (_, precision) => {
    fc.assert(
      fc.property(
        shapes,
        arrays,
        multipliers,
        fc.nat(1000),
        ({ group, window, ...shape }, design, operandBits, seed) => {
          const model: ModelShape = {
            ...shape,
            windows: Array.from({ length: shape.layers }, (_, layer) => (layer === 0 ? window : undefined)),
            heads: group * shape.kvHeads,
            maxContext: 32,
            eps: 1e-5,
            precision,
          };
          const parameters = randomParameters(model, seed);
          const machine = new InterpretedAccelerator(model, arrayOf(design, precision), parameters, {
            kvBlocks: 3 * Math.ceil(32 / model.blockSize),
            checkOrder: seed % 2 === 0,
            multiplier: { operandBits },
          });
          for (const [found, wanted] of playSteps(machine, model, parameters, seed))
            expect(found).toEqual(wanted);
        },
      ),
      { numRuns: 5, seed: 20261122 },
    );
  },
);
