import { at } from "../../ir/index.ts";
import type { EngineMessage } from "../hosted/child-engine.ts";
import { littleEndian, type Protocol, toLittleEndian } from "../hosted/hosted-simulator.ts";
import type { StreamEvent, WatchedRun } from "../simulator.ts";

/** First byte of a command. The harness (`harness.ts`) has the same numbers. */
export const COMMANDS = { poke: 1, peek: 2, run: 3, write: 4, read: 5, quit: 6, watch: 7 } as const;
/** First byte of a reply. */
export const REPLIES = { answer: 0, progress: 1 } as const;

/** `[length, payload]`, the length as 32 bits, little-endian. */
function frame(kind: number, ...parts: readonly Buffer[]): Buffer {
  const payload = Buffer.concat([Buffer.from([kind]), ...parts]);
  return Buffer.concat([u32(payload.length), payload]);
}

function u32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(value);
  return out;
}

function u64(value: number): Buffer {
  return toLittleEndian(BigInt(value), 8);
}

function frameDecoder(): Protocol["decode"] {
  let pieces: Buffer[] = [];
  let held = 0;
  return (chunk) => {
    pieces.push(chunk);
    held += chunk.length;
    if (held < 4) return [];
    let bytes = Buffer.concat(pieces);
    const messages: EngineMessage[] = [];
    while (bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt32LE(0)) {
      const end = 4 + bytes.readUInt32LE(0);
      const data = Buffer.from(bytes.subarray(5, end));
      messages.push(
        bytes[4] === REPLIES.progress
          ? { kind: "progress", cycle: Number(data.readBigUInt64LE(0)) }
          : { kind: "answer", data },
      );
      bytes = bytes.subarray(end);
    }
    pieces = [bytes];
    held = bytes.length;
    return messages;
  };
}

/** Stop port of a run that has none. */
export const NO_PORT = 0xffffffff;

/** As `readRun`, then for each element 32 bits of cycle, 32 bits of stream and its bytes. */
function readWatching(answer: Buffer, bytes: readonly number[]): WatchedRun {
  const events: StreamEvent[] = [];
  for (let place = 9; place < answer.length; ) {
    const [cycle, stream] = [answer.readUInt32LE(place), answer.readUInt32LE(place + 4)];
    const end = place + 8 + at(bytes, stream);
    events.push({ cycle, stream, data: littleEndian(answer.subarray(place + 8, end)) });
    place = end;
  }
  return { cycles: Number(answer.readBigUInt64LE(0)), stopped: answer[8] === 1, events };
}

/** Length-prefixed binary commands. */
export function binaryProtocol(): Protocol {
  return {
    decode: frameDecoder(),
    poke: (port, width, value) =>
      frame(COMMANDS.poke, u32(port), toLittleEndian(value, Math.ceil(width / 8))),
    peek: (port) => frame(COMMANDS.peek, u32(port)),
    readPeek: (answer) => ({ kind: "known", value: littleEndian(answer) }),
    run: (design, cycles, until) => frame(COMMANDS.run, u32(design), u64(cycles), u32(until ?? NO_PORT)),
    readRun: (answer) => ({ cycles: Number(answer.readBigUInt64LE(0)), stopped: answer[8] === 1 }),
    runWatching: ({ design, cycles, until }, streams) =>
      frame(
        COMMANDS.watch,
        u32(design),
        u64(cycles),
        u32(until ?? NO_PORT),
        u32(streams.length),
        ...streams.flatMap(({ valid, data }) => [u32(valid), u32(data ?? NO_PORT)]),
      ),
    readWatching,
    writeWords: (memory, first, words, bytesPerWord) =>
      frame(
        COMMANDS.write,
        u32(memory),
        u32(first),
        u32(words.length),
        ...words.map((word) => toLittleEndian(word, bytesPerWord)),
      ),
    readWords: (memory, first, count) => frame(COMMANDS.read, u32(memory), u32(first), u32(count)),
    readBytes: (answer) => answer,
    quit: () => frame(COMMANDS.quit),
  };
}
