import fc from "fast-check";
import { expect, test } from "vitest";
import { at } from "../../ir/index.ts";
import {
  type ArrayShape,
  headLanes,
  type ModelParameters,
  type ModelShape,
  PLAIN_INT8,
  type Row,
  type RowOutput,
} from "./index.ts";
import { InterpretedAccelerator } from "./testing/machine.ts";
import { randomNumbers, randomParameters } from "./testing/random-model.ts";
import { ReferenceSequence } from "./testing/reference.ts";

const heads = fc.constantFrom([1, 1], [4, 4], [4, 2], [6, 2], [6, 3], [8, 1]);
const models = fc
  .record({
    heads,
    headDim: fc.constantFrom(2, 4, 8, 12),
    windows: fc.tuple(fc.constantFrom(undefined, 1, 3, 6), fc.constantFrom(undefined, 5)),
    blockSize: fc.constantFrom(1, 2, 4, 16),
    kvBits: fc.constantFrom(8, 16),
  })
  .map(
    ({ heads: [heads = 1, kvHeads = 1], kvBits, ...rest }): ModelShape => ({
      ...rest,
      precision: { ...PLAIN_INT8, kvBits },
      heads,
      kvHeads,
      hidden: 12,
      layers: 2,
      ffn: 10,
      vocab: 19,
      maxContext: 32,
      eps: 1e-5,
    }),
  );
const arrays = fc.record({
  beat: fc.constantFrom([1, 8], [2, 4], [1, 32]),
  pt: fc.constantFrom(1, 2),
  groups: fc.constantFrom(3, 8),
  ph: fc.nat(7),
});

interface Case {
  readonly model: ModelShape;
  readonly design: ArrayShape;
  readonly seed: number;
  readonly checkOrder: boolean;
}

const cases: fc.Arbitrary<Case> = fc.tuple(models, arrays, fc.nat(1000), fc.boolean()).map(
  ([
    model,
    {
      beat: [pn = 1, pk = 8],
      pt,
      groups,
      ph,
    },
    seed,
    checkOrder,
  ]) => {
    const lanes = headLanes(model);
    return {
      model,
      design: { pn, pk, pt, rows: pt * groups, ph: at(lanes, ph % lanes.length) },
      seed,
      checkOrder,
    };
  },
);

function greedy(logits: readonly number[]): RowOutput {
  const logit = Math.max(...logits);
  return { candidates: [{ token: logits.indexOf(logit), logit }] };
}

/** A sequence of the test: its past, its blocks and slots that nobody else has. */
interface Played {
  readonly past: ReferenceSequence;
  readonly blocks: readonly number[];
  position: number;
}

class Play {
  readonly #machine: InterpretedAccelerator;
  readonly #random: (count: number) => number;
  readonly #model: ModelShape;
  readonly #free: number[];
  readonly sequences: readonly Played[];

  constructor({ model, design, seed, checkOrder }: Case, parameters: ModelParameters) {
    this.#model = model;
    this.#random = randomNumbers(seed);
    const blocks = Math.ceil(model.maxContext / model.blockSize);
    const kvBlocks = 3 * blocks + design.rows;
    this.#machine = new InterpretedAccelerator(model, design, parameters, { kvBlocks, checkOrder });
    this.#free = Array.from({ length: kvBlocks }, (_, block) => block);
    this.sequences = [0, 1].map(() => ({
      past: new ReferenceSequence(model, parameters),
      blocks: Array.from({ length: blocks }, () => this.#takeBlock()),
      position: 0,
    }));
  }

  #takeBlock(): number {
    return at(this.#free.splice(this.#random(this.#free.length), 1), 0);
  }

  /** A step of chunks, one of each sequence. */
  chunks(): void {
    const rows: Row[] = [];
    const wanted: RowOutput[] = [];
    const most = Math.floor(this.#machine.plan.rows / this.sequences.length);
    this.sequences.forEach((sequence, id) => {
      for (let count = 1 + this.#random(most); count > 0; count--) {
        const token = this.#random(this.#model.vocab);
        wanted.push(greedy(sequence.past.step(token)));
        rows.push({
          token,
          position: sequence.position++,
          blocks: sequence.blocks,
          sequence: id,
          emit: "argmax",
        });
      }
    });
    expect(this.#machine.step(rows)).toEqual(wanted);
  }

  /** A step of one tree: nodes by depth, each with any earlier node one above it; all give what their path gives alone. */
  tree(): void {
    const sequence = at(this.sequences, 1);
    const context = sequence.position;
    const nodes: { readonly past: ReferenceSequence; readonly depth: number; readonly seen: bigint }[] = [];
    const rows: Row[] = [];
    const wanted: RowOutput[] = [];
    const spare = this.#free;
    let depth = 0;
    for (let index = 0; index < this.#machine.plan.rows; index++) {
      if (index > 0 && this.#random(2) === 0) depth += 1;
      const above = nodes.filter((node) => node.depth === depth - 1);
      const parent = above.length === 0 ? undefined : at(above, this.#random(above.length));
      const past = (parent?.past ?? sequence.past).fork();
      const token = this.#random(this.#model.vocab);
      wanted.push(greedy(past.step(token)));
      const seen = (parent?.seen ?? 0n) | (1n << BigInt(index));
      nodes.push({ past, depth, seen });
      const slot = at(spare, index) * this.#model.blockSize;
      const position = context + depth;
      rows.push({
        token,
        position,
        blocks: sequence.blocks,
        slot,
        context,
        visible: seen,
        sequence: 1,
        emit: "argmax",
      });
    }
    expect(this.#machine.step(rows)).toEqual(wanted);
  }
}

test("chunks and trees of any shape give what their paths give alone", () => {
  fc.assert(
    fc.property(cases, (one) => {
      const play = new Play(one, randomParameters(one.model, one.seed));
      play.chunks();
      play.tree();
      play.chunks();
    }),
    { numRuns: 16, seed: 20261122 },
  );
});
