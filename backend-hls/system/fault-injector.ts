import {
  HwBuilder,
  type MemoryParameters,
  type Operation,
  type PortSpec,
  type Value,
} from "../../ir/index.ts";
import { clockAndReset } from "../shell/index.ts";
import { handshakePorts } from "./handshakes.ts";

/** What an injector can do to a port; the number of a kind is its place here. */
export const FAULT_KINDS = [
  "none",
  "read_slave_error",
  "read_decode_error",
  "write_slave_error",
  "write_decode_error",
  "no_arready",
  "no_rvalid",
  "no_awready",
  "no_wready",
  "no_bvalid",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** What programs an injector: outputs of nothing, inputs of the simulation's top. */
export const FAULT_INPUTS = [
  { name: "fault_kind", width: 4 },
  { name: "fault_low", width: 32 },
  { name: "fault_high", width: 32 },
  { name: "fault_burst", width: 16 },
  { name: "fault_beat", width: 8 },
] as const;

const COUNT_BITS = 16;

function ports({
  dataBits,
  addressBits,
}: Pick<MemoryParameters, "dataBits" | "addressBits">): readonly PortSpec[] {
  return [
    ...clockAndReset,
    ...FAULT_INPUTS,
    ...handshakePorts,
    { name: "araddr", width: addressBits },
    { name: "awaddr", width: addressBits },
    { name: "rdata", width: dataBits },
    { name: "rresp", width: 2 },
    { name: "bresp", width: 2 },
  ];
}

function isKind(b: HwBuilder, kind: FaultKind): Value {
  return b.equals(b.input("fault_kind"), FAULT_KINDS.indexOf(kind));
}

/** A counter that `enable` changes; without a fault it is 0. */
function armedCount(
  b: HwBuilder,
  name: string,
): { readonly value: Value; drive(next: Value, enable: Value): void } {
  const count = b.feedback(COUNT_BITS, { name, reset: 0n });
  const armed = b.not(isKind(b, "none"));
  return {
    value: count.value,
    drive: (next, enable) => {
      count.drive(b.mux(armed, next, b.constant(0, COUNT_BITS)), b.or(enable, b.not(armed)));
    },
  };
}

/** A flag that stays until the fault is taken away. */
function armedFlag(b: HwBuilder, name: string, set: Value): Value {
  const flag = b.feedback(1, { name, reset: 0n });
  flag.drive(b.and(b.not(isKind(b, "none")), b.or(set, flag.value)));
  return flag.value;
}

function plusOne(b: HwBuilder, value: Value): Value {
  return b.add(value, b.constant(1, COUNT_BITS));
}

interface Wanted {
  /** An address is offered for the first time. */
  readonly shown: Value;
  /** It is that of the fault. */
  readonly hit: Value;
  /** No address is taken any more. */
  readonly held: Value;
}

/** The address that the fault is about: the `fault_burst`-th one in [fault_low, fault_high). `kind` holds it back, and all behind it. */
function wantedAddress(b: HwBuilder, a: "ar" | "aw", kind: FaultKind): Wanted {
  const valid = b.input(`${a}valid`);
  const waiting = b.feedback(1, { name: `${a}_waiting`, reset: 0n });
  const shown = b.and(valid, b.not(waiting.value));
  const address = b.input(`${a}addr`);
  const inside = b.and(
    b.icmp("uge", address, b.input("fault_low")),
    b.icmp("ult", address, b.input("fault_high")),
  );
  const seen = armedCount(b, `${a}_seen`);
  const counts = b.and(shown, inside);
  seen.drive(plusOne(b, seen.value), counts);
  const number = b.resize(b.input("fault_burst"), COUNT_BITS);
  const hit = b.and(counts, b.icmp("eq", seen.value, number), b.not(isKind(b, "none")));
  const begins = b.and(isKind(b, kind), hit);
  const held = b.or(begins, b.and(isKind(b, kind), armedFlag(b, `${a}_held_back`, begins)));
  const ready = b.and(b.input(`${a}ready`), b.not(held));
  waiting.drive(b.and(valid, b.not(ready)));
  b.output(`m_${a}valid`, b.and(valid, b.not(held)));
  b.output(`p_${a}ready`, ready);
  return { shown, hit, held };
}

/** A condition on what is offered now, and what it has to be told to go on. */
interface Follower {
  readonly now: Value;
  follow(moved: Value, last: Value): void;
}

/** Whether what is offered now belongs to the burst of the fault. */
function isTarget(b: HwBuilder, name: string, address: Wanted): Follower {
  const open = b.feedback(COUNT_BITS, { name: `${name}_open`, reset: 0n });
  const known = armedFlag(b, `${name}_known`, address.hit);
  const ahead = armedCount(b, `${name}_ahead`);
  const isFirst = b.equals(ahead.value, 0);
  const gone = b.feedback(1, { name: `${name}_gone`, reset: 0n });
  const bit = (event: Value): Value => b.resize(event, COUNT_BITS);
  return {
    now: b.or(b.and(known, isFirst, b.not(gone.value)), b.and(address.hit, b.equals(open.value, 0))),
    follow: (moved, last) => {
      const ends = b.and(moved, last);
      const left = b.sub(open.value, bit(ends));
      open.drive(b.add(left, bit(address.shown)));
      const advance = b.and(known, ends, b.not(isFirst));
      const less = b.sub(ahead.value, b.constant(1, COUNT_BITS));
      ahead.drive(b.mux(known, less, left), b.or(address.hit, advance));
      gone.drive(b.and(b.not(isKind(b, "none")), b.or(gone.value, b.and(known, isFirst, ends))));
    },
  };
}

/** Whether the beat that is offered now is the `fault_beat`-th of its burst. */
function isBeat(b: HwBuilder, name: string): Follower {
  const beat = b.feedback(8, { name: `${name}_beat`, reset: 0n });
  return {
    now: b.icmp("eq", beat.value, b.input("fault_beat")),
    follow: (moved, last) => {
      beat.drive(b.mux(last, b.constant(0, 8), b.add(beat.value, b.constant(1, 8))), moved);
    },
  };
}

/**
 * A memory's port with one programmable fault, between a master and memory. `fault_kind` (a place in `FAULT_KINDS`) arms it; it
 * strikes at beat `fault_beat` of the `fault_burst`-th burst with an address in [fault_low, fault_high), both counted from 0 since
 * it was armed. Responses are wrong once, and their data is inverted; handshakes stay away until `fault_kind` is 0. Inputs clk,
 * rst, the signals of the port; outputs those that differ, `m_` towards memory and `p_` towards the master, and `fault_struck`.
 */
export function faultInjector(
  name: string,
  memory: Pick<MemoryParameters, "dataBits" | "addressBits">,
): Operation {
  const b = new HwBuilder(name, ports(memory));
  const struckRead = readSide(b, wantedAddress(b, "ar", "no_arready"));
  const struckWrite = writeSide(b, wantedAddress(b, "aw", "no_awready"));
  b.output("fault_struck", armedFlag(b, "struck", b.or(struckRead, struckWrite)));
  return b.finish();
}

/** A channel on which what is offered may be held back from the target on, until the fault is taken away. */
function heldChannel(
  b: HwBuilder,
  name: string,
  {
    kind,
    target,
    followers,
  }: { readonly kind: FaultKind; readonly target: Value; readonly followers: readonly Follower[] },
): { readonly stuck: Value; readonly passes: Value } {
  const [valid, ready] = [b.input(`${name}valid`), b.input(`${name}ready`)];
  const held = b.feedback(1, { name: `${name}_held_back`, reset: 0n });
  const stuck = b.and(isKind(b, kind), b.or(held.value, b.and(valid, target)));
  held.drive(stuck);
  const passes = b.and(valid, b.not(stuck));
  const last = name === "b" ? b.constant(1, 1) : b.input(`${name}last`);
  for (const follower of followers) follower.follow(b.and(passes, ready), last);
  return { stuck, passes };
}

/** Read addresses and data; whether the fault struck there. */
function readSide(b: HwBuilder, address: Wanted): Value {
  const [burst, beat] = [isTarget(b, "r", address), isBeat(b, "r")];
  const target = b.and(burst.now, beat.now);
  const { stuck, passes } = heldChannel(b, "r", { kind: "no_rvalid", target, followers: [burst, beat] });
  const [slave, decode] = [isKind(b, "read_slave_error"), isKind(b, "read_decode_error")];
  const bad = b.and(passes, target, b.or(slave, decode));
  const data = b.input("rdata");
  const width = data.type.kind === "int" ? data.type.width : 1;
  b.output("m_rready", b.and(b.input("rready"), b.not(stuck)));
  b.output("p_rvalid", passes);
  b.output("p_rdata", b.xor(data, b.replicate(bad, width)));
  b.output("p_rresp", b.mux(bad, b.concat(b.constant(1, 1), decode), b.input("rresp")));
  return b.or(bad, stuck, address.held);
}

/** Write addresses, data and answers; whether the fault struck there. */
function writeSide(b: HwBuilder, address: Wanted): Value {
  const [burst, beat, answer] = [isTarget(b, "w", address), isBeat(b, "w"), isTarget(b, "b", address)];
  const target = b.and(burst.now, beat.now);
  const data = heldChannel(b, "w", { kind: "no_wready", target, followers: [burst, beat] });
  const answers = heldChannel(b, "b", { kind: "no_bvalid", target: answer.now, followers: [answer] });
  const [slave, decode] = [isKind(b, "write_slave_error"), isKind(b, "write_decode_error")];
  const bad = b.and(answers.passes, answer.now, b.or(slave, decode));
  b.output("m_wvalid", data.passes);
  b.output("p_wready", b.and(b.input("wready"), b.not(data.stuck)));
  b.output("m_bready", b.and(b.input("bready"), b.not(answers.stuck)));
  b.output("p_bvalid", answers.passes);
  b.output("p_bresp", b.mux(bad, b.concat(b.constant(1, 1), decode), b.input("bresp")));
  return b.or(bad, data.stuck, answers.stuck, address.held);
}
