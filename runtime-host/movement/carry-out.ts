import { CompilerBug, unreachable } from "../../ir/index.ts";
import type { KvPort } from "../device.ts";
import type { Sequence } from "../scheduling/sequence.ts";
import type { HostStore } from "./host-store.ts";
import { type Move, type Moved, NOTHING_MOVED } from "./moves.ts";
import { sealBlock } from "./sealed-block.ts";

/** What came of moves. */
export interface CarriedOut {
  readonly moved: Moved;
  /** Moves into the device that worked. */
  readonly done: readonly Move[];
  /** Sequences whose blocks are not what they should be: they have to compute anew. */
  readonly failed: ReadonlySet<Sequence>;
}

/** Does what was planned for one device's blocks, in order. What cannot be moved or is damaged fails its sequence, nothing else. */
export async function carryOut(
  moves: readonly Move[],
  port: KvPort | undefined,
  store: HostStore | undefined,
): Promise<CarriedOut> {
  if (moves.length === 0) return { moved: NOTHING_MOVED, done: [], failed: new Set() };
  if (port === undefined) throw new CompilerBug("blocks are moved on a device that cannot");
  const carrier = new Carrier(port, store);
  for (const move of moves) await carrier.carry(move);
  return carrier.outcome;
}

class Carrier {
  readonly #port: KvPort;
  readonly #store: HostStore | undefined;
  readonly #done: Move[] = [];
  readonly #failed = new Set<Sequence>();
  #blocks = 0;
  #bytesOut = 0;
  #bytesIn = 0;

  constructor(port: KvPort, store: HostStore | undefined) {
    this.#port = port;
    this.#store = store;
  }

  get outcome(): CarriedOut {
    const moved = { blocks: this.#blocks, bytesOut: this.#bytesOut, bytesIn: this.#bytesIn };
    return { moved, done: this.#done, failed: this.#failed };
  }

  async carry(move: Move): Promise<void> {
    switch (move.kind) {
      case "save": {
        const bytes = await this.#read(move.block);
        if (bytes !== undefined) await this.#store?.put(move.key, bytes);
        return;
      }
      case "swap-out": {
        const bytes = await this.#read(move.block);
        move.swapped.blocks[move.entry] = bytes === undefined ? "lost" : sealBlock(bytes);
        return;
      }
      case "swap-in":
        return this.#into(move, this.#store?.open(move.sealed));
      case "restore": {
        const taken = await this.#store?.take(move.key);
        return this.#into(move, taken?.kind === "intact" ? taken.bytes : undefined);
      }
      case "copy":
        return this.#into(move, await this.#read(move.from));
      default:
        return unreachable(move);
    }
  }

  async #read(block: number): Promise<Uint8Array | undefined> {
    const read = await this.#port.readBlock(block);
    if (read.kind === "error") return undefined;
    this.#blocks += 1;
    this.#bytesOut += read.value.length;
    return read.value;
  }

  async #into(
    move: Extract<Move, { readonly sequence: Sequence }>,
    bytes: Uint8Array | undefined,
  ): Promise<void> {
    const written = bytes === undefined ? undefined : await this.#port.writeBlock(move.block, bytes);
    if (bytes === undefined || written?.kind !== "ok") {
      this.#failed.add(move.sequence);
      return;
    }
    this.#blocks += 1;
    this.#bytesIn += bytes.length;
    this.#done.push(move);
  }
}
