import { setImmediate } from "node:timers/promises";
import { at, CompilerBug, ok, present } from "../../ir/index.ts";
import { NULL_BLOCK } from "../blocks/block-pool.ts";
import type { Device, DeviceCapabilities, Emission, RowDescriptor } from "../device.ts";

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
  readonly blockSize: number;
  readonly maxContext: number;
  readonly vocab: number;
}

/** A decoder and the tokens that it has taken in. */
interface Replay {
  readonly decoder: SequenceDecoder;
  readonly tokens: number[];
}

/**
 * A device in software. Its KV memory holds tokens: a row's context is read back through its block table and a
 * decoder takes it in, so that a wrong table gives wrong tokens here as on hardware. A decoder that has already
 * taken in the context goes on; any other context (a sibling in a tree, a shared prefix) is replayed from its start.
 */
export function createReferenceDevice(options: ReferenceDeviceOptions): Device {
  const { rows, blockSize, maxContext, vocab, openDecoder } = options;
  const blocks = Math.ceil(maxContext / blockSize) + 1;
  const emits = ["none", "argmax", "logits"] as const;
  const capabilities: DeviceCapabilities = {
    rows,
    sequences: rows,
    blockSize,
    blocks,
    maxContext,
    vocab,
    emits,
  };
  const memory = new Map<number, number>();
  const replays = new Map<number, Replay>();
  const load = ({ blockTable }: RowDescriptor, position: number): number | undefined => {
    const block = at(blockTable, Math.floor(position / blockSize));
    return block === NULL_BLOCK ? undefined : memory.get(block * blockSize + (position % blockSize));
  };
  const advance = (row: RowDescriptor, context: readonly (number | undefined)[]): Float32Array => {
    const replay = continueReplay(replays.get(row.sequence), context) ?? {
      decoder: openDecoder(),
      tokens: [],
    };
    replays.set(row.sequence, replay);
    for (const token of context.slice(replay.tokens.length))
      take(replay, present(token, "a token of the context"));
    return take(replay, row.token);
  };
  return {
    capabilities,
    step: async (descriptors) => {
      await setImmediate(); // as on every device, others get their turn while a step runs
      checkRows(descriptors, capabilities);
      const emissions: Emission[] = [];
      for (const [index, row] of descriptors.entries()) {
        memory.set(row.kvSlot, row.token);
        const logits = advance(row, contextOf(index, descriptors, load));
        emissions.push(...emit(row, index, logits));
      }
      return ok({ emissions });
    },
    close: () => Promise.resolve(),
  };
}

/** The tokens before a row: the committed ones through its block table, then the rows of this step that it sees. */
function contextOf(
  index: number,
  rows: readonly RowDescriptor[],
  load: (row: RowDescriptor, position: number) => number | undefined,
): readonly (number | undefined)[] {
  const row = at(rows, index);
  const own = rows.filter(({ sequence }) => sequence === row.sequence);
  const committed = Math.min(...own.map(({ position }) => position));
  const past = Array.from({ length: committed }, (_, position) => {
    return load(row, position);
  });
  const seen = rows.filter((_, i) => i !== index && (row.visible & (1n << BigInt(i))) !== 0n);
  return [...past, ...seen.map(({ token }) => token)];
}

/** The replay, where all that it has taken in is the beginning of `context`; unknown tokens are taken to be its own. */
function continueReplay(
  replay: Replay | undefined,
  context: readonly (number | undefined)[],
): Replay | undefined {
  if (replay === undefined || replay.tokens.length > context.length) return undefined;
  const agrees = replay.tokens.every((token, i) => (context[i] ?? token) === token);
  return agrees ? replay : undefined;
}

function take(replay: Replay, token: number): Float32Array {
  replay.tokens.push(token);
  return replay.decoder.step(token);
}

function emit(row: RowDescriptor, index: number, logits: Float32Array): readonly Emission[] {
  switch (row.emit) {
    case "none":
      return [];
    case "argmax":
      return [{ kind: "argmax", row: index, token: indexOfLargest(logits) }];
    case "logits":
      return [{ kind: "logits", row: index, logits }];
    case "topk":
      throw new CompilerBug("the reference device gives argmax or logits");
  }
}

/** The first of equals, as the hardware's comparison does. */
function indexOfLargest(logits: Float32Array): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (at(logits, i) > at(logits, best)) best = i;
  return best;
}

function checkRows(
  rows: readonly RowDescriptor[],
  { rows: most, maxContext, vocab }: DeviceCapabilities,
): void {
  if (rows.length === 0 || rows.length > most)
    throw new CompilerBug(`a step of ${rows.length} rows on a device of ${most}`);
  for (const { token, position, visible } of rows) {
    if (position >= maxContext) throw new CompilerBug(`position ${position} on a device of ${maxContext}`);
    if (token < 0 || token >= vocab) throw new CompilerBug(`token ${token} is outside the vocabulary`);
    if (visible === 0n) throw new CompilerBug("a row sees at least itself");
  }
}
