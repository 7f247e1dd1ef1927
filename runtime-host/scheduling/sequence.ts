import type { BlockId } from "../blocks/block-pool.ts";
import { type PrefixKey, prefixKey, prefixRoot } from "../blocks/prefix-key.ts";
import type { SwappedBlocks } from "../movement/moves.ts";
import type { ServingRequest } from "../request.ts";

/**
 * One stream of tokens on its way: `waiting` for its first step or again after a preemption, `running` with a place in the
 * steps, `finished` and without blocks.
 */
type SequenceState = "waiting" | "running" | "finished";

/** A request's prompt and one of its answers: tokens, how far the device has taken them in, and where. */
export interface Sequence {
  readonly request: ServingRequest;
  /** Which of the request's `n` answers. */
  readonly sample: number;
  /** Order of arrival. */
  readonly arrival: number;
  state: SequenceState;
  /** The number under which the device knows it, while it runs. */
  slot: number | undefined;
  /** The accelerator that has its blocks, while it runs. */
  place: number | undefined;
  /** Prompt and generated tokens. */
  readonly tokens: number[];
  /** Tokens whose keys and values are in the KV memory. */
  computed: number;
  /** Entry b holds positions b * blockSize and up; null blocks have left the window. */
  blockTable: BlockId[];
  /** Its blocks in the host's memory, where it was swapped out. */
  swapped: SwappedBlocks | undefined;
  /** Keys of the full blocks, from the first on, as far as they were needed. */
  readonly keys: PrefixKey[];
}

/** A sequence of which nothing is computed yet. */
export function startSequence(request: ServingRequest, arrival: number, sample = 0): Sequence {
  return {
    request,
    sample,
    arrival,
    state: "waiting",
    slot: undefined,
    place: undefined,
    tokens: [...request.promptIds],
    computed: 0,
    blockTable: [],
    swapped: undefined,
    keys: [],
  };
}

/** The tokens after the prompt. */
export function generatedTokens({ tokens, request }: Sequence): readonly number[] {
  return tokens.slice(request.promptIds.length);
}

/** Keys of the sequence's first `count` full blocks. */
export function keysOf(sequence: Sequence, blockSize: number, count: number): readonly PrefixKey[] {
  const { keys, tokens, request } = sequence;
  while (keys.length < count) {
    const from = keys.length * blockSize;
    const parent = keys.at(-1)?.hash ?? prefixRoot(request.cacheSalt);
    keys.push(prefixKey(parent, tokens.slice(from, from + blockSize)));
  }
  return keys.slice(0, count);
}
