import fc from "fast-check";
import { expect, test } from "vitest";
import { at } from "../../ir/index.ts";
import { type ArrayShape, type ModelParameters, type ModelShape, macsAndBytes, PLAIN_INT8 } from "./index.ts";
import { InterpretedAccelerator } from "./testing/machine.ts";
import { playSteps } from "./testing/play-steps.ts";
import { randomParameters } from "./testing/random-model.ts";

const tiny: ModelShape = {
  hidden: 24,
  layers: 1,
  heads: 4,
  kvHeads: 2,
  headDim: 8,
  ffn: 36,
  vocab: 23,
  windows: [undefined],
  maxContext: 32,
  eps: 1e-5,
  blockSize: 4,
};

test("one layer, one row at a time", () => {
  const parameters = randomParameters(tiny, 1);
  const machine = new InterpretedAccelerator(tiny, { pn: 2, pk: 8, rows: 1 }, parameters, {
    kvBlocks: 24,
    checkOrder: true,
  });
  for (const [found, wanted] of playSteps(machine, tiny, parameters, 7)) expect(found).toEqual(wanted);
});

const shapes = fc.record({
  hidden: fc.integer({ min: 9, max: 40 }),
  layers: fc.integer({ min: 1, max: 2 }),
  kvHeads: fc.integer({ min: 1, max: 3 }),
  group: fc.integer({ min: 1, max: 2 }),
  headDim: fc.constantFrom(2, 4, 6, 8, 12),
  ffn: fc.integer({ min: 9, max: 60 }),
  vocab: fc.integer({ min: 13, max: 50 }),
  window: fc.constantFrom(undefined, 1, 3, 6),
  qkvBias: fc.boolean(),
  qkNorm: fc.boolean(),
  blockSize: fc.constantFrom(1, 2, 4, 16),
  kvBits: fc.constantFrom(8, 16),
});
const arrays: fc.Arbitrary<ArrayShape> = fc
  .tuple(
    fc.constantFrom([1, 8], [2, 4], [4, 4], [1, 16], [16, 4], [4, 16]),
    fc.constantFrom(1, 1, 2),
    fc.integer({ min: 1, max: 3 }),
    fc.record({ candidates: fc.constantFrom(1, 2, 8), logits: fc.boolean() }),
  )
  .map(([[pn = 1, pk = 8], pt, groups, outputs]) => ({ pn, pk, pt, rows: pt * groups, outputs }));

test("any shape of model and array gives what the reference gives, with every access ordered by tokens", () => {
  fc.assert(
    fc.property(
      shapes,
      arrays,
      fc.nat(1000),
      fc.boolean(),
      ({ group, window, kvBits, ...shape }, design, seed, checkOrder) => {
        const model = {
          ...shape,
          precision: { ...PLAIN_INT8, kvBits },
          windows: Array.from({ length: shape.layers }, (_, layer) => (layer === 0 ? window : undefined)),
          heads: group * shape.kvHeads,
          maxContext: 32,
          eps: 1e-5,
        };
        const parameters = randomParameters(model, seed);
        const machine = new InterpretedAccelerator(model, design, parameters, {
          kvBlocks: 3 * Math.ceil(32 / model.blockSize),
          checkOrder,
        });
        for (const [found, wanted] of playSteps(machine, model, parameters, seed))
          expect(found).toEqual(wanted);
      },
    ),
    { numRuns: 25, seed: 20261122 },
  );
});

/** Rows of the head repeat, some have scale 0: many logits are equal, zeros have both signs. */
function withEqualLogits(parameters: ModelParameters, distinct: number): ModelParameters {
  if (parameters.head.kind !== "int8") throw new Error("a head of int8");
  const { kind, rows, columns, weights, scales } = parameters.head;
  const source = Array.from({ length: rows }, (_, row) => row % distinct);
  const repeated = source.flatMap((row) => [...weights.subarray(row * columns, (row + 1) * columns)]);
  const head = {
    kind,
    rows,
    columns,
    weights: Int8Array.from(repeated),
    scales: Float32Array.from(source, (row) => (row % 2 === 0 ? 0 : at(scales, row))),
  };
  return { ...parameters, head };
}

test.each([1, 8])(
  "of equal logits the lowest index comes first, zeros of both signs are equal: %i candidates",
  (candidates) => {
    const parameters = withEqualLogits(randomParameters(tiny, 4), 4);
    const design = { pn: 4, pk: 4, rows: 3, outputs: { candidates, logits: true } };
    const machine = new InterpretedAccelerator(tiny, design, parameters, { kvBlocks: 24 });
    for (const [found, wanted] of playSteps(machine, tiny, parameters, 9)) expect(found).toEqual(wanted);
  },
);

test("what a step needs", () => {
  const needs = macsAndBytes(tiny, 2, 10, 1);
  expect(needs.linearMacs).toBe(2 * (24 * 64 + 32 * 24 + 3 * 24 * 36) + 23 * 24);
  expect(needs.attentionMacs).toBe(2 * 2 * 32 * 10);
  expect(needs.kvReadBytes).toBe(2 * 10 * (2 * 16 + 16));
  expect(macsAndBytes({ ...tiny, windows: [4] }, 1, 10).kvReadBytes).toBe(4 * 48);
});
