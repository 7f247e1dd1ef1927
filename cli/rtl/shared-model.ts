import type { ModelParameters, ModelShape, RowOutput } from "../../backend-hls/index.ts";
import { type QuantizedModel, rotaryTable, splitModel } from "../../frontend/index.ts";
import { at } from "../../ir/index.ts";
import { rankLogits } from "../../runtime-host/index.ts";

/** The sizes of the part of a model that one of `parts` accelerators has, where the model has such (`splitProblem`). Few key/value heads are there several times. */
export function partOf(model: ModelShape, parts: number): ModelShape {
  if (parts === 1) return model;
  const { heads, kvHeads, ffn, vocab } = model;
  return {
    ...model,
    parts,
    heads: heads / parts,
    kvHeads: Math.max(1, kvHeads / parts),
    ffn: ffn / parts,
    vocab: vocab / parts,
  };
}

/** What each of `parts` accelerators has of a model's parameters: embedding and gains are everywhere. */
export function partParameters(
  model: QuantizedModel,
  parts: number,
  maxContext: number,
): readonly ModelParameters[] {
  const rope = rotaryTable(model.config, maxContext);
  if (parts === 1) return [{ ...model, rope }];
  const { embed, finalNorm } = model;
  return splitModel(model, parts).shards.map(({ layers, head }) => ({
    embed,
    finalNorm,
    rope,
    head,
    layers,
  }));
}

/** What accelerators say of a row, each of the tokens that it has: the best of all, and all logits. */
export function mergeOutputs(
  outputs: readonly (RowOutput | undefined)[],
  tokensOfPart: number,
): RowOutput | undefined {
  if (outputs.length === 1) return outputs[0];
  const given = outputs.flatMap((output) => (output === undefined ? [] : [output]));
  const [first] = given;
  if (first === undefined) return undefined;
  const all = given.flatMap(({ candidates }, part) =>
    candidates.map(({ token, logit }) => ({ token: part * tokensOfPart + token, logit })),
  );
  const byToken = all.toSorted((a, b) => a.token - b.token);
  const ranked = rankLogits(
    Float32Array.from(byToken, ({ logit }) => logit),
    first.candidates.length,
  );
  const candidates = ranked.map((place) => at(byToken, place));
  if (first.logits === undefined) return { candidates };
  return { candidates, logits: Float32Array.from(given.flatMap(({ logits = [] }) => [...logits])) };
}
