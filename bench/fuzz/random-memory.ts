import {
  beatType,
  bundleType,
  i16,
  i32,
  type LoopBuilder,
  type MemoryParameters,
  REQUEST_TYPE,
  ScheduleBuilder,
  type StreamElement,
  streamType,
  tokenType,
  type Value,
  vectorType,
} from "../../ir/index.ts";
import { Choices } from "./choices.ts";
import type { RandomProgram } from "./random-program.ts";

/** What a program with external memory is drawn from. */
interface MemoryDraft {
  readonly c: Choices;
  readonly beatBytes: number;
  /** Read engines beside the one that fetches the table. */
  readonly readers: number;
  readonly writes: boolean;
  readonly rounds: number;
  /** Most beats of one request, a power of two. */
  readonly most: number;
}

/** Bytes of the table, of the data behind it, and from there on of the results. */
const TABLE_BYTES = 4096;
const DATA_BYTES = 16384;

/** A memory with random timing: ideal or banked, as slow as it likes. */
export function randomMemory(c: Choices, beatBytes: number): MemoryParameters {
  const port = {
    dataBits: 8 * beatBytes,
    addressBits: 32,
    depthBeats: 2 ** 17 / beatBytes,
    queueDepth: c.pick([2, 4, 8]),
    readLatency: c.between(2, 40),
  };
  if (c.chance(30)) return { ...port, kind: "ideal" };
  const cycles = c.pick([1, 1, 2, 3, 8]);
  return {
    ...port,
    kind: "banked",
    rate: { beats: c.between(1, cycles), cycles },
    banks: c.pick([1, 2, 8]),
    rowBeats: c.pick([16, 64, 256]),
    trcd: c.between(1, 9),
    trp: c.between(1, 9),
    tras: c.between(1, 20),
    trfc: c.between(1, 60),
    trefi: c.between(150, 900),
    twtr: c.between(1, 6),
    trtw: c.between(1, 6),
  };
}

/** The words of a beat. */
function words(b: LoopBuilder, beat: Value, { beatBytes }: MemoryDraft): readonly Value[] {
  return b.lanes(b.vectorCast(beat, vectorType(beatBytes / 4, i32)));
}

/** Fetches one word of a table each round; it says what the readers fetch, and what the mixer is told. */
function addWalker(s: ScheduleBuilder, draft: MemoryDraft, ends: Readonly<Record<string, Value>>): void {
  const { c, beatBytes, rounds, most, readers } = draft;
  const lookAhead = c.chance(50) ? 1 : 0;
  s.kernel({
    name: "walker",
    command: s.outside(0),
    fields: ["n", "base", "result"],
    connections: ends,
    body: ({ b, port, field }) => {
      const ends: Readonly<Record<string, Value | undefined>> = port; // as many readers as were drawn
      const end = (name: string): Value => ends[name] ?? field.n;
      b.loop("round", { to: field.n, maxTrip: rounds }, (round) => {
        b.loop("part", { to: 2 + lookAhead }, (part) => {
          const index = b.indexCast(round, i32);
          b.when(b.cmpi("eq", part, b.index(0)), () => {
            b.write(end("table_req"), b.addi(field.base, b.muli(index, b.int(beatBytes))), b.int(1));
          });
          b.when(b.cmpi("eq", part, b.index(1 + lookAhead)), () => {
            const [first = index, second = first] = words(b, b.read(end("table_data")), draft);
            const count = b.andi(first, b.int(2 * most - 1));
            const kept = b.minsi(count, b.int(most));
            for (let reader = 0; reader < readers; reader++) {
              const place = b.andi(b.shrui(second, b.int(5 * reader)), b.int(DATA_BYTES / 2 / beatBytes - 1));
              const address = b.addi(b.muli(place, b.int(beatBytes)), b.int(TABLE_BYTES));
              b.write(end(`r${String(reader)}_req`), address, kept);
            }
            const result = b.addi(field.result, b.muli(index, b.int(most * beatBytes)));
            if (draft.writes) b.write(end("w_req"), result, kept);
            b.write(end("mix"), b.trunci(kept, 16), second);
          });
        });
      });
    },
  });
}

/** Adds up what the readers bring, and gives it to the host, to memory, or to both. */
function addMixer(s: ScheduleBuilder, draft: MemoryDraft, ends: Readonly<Record<string, Value>>): void {
  const { c, readers, most, writes } = draft;
  s.kernel({
    name: "mixer",
    command: ends["mix"] ?? s.outside(0),
    fields: ["n", "salt"],
    connections: Object.fromEntries(Object.entries(ends).filter(([name]) => name !== "mix")),
    body: ({ b, port, field }) => {
      const ends: Readonly<Record<string, Value | undefined>> = port; // as many readers as were drawn
      const end = (name: string): Value => ends[name] ?? field.n;
      b.loop("beat", { to: field.n, maxTrip: most }, (beat) => {
        const repeat = c.pick([1, 1, 3]);
        b.loop("again", { to: repeat }, (again) => {
          b.when(b.cmpi("eq", again, b.index(repeat - 1)), () => {
            const beats = Array.from({ length: readers }, (_, reader) =>
              words(b, b.read(end(`r${String(reader)}`)), draft),
            );
            const [first = []] = beats;
            const sums = first.map((word, lane) =>
              beats
                .slice(1)
                .reduce((sum, other) => b.addi(sum, other[lane] ?? word), b.xori(word, field.salt)),
            );
            if (writes) b.write(end("w"), b.vectorCast(b.vector(sums, i32), vectorTypeOf(draft)));
            b.when(b.cmpi("eq", beat, b.index(0)), () => {
              b.write(end("ys"), sums[0] ?? field.salt);
            });
          });
        });
      });
    },
  });
}

function vectorTypeOf({ beatBytes }: MemoryDraft) {
  const type = beatType(beatBytes);
  if (type.kind !== "vector") throw new RangeError("a beat is a vector");
  return type;
}

/** Takes the tokens of all writes. */
function addCollector(s: ScheduleBuilder, { rounds }: MemoryDraft, acks: Value | undefined): void {
  s.kernel({
    name: "collector",
    command: s.outside(1),
    fields: ["n"],
    done: s.outside(3),
    connections: Object.fromEntries(acks === undefined ? [] : [["acks", acks]]),
    body: ({ b, port, field }) => {
      const { acks: tokens }: Readonly<Record<string, Value | undefined>> = port;
      b.loop("i", { to: field.n, maxTrip: rounds }, () => {
        if (tokens !== undefined) b.readFields(tokens);
      });
    },
  });
}

/**
 * Kernels around external memory: a table in it says what several read engines fetch, sums go back into it. Engines, arbiters
 * and the memory's timing decide when everything happens; requests of no beats, across pages, and back to back are among them.
 */
export function memoryProgram(seed: number): RandomProgram {
  const c = new Choices(seed);
  const beatBytes = c.pick([8, 16, 32]);
  const draft: MemoryDraft = {
    c,
    beatBytes,
    readers: c.between(1, 3),
    writes: c.chance(70),
    rounds: c.between(2, 10),
    most: c.pick([1, 4, 16, 32]),
  };
  const s = new ScheduleBuilder(`memory${String(seed)}`, [
    { name: "c", type: streamType(bundleType([i16, i32, i32])) },
    { name: "e", type: streamType(bundleType([i16])) },
    { name: "ys", type: streamType(i32) },
    { name: "d", type: streamType(tokenType) },
    { name: "gmem0", type: { kind: "memory", bytes: beatBytes } },
  ]);
  connect(s, draft);
  const commands = Array.from({ length: c.between(1, 3) }, (_, k) => ({
    n: c.chance(10) ? 0 : c.between(1, draft.rounds),
    base: beatBytes * c.below(8),
    result: TABLE_BYTES + DATA_BYTES + k * draft.rounds * draft.most * beatBytes,
  }));
  const timed = (elements: readonly StreamElement[]) => ({
    elements,
    dues: elements.map(() => (c.chance(30) ? c.below(400) : 0)),
  });
  return {
    schedule: s.finish(),
    inputs: new Map([
      ["c", timed(commands.map(({ n, base, result }): StreamElement => [n, base, result]))],
      ["e", timed(commands.map(({ n }): StreamElement => [n]))],
    ]),
    ready: c.chance(50) ? (1n << 64n) - 1n : c.wide(64) | 1n,
    mode: c.chance(85) ? "optimized" : "sequential",
    family: c.pick(["xc7", "xcup"]),
    clockMhz: c.pick([100, 150, 200, 250, 300]),
    memory: {
      parameters: randomMemory(c, beatBytes),
      image: Uint8Array.from({ length: 2 ** 17 }, (_, index) =>
        index < TABLE_BYTES + DATA_BYTES ? c.below(256) : 0,
      ),
    },
  };
}

/** Queues, engines and kernels. */
function connect(s: ScheduleBuilder, draft: MemoryDraft): void {
  const { c, beatBytes, readers, writes } = draft;
  const memory = s.outside(4);
  const depth = (): number => c.between(1, 6);
  const beat = beatType(beatBytes);
  const burst = (): number => Math.min(c.pick([2, 4, 16, 64]), 4096 / beatBytes);
  const walker: Record<string, Value> = {};
  const mixer: Record<string, Value> = { ys: s.outside(2) };
  const reader = (name: string): Value => {
    const [requests, data] = [
      s.stream(`${name}_req`, REQUEST_TYPE, depth()),
      s.stream(`${name}_data`, beat, depth()),
    ];
    walker[`${name}_req`] = requests;
    s.burstRead(name, { memory, requests, data }, burst());
    return data;
  };
  walker["table_data"] = reader("table");
  for (let index = 0; index < readers; index++) mixer[`r${String(index)}`] = reader(`r${String(index)}`);
  const acks = writes ? s.tokens("acks", depth()) : undefined;
  if (acks !== undefined) {
    const [requests, data] = [s.stream("w_req", REQUEST_TYPE, depth()), s.stream("w_data", beat, depth())];
    [walker["w_req"], mixer["w"]] = [requests, data];
    s.burstWrite("w", { memory, requests, data, done: acks }, burst());
  }
  const mix = s.commands("mix", [i16, i32], depth());
  [walker["mix"], mixer["mix"]] = [mix, mix];
  addWalker(s, draft, walker);
  addMixer(s, draft, mixer);
  addCollector(s, draft, acks);
}
