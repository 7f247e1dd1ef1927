import { HwBuilder, type MemoryParameters, type PortSpec, type Value } from "../../ir/index.ts";
import {
  clockAndReset,
  fifoModule,
  type HardwareUnit,
  type LateInstance,
  lateInstance,
} from "../shell/index.ts";
import { handshakePorts } from "./handshakes.ts";

/** Rules of AXI that `axiChecker` watches; the number of a broken one is its place here plus 1. */
export const AXI_RULES = [
  "a read address changed or went away before it was taken",
  "a write address changed or went away before it was taken",
  "write data changed or went away before it was taken",
  "a read burst crosses 4 KiB, begins inside a beat or is no INCR burst of full beats",
  "a write burst crosses 4 KiB, begins inside a beat or is no INCR burst of full beats",
  "write data without an address",
  "wlast is not at the end of a burst",
  "more read bursts are under way than promised",
  "more write bursts are under way than promised",
  "memory gave read data that nobody asked for",
  "memory gave rlast not at the end of a burst",
  "memory answered a write that has not ended",
  "memory changed or took back read data",
  "memory changed or took back an answer",
] as const;

/** Bits of the number of a rule. */
const RULE_BITS = 4;

/** Bursts whose lengths the checker can hold. */
const DEPTH = 256;

/** Bits of a count of bursts. */
const COUNT_BITS = 10;

function ports({
  dataBits,
  addressBits,
}: Pick<MemoryParameters, "dataBits" | "addressBits">): readonly PortSpec[] {
  const address = ["ar", "aw"].flatMap((a) => [
    { name: `${a}addr`, width: addressBits },
    { name: `${a}len`, width: 8 },
    { name: `${a}size`, width: 3 },
    { name: `${a}burst`, width: 2 },
  ]);
  return [
    ...clockAndReset,
    ...handshakePorts,
    ...address,
    { name: "wdata", width: dataBits },
    { name: "wstrb", width: dataBits / 8 },
    { name: "rdata", width: dataBits },
    { name: "rresp", width: 2 },
    { name: "bresp", width: 2 },
  ];
}

/** What was offered and not taken must be offered again, unchanged. */
function unstable(b: HwBuilder, channel: string, payload: readonly string[]): Value {
  const [valid, ready] = [b.input(`${channel}valid`), b.input(`${channel}ready`)];
  const waited = b.register(b.and(valid, b.not(ready)), { name: `${channel}_waited`, reset: 0n });
  const now = b.concat(...payload.map((name) => b.input(channel + name)));
  const before = b.register(now, { name: `${channel}_before` });
  return b.and(waited, b.or(b.not(valid), b.icmp("ne", now, before)));
}

/** Whether a burst is not what every memory takes. */
function illegal(b: HwBuilder, a: "ar" | "aw", bytes: number): Value {
  const low = Math.log2(bytes);
  const address = b.input(`${a}addr`);
  const page = b.resize(b.extract(address, 0, 12), 18);
  const size = b.add(b.resize(b.input(`${a}len`), 18), b.constant(1, 18));
  const end = b.add(page, b.concat(b.extract(size, 0, 18 - low), ...(low === 0 ? [] : [b.constant(0, low)])));
  const wrong = b.or(
    b.icmp("ugt", end, b.constant(4096, 18)),
    low === 0 ? b.constant(0, 1) : b.not(b.equals(b.extract(address, 0, low), 0)),
    b.not(b.equals(b.input(`${a}size`), low)),
    b.not(b.equals(b.input(`${a}burst`), 1)),
  );
  return b.and(b.input(`${a}valid`), wrong);
}

/** How many there are: `up` adds one, `down` takes one away. */
function count(b: HwBuilder, name: string, up: Value, down: Value): Value {
  const value = b.feedback(COUNT_BITS, { name, reset: 0n });
  const bit = (event: Value): Value => b.resize(event, COUNT_BITS);
  value.drive(b.sub(b.add(value.value, bit(up)), bit(down)));
  return value.value;
}

interface BurstOrder {
  /** A beat comes where no burst is open. */
  readonly unexpected: Value;
  /** `last` disagrees with the length of the burst. */
  readonly wrongLast: Value;
}

/** Follows the beats of bursts in the order of their addresses. An address counts for beats of its own cycle already. */
function followBeats(
  b: HwBuilder,
  lengths: LateInstance,
  { shown, length, beat, last }: Readonly<Record<"shown" | "length" | "beat" | "last", Value>>,
  name: string,
): BurstOrder {
  const number = b.feedback(8, { name: `${name}_beat`, reset: 0n });
  const held = lengths.out("out_valid");
  const open = b.or(held, shown);
  const wanted = b.mux(held, lengths.out("out_data"), length);
  const ends = b.icmp("eq", number.value, wanted);
  number.drive(b.mux(last, b.constant(0, 8), b.add(number.value, b.constant(1, 8))), beat);
  const done = b.and(beat, last, open);
  lengths.connect({
    in_valid: b.and(shown, b.or(held, b.not(done))),
    in_data: length,
    out_pop: b.and(done, held),
  });
  return {
    unexpected: b.and(beat, b.not(open)),
    wrongLast: b.and(beat, open, b.xor(last, ends)),
  };
}

/**
 * Watches an AXI4 port between a master and memory: inputs clk, rst and the signals of the port; output `violation`, the number
 * of the first broken rule of `AXI_RULES` since reset, 0 for none. It changes nothing.
 */
export function axiChecker(
  name: string,
  memory: Pick<MemoryParameters, "dataBits" | "addressBits">,
  maxOutstanding: number,
): HardwareUnit {
  const b = new HwBuilder(name, ports(memory));
  const lengthsModule = fifoModule(8, DEPTH);
  const moved = (channel: string): Value => b.and(b.input(`${channel}valid`), b.input(`${channel}ready`));
  const firstShown = (a: "ar" | "aw"): Value => {
    const waiting = b.register(b.and(b.input(`${a}valid`), b.not(b.input(`${a}ready`))), {
      name: `${a}_shown`,
      reset: 0n,
    });
    return b.and(b.input(`${a}valid`), b.not(waiting));
  };
  const writes = followBeats(
    b,
    lateInstance(b, lengthsModule, "write_lengths"),
    { shown: firstShown("aw"), length: b.input("awlen"), beat: moved("w"), last: b.input("wlast") },
    "w",
  );
  const reads = followBeats(
    b,
    lateInstance(b, lengthsModule, "read_lengths"),
    { shown: firstShown("ar"), length: b.input("arlen"), beat: moved("r"), last: b.input("rlast") },
    "r",
  );
  const underWay = (title: string, a: string, ends: Value): Value => {
    const bursts = count(b, title, moved(a), ends);
    return b.icmp("ugt", bursts, b.constant(maxOutstanding, COUNT_BITS));
  };
  const ended = count(b, "write_ends", b.and(moved("w"), b.input("wlast")), moved("b"));
  const bytes = memory.dataBits / 8;
  const broken: readonly Value[] = [
    unstable(b, "ar", ["addr", "len", "size", "burst"]),
    unstable(b, "aw", ["addr", "len", "size", "burst"]),
    unstable(b, "w", ["data", "strb", "last"]),
    illegal(b, "ar", bytes),
    illegal(b, "aw", bytes),
    writes.unexpected,
    writes.wrongLast,
    underWay("reads", "ar", b.and(moved("r"), b.input("rlast"))),
    underWay("writes", "aw", moved("b")),
    reads.unexpected,
    reads.wrongLast,
    b.and(b.input("bvalid"), b.equals(ended, 0)),
    unstable(b, "r", ["data", "resp", "last"]),
    unstable(b, "b", ["resp"]),
  ];
  b.output("violation", firstBroken(b, broken));
  return { module: b.finish(), submodules: [lengthsModule] };
}

function firstBroken(b: HwBuilder, broken: readonly Value[]): Value {
  const now = broken.reduceRight(
    (rest, rule, index) => b.mux(rule, b.constant(index + 1, RULE_BITS), rest),
    b.constant(0, RULE_BITS),
  );
  const kept = b.feedback(RULE_BITS, { name: "violation", reset: 0n });
  kept.drive(b.mux(b.equals(kept.value, 0), now, kept.value));

  return kept.value;
}
