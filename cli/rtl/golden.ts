import { createIntegerDecoder, decodeGreedily, type QuantizedModel } from "../../frontend/index.ts";
import { at } from "../../ir/index.ts";
import { firstRows, type RowDescriptor, slotOf } from "../../runtime-host/index.ts";

/** What every build is tested with: a prompt and the integer reference's greedy tokens behind it. */
export interface Golden {
  readonly promptIds: readonly number[];
  readonly tokenIds: readonly number[];
}

/** Tokens of the prompt and of the answer: few, since every build computes them. */
const LONGEST = { prompt: 5, answer: 6 } as const;

/** Multiply-accumulates that the golden tokens may cost: about a second. */
const BUDGET_MACS = 1e9;

/** What of a design the golden tokens depend on. */
export interface GoldenDesign {
  readonly blockSize: number;
  readonly maxContext: number;
}

/** The golden tokens of a model: as many as a second allows, a prompt of at least one and two behind it. */
export function goldenTokens(model: QuantizedModel, { blockSize, maxContext }: GoldenDesign): Golden {
  const { vocab, bosId, hidden, layers, heads, kvHeads, headDim, ffn } = model.config;
  const perLayer = hidden * headDim * (2 * heads + 2 * kvHeads) + 3 * hidden * ffn;
  const positions = Math.floor(BUDGET_MACS / (layers * perLayer + hidden * vocab));
  const room = Math.min(maxContext, LONGEST.prompt + LONGEST.answer, Math.max(3, positions + 1));
  const promptLength = Math.max(1, Math.min(LONGEST.prompt, Math.floor(room / 2)));
  const promptIds = Array.from({ length: promptLength }, (_, index) =>
    index === 0 ? (bosId ?? 0) : (17 * index + 5) % vocab,
  );
  const decoder = createIntegerDecoder(model, { blockSize });
  return { promptIds, tokenIds: decodeGreedily(decoder, promptIds, Math.max(1, room - promptLength)) };
}

/** A step of the golden test: its rows, and the token that its last row gives. */
export interface GoldenStep {
  readonly rows: readonly RowDescriptor[];
  readonly token: number | undefined;
}

/** The golden test as steps of at most `rows` rows, of which the last one of the prompt and every later one emits. */
export function goldenSteps(
  { promptIds, tokenIds }: Golden,
  { rows, blockSize }: { readonly rows: number; readonly blockSize: number },
): readonly GoldenStep[] {
  const tokens = [...promptIds, ...tokenIds];
  const blocks = Array.from({ length: Math.ceil(tokens.length / blockSize) }, (_, index) => index + 1);
  const steps: GoldenStep[] = [];
  for (let from = 0; from < tokens.length - 1; ) {
    const to = from < promptIds.length ? Math.min(promptIds.length, from + rows) : from + 1;
    const isEmitting = to >= promptIds.length;
    steps.push({
      rows: tokens.slice(from, to).map((token, index) => {
        const position = from + index;
        const emit = isEmitting && position === to - 1 ? "argmax" : "none";
        const kvSlot = slotOf(blocks, position, blockSize);
        return {
          token,
          position,
          kvSlot,
          sequence: 0,
          blockTable: blocks,
          visible: firstRows(index + 1),
          emit,
        };
      }),
      token: isEmitting ? at(tokens, to) : undefined,
    });
    from = to;
  }
  return steps;
}
