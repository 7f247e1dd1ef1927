import type { BlockId } from "./blocks/block-pool.ts";

/** Why a sequence ended: a stop token, or as many tokens as it may have. */
export type FinishReason = "stop" | "length";

/** What is asked for: greedy tokens after a prompt. */
export interface GenerationRequest {
  /** At least one id. */
  readonly promptIds: readonly number[];
  /** Tokens to generate, at most; at least 1. */
  readonly maxTokens: number;
  /** Tokens that end the sequence; the one that does is part of the result. */
  readonly stopIds: readonly number[];
}

/** A request on its way: its tokens, how far the device has taken them in, and its blocks. */
export interface Sequence {
  /** The number under which the device knows it. */
  readonly slot: number;
  readonly request: GenerationRequest;
  /** Prompt and generated tokens. */
  readonly tokens: number[];
  /** Tokens whose keys and values are in the KV memory. */
  computed: number;
  /** Entry b holds positions b · blockSize and up. */
  readonly blockTable: BlockId[];
  finished: FinishReason | undefined;
}

/** A sequence of which nothing is computed yet. */
export function startSequence(slot: number, request: GenerationRequest): Sequence {
  return { slot, request, tokens: [...request.promptIds], computed: 0, blockTable: [], finished: undefined };
}

/** The tokens after the prompt. */
export function generatedTokens({ tokens, request }: Sequence): readonly number[] {
  return tokens.slice(request.promptIds.length);
}
