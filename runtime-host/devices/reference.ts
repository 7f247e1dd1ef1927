import { setImmediate } from "node:timers/promises";
import { at, CompilerBug, ok, present, unreachable } from "../../ir/index.ts";
import { NULL_BLOCK } from "../blocks/block-pool.ts";
import type { Device, DeviceCapabilities, Emission, KvPort, RowDescriptor } from "../device.ts";
import { rankLogits } from "../rank-logits.ts";
import { checkRows, committedPositions, rowsSeenBy } from "./check-rows.ts";
import { Histories, type History, tokensOf } from "./history.ts";
import { decodeSlots, encodeSlots } from "./history-bytes.ts";

/** One sequence being decoded in software: what this device needs of a reference engine. */
export interface SequenceDecoder {
  /** Takes in one token; returns the logits [vocab] of the token after it. */
  step(token: number): Float32Array;
}

/** What a reference device is made of. */
export interface ReferenceDeviceOptions {
  /** Starts a sequence at position 0. */
  readonly openDecoder: () => SequenceDecoder;
  readonly rows: number;
  /** Sequences of full length that the KV memory holds (default: 1). */
  readonly sequences?: number | undefined;
  /** Blocks of the KV memory, the null block included (default: what those sequences need). */
  readonly blocks?: number | undefined;
  readonly blockSize: number;
  readonly maxContext: number;
  readonly vocab: number;
  /** Candidates of a row that asks for `topk` (default: 8). */
  readonly candidates?: number | undefined;
}

/** A decoder and the tokens that it has taken in. */
interface Replay {
  readonly decoder: SequenceDecoder;
  readonly tokens: number[];
}

/**
 * A device in software, and the definition of what rows see: a row at position p sees, in the order of their positions, the
 * committed context of its sequence and those rows of the step whose bits its mask has. A slot of its KV memory holds what the
 * hardware's keys and values depend on, a token and all before it: a table that mixes contexts is found out at once. A decoder that has already
 * taken in the context goes on; any other context (a sibling in a tree, a shared prefix) is replayed from its start.
 */
export function createReferenceDevice(options: ReferenceDeviceOptions): Device {
  const { rows, sequences = 1, blockSize, maxContext, vocab, openDecoder } = options;
  const candidates = Math.min(options.candidates ?? defaultCandidates, vocab);
  const { blocks = sequences * Math.ceil(maxContext / blockSize) + 1 } = options;
  const emits = ["none", "argmax", "topk", "logits"] as const;
  const capabilities: DeviceCapabilities = {
    rows,
    sequences,
    blockSize,
    blocks,
    maxContext,
    vocab,
    emits,
    candidates,
    hasTrees: true,
  };
  const histories = new Histories();
  const memory = new Map<number, History>();
  const replays = new Map<number, Replay>();
  const load = ({ blockTable }: RowDescriptor, position: number): History | undefined => {
    const block = at(blockTable, Math.floor(position / blockSize));
    return block === NULL_BLOCK ? undefined : memory.get(block * blockSize + (position % blockSize));
  };
  const advance = (row: RowDescriptor, context: readonly number[]): Float32Array => {
    const replay = continueReplay(replays.get(row.sequence), context) ?? {
      decoder: openDecoder(),
      tokens: [],
    };
    replays.set(row.sequence, replay);
    for (const token of context.slice(replay.tokens.length)) take(replay, token);
    return take(replay, row.token);
  };
  return {
    capabilities,
    kv: slotPort({ memory, histories, blocks, blockSize }),
    step: async (descriptors) => {
      await setImmediate(); // as on every device, others get their turn while a step runs
      checkRows(descriptors, capabilities);
      const emissions: Emission[] = [];
      for (const [index, row] of descriptors.entries()) {
        const before = historyBefore(index, descriptors, { memory, load });
        memory.set(row.kvSlot, histories.append(before, row.token));
        const logits = advance(row, tokensOf(before));
        emissions.push(...emit(row, index, logits, candidates));
      }
      return ok({ emissions });
    },
    close: () => Promise.resolve(),
  };
}

/** Blocks as histories in bytes. */
function slotPort({
  memory,
  histories,
  blocks,
  blockSize,
}: {
  readonly memory: Map<number, History>;
  readonly histories: Histories;
  readonly blocks: number;
  readonly blockSize: number;
}): KvPort {
  const slots = (block: number): readonly number[] => {
    if (block <= NULL_BLOCK || block >= blocks) throw new CompilerBug(`there is no KV block ${block}`);
    return Array.from({ length: blockSize }, (_, n) => block * blockSize + n);
  };
  return {
    format: `histories/${blockSize}`,
    readBlock: (block) => Promise.resolve(ok(encodeSlots(slots(block).map((slot) => memory.get(slot))))),
    writeBlock: (block, bytes) => {
      const contents = decodeSlots(bytes, histories);
      slots(block).forEach((slot, n) => {
        const history = contents[n];
        if (history === undefined) memory.delete(slot);
        else memory.set(slot, history);
      });
      return Promise.resolve(ok(null));
    },
  };
}

/** What a row sees before itself: the committed context through its block table, then the rows of this step that it sees. */
function historyBefore(
  index: number,
  rows: readonly RowDescriptor[],
  {
    memory,
    load,
  }: {
    readonly memory: ReadonlyMap<number, History>;
    readonly load: (row: RowDescriptor, position: number) => History | undefined;
  },
): History | undefined {
  const row = at(rows, index);
  const seen = rowsSeenBy(index, rows).at(-1);
  if (seen !== undefined) return present(memory.get(seen.kvSlot), "the history of a row that is seen");
  const committed = committedPositions(rows, row.sequence);
  if (committed === 0) return undefined;
  const last = present(load(row, committed - 1), "the history at the last position of the context");
  let history: History | undefined = last;
  for (let position = committed - 1; position >= 0; position--) {
    const found = load(row, position); // what has left the window is nowhere
    if (found !== undefined && found !== history)
      throw new CompilerBug(`row ${index}: position ${position} of its table belongs to another context`);
    history = history?.before;
  }
  return last;
}

/** The replay, where all that it has taken in is the beginning of `context`. */
function continueReplay(replay: Replay | undefined, context: readonly number[]): Replay | undefined {
  if (replay === undefined || replay.tokens.length > context.length) return undefined;
  return replay.tokens.every((token, i) => context[i] === token) ? replay : undefined;
}

function take(replay: Replay, token: number): Float32Array {
  replay.tokens.push(token);
  return replay.decoder.step(token);
}

/** Candidates where nobody says how many. */
const defaultCandidates = 8;

function emit(
  row: RowDescriptor,
  index: number,
  logits: Float32Array,
  candidates: number,
): readonly Emission[] {
  const greedy = { row: index, token: at(rankLogits(logits, 1), 0) };
  switch (row.emit) {
    case "none":
      return [];
    case "argmax":
      return [{ kind: "argmax", ...greedy }];
    case "topk": {
      const tokens = rankLogits(logits, candidates);
      const values = Float32Array.from(tokens, (token) => at(logits, token));
      return [{ kind: "topk", ...greedy, tokens, logits: values }];
    }
    case "logits":
      return [{ kind: "logits", ...greedy, logits }];
    default:
      return unreachable(row.emit);
  }
}
