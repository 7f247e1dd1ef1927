import { at, CompilerBug, HwBuilder, type Operation, type Value, widthOf } from "../../ir/index.ts";
import { axisBits, axisInputModule } from "./axis-input.ts";
import { bitsFor, nextIndex } from "./bits.ts";
import { creditCounter } from "./credits.ts";
import { fifoModule } from "./fifo.ts";
import { type LateInstance, lateInstance } from "./late-instance.ts";
import { type HardwareUnit, modulesOf } from "./unit.ts";

/** What joins accelerators that share a model. */
export interface LinkHubOptions {
  readonly name: string;
  /** At least 2. */
  readonly accelerators: number;
  /** 32-bit words that each of them gives at once. */
  readonly lanes: number;
  /** Cycles from words being taken to their sum being shown; at least `leastHubLatency`. */
  readonly latency: number;
}

/**
 * Cycles between accelerators where nobody says otherwise, from a word being given out to the sum of all being shown: an assumption,
 * about a serial link in each direction at 250 MHz.
 */
export const LINK_LATENCY = 64;

/** Words of an accelerator that is ahead of the others, which wait for theirs. */
const INPUT_DEPTH = 16;

/** Cycles from a word being taken to its being shown, out of a queue and into one. */
const QUEUE_CYCLES = 2;

/** The least latency of a hub: two queues, and a register for each level of the tree. */
export function leastHubLatency(accelerators: number): number {
  return QUEUE_CYCLES + levelsOf(accelerators);
}

function levelsOf(accelerators: number): number {
  return Math.ceil(Math.log2(accelerators));
}

/** Room for the elements that go in and out of a hub: what is under way keeps the hub busy in every cycle. */
export function hubDepths({
  latency,
}: Pick<LinkHubOptions, "latency">): Readonly<Record<"input" | "output", number>> {
  return { input: INPUT_DEPTH, output: latency + QUEUE_CYCLES };
}

/**
 * All-reduce: takes a word of each accelerator, gives the sum or the maximum of them, lane by lane, to all. For each accelerator `n` AXI4-Streams
 * `in<n>_` (lanes of 32 bits and above them one bit: signed maximum, else sum modulo 2^32) and `out<n>_` (the lanes). A tree of adders with a
 * register on each level; what is left of the latency is a delay line. Nothing that was taken is lost: a word leaves the queues in front
 * only where the queues behind have room.
 */
export function linkHub(options: LinkHubOptions): HardwareUnit {
  const { name, accelerators, lanes, latency } = options;
  const delay = latency - leastHubLatency(accelerators);
  if (delay < 0) throw new CompilerBug(`a hub of ${String(latency)} cycles`);
  const [wordBits, sumBits] = [32 * lanes + 1, 32 * lanes];
  const places = Array.from({ length: accelerators }, (_, place) => String(place));
  const b = new HwBuilder(name, [
    { name: "clk", width: "clock" },
    { name: "rst", width: 1 },
    ...places.flatMap((n) => [
      { name: `in${n}_tvalid`, width: 1 },
      { name: `in${n}_tdata`, width: axisBits(wordBits) },
      { name: `out${n}_tready`, width: 1 },
    ]),
  ]);
  const depths = hubDepths(options);
  const parts = {
    front: axisInputModule(wordBits, { depth: depths.input }),
    before: fifoModule(wordBits, depths.input),
    behind: fifoModule(sumBits, depths.output),
  };
  const queues = places.map((n) => inputQueue(b, n, parts));
  const outputs = places.map((n) => lateInstance(b, parts.behind, `behind${n}`));
  const credits = outputs.map((queue, n) =>
    creditCounter(b, `out${String(n)}`, { depth: depths.output }, queue.out("in_credit")),
  );
  const fires = [...queues.map((queue) => queue.out("out_valid")), ...credits.map(({ any }) => any)].reduce(
    (all, bit) => b.and(all, bit),
  );
  for (const queue of queues) queue.connect({ out_pop: fires });
  for (const each of credits) each.spend(fires);
  const words = queues.map((queue) => queue.out("out_data"));
  const reduced = reduceTree(
    b,
    { valid: fires, isMaximum: b.extract(at(words, 0), sumBits, 1) },
    words.map((word) => b.extract(word, 0, sumBits)),
  );
  const { valid, data } = delayed(b, reduced, delay);
  outputs.forEach((queue, n) => {
    const ready = b.input(`out${String(n)}_tready`);
    queue.connect({ in_valid: valid, in_data: data, out_pop: b.and(queue.out("out_valid"), ready) });
    b.output(`out${String(n)}_tvalid`, queue.out("out_valid"));
    b.output(`out${String(n)}_tdata`, queue.out("out_data"));
  });
  const module = b.finish();
  return {
    module,
    submodules: modulesOf(...Object.values(parts).map((part) => ({ module: part, submodules: [] }))),
  };
}

/** The queue in front of the tree, which an AXI4-Stream fills. */
function inputQueue(
  b: HwBuilder,
  n: string,
  { front, before }: Readonly<Record<"front" | "before", Operation>>,
): LateInstance {
  const [entry, queue] = [lateInstance(b, front, `front${n}`), lateInstance(b, before, `before${n}`)];
  entry.connect({
    tvalid: b.input(`in${n}_tvalid`),
    tdata: b.input(`in${n}_tdata`),
    credit: queue.out("in_credit"),
  });
  queue.connect({ in_valid: entry.out("valid"), in_data: entry.out("data") });
  b.output(`in${n}_tready`, entry.out("tready"));
  return queue;
}

interface Moving {
  readonly valid: Value;
  readonly data: Value;
}

/** Neighbours become one, level by level, each with a register behind it. */
function reduceTree(
  b: HwBuilder,
  { valid, isMaximum }: Readonly<Record<"valid" | "isMaximum", Value>>,
  words: readonly Value[],
): Moving {
  if (words.length === 1) return { valid, data: at(words, 0) };
  const pairs = words.flatMap((word, n) => {
    const other = words[n + 1];
    if (n % 2 === 1) return [];
    return [
      b.register(other === undefined ? word : combined(b, isMaximum, [word, other]), { name: "level" }),
    ];
  });
  const next = {
    valid: b.register(valid, { name: "level_valid", reset: 0n }),
    isMaximum: b.register(isMaximum, { name: "level_kind" }),
  };
  return reduceTree(b, next, pairs);
}

/** Sum or signed maximum of each lane. */
function combined(b: HwBuilder, isMaximum: Value, [left, right]: readonly [Value, Value]): Value {
  const made = Array.from({ length: widthOf(left) / 32 }, (_, lane) => {
    const [x, y] = [b.extract(left, 32 * lane, 32), b.extract(right, 32 * lane, 32)];
    return b.mux(isMaximum, b.mux(b.icmp("sgt", x, y), x, y), b.add(x, y));
  });
  return b.concat(...made.toReversed());
}

/** The same so many cycles later: data in a ring that is written in every cycle. */
function delayed(b: HwBuilder, { valid, data }: Moving, cycles: number): Moving {
  if (cycles === 0) return { valid, data };
  const under = b.feedback(cycles, { name: "under_way", reset: 0n });
  under.drive(cycles === 1 ? valid : b.concat(b.extract(under.value, 0, cycles - 1), valid));
  const index = b.feedback(bitsFor(Math.max(1, cycles - 1)), { name: "place", reset: 0n });
  index.drive(nextIndex(b, index.value, cycles));
  const ring = b.memory({ name: "line", depth: Math.max(2, cycles), width: widthOf(data), readLatency: 0 });
  b.writePort(ring, index.value, { enable: b.constant(1, 1), data });
  return { valid: b.extract(under.value, cycles - 1, 1), data: b.readPort(ring, index.value) };
}
