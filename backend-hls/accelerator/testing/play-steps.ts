import { at } from "../../../ir/index.ts";
import type { ModelParameters, ModelShape, Row, RowOutput } from "../index.ts";
import type { InterpretedAccelerator } from "./machine.ts";
import { randomNumbers } from "./random-model.ts";
import { ReferenceSequence } from "./reference.ts";

/** What an emitting row should give: all logits, ranked, the lowest index first of equals. */
function outputOf(logits: readonly number[], emit: Row["emit"], candidates: number): RowOutput | undefined {
  if (emit === "none") return undefined;
  const ranked = logits.map((logit, token) => ({ token, logit })).toSorted((a, b) => b.logit - a.logit);
  const best = { candidates: ranked.slice(0, candidates) };
  return emit === "logits" ? { ...best, logits: Float32Array.from(logits) } : best;
}

/** Some sequences, mixed in steps of any number of rows, their blocks shuffled: what each row should give, and what it gives. */
export function playSteps(
  machine: InterpretedAccelerator,
  model: ModelShape,
  parameters: ModelParameters,
  seed: number,
): readonly (readonly [unknown, unknown])[] {
  const random = randomNumbers(seed);
  const { candidates, logits: hasLogits } = machine.plan.outputs;
  const emits: readonly Row["emit"][] = [
    "none",
    "argmax",
    candidates > 1 ? "topk" : "argmax",
    hasLogits ? "logits" : "none",
  ];
  const blocks = Math.ceil(model.maxContext / model.blockSize);
  const free = Array.from({ length: 3 * blocks }, (_, block) => block);
  const take = (): number => at(free.splice(random(free.length), 1), 0);
  const sequences = [0, 1, 2].map((id) => ({
    id,
    position: 0,
    reference: new ReferenceSequence(model, parameters),
    blocks: Array.from({ length: blocks }, take),
  }));
  const results: (readonly [unknown, unknown])[] = [];
  for (let step = 0; step < 5; step++) {
    const rows: Row[] = [];
    const wanted: (RowOutput | undefined)[] = [];
    const picks = Array.from({ length: 1 + random(machine.plan.rows) }, () => random(3));
    for (const pick of picks.toSorted()) {
      const sequence = at(sequences, pick);
      const token = random(model.vocab);
      const emit = at(emits, random(emits.length));
      const logits = sequence.reference.step(token);
      rows.push({
        token,
        position: sequence.position++,
        blocks: sequence.blocks,
        sequence: sequence.id,
        emit,
      });
      wanted.push(outputOf(logits, emit, candidates));
    }
    results.push([machine.step(rows), wanted]);
  }
  return results;
}
