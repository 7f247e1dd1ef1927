import { HwBuilder, type Operation, type Value } from "../../ir/index.ts";
import { clockAndReset } from "../shell/index.ts";

/** The channels of a port: whether the master offers (`valid` comes from it) or the memory. */
const CHANNELS = [
  { name: "ar", from: "master" },
  { name: "r", from: "memory" },
  { name: "aw", from: "master" },
  { name: "w", from: "master" },
  { name: "b", from: "memory" },
] as const;

/** A pause begins in one of so many cycles (a power of two), and lasts up to so many cycles. */
const PAUSE = { everyBits: 3, lengthBits: 5 } as const;

/** Feedback of a maximal 32-bit register: x^32 + x^30 + x^26 + x^25 + 1. */
const TAPS = 0xa3000000n;

/**
 * A memory's port that pauses at random, between a master and memory: each channel on its own stops offering and taking for up
 * to 31 cycles, which is random ready and valid and, on the channels of answers, random latency. What was offered once stays
 * offered until it is taken (AXI4, A3.2.1). Inputs clk, rst, handshakes of the port; outputs those that differ, `m_` towards
 * memory and `p_` towards the master. A seed gives the same pauses on every engine.
 */
export function backPressure(name: string, seed: number): Operation {
  const handshakes = CHANNELS.flatMap((channel) => [`${channel.name}valid`, `${channel.name}ready`]);
  const b = new HwBuilder(name, [
    ...clockAndReset,
    ...handshakes.map((signal) => ({ name: signal, width: 1 })),
  ]);
  CHANNELS.forEach(({ name: channel, from }, index) => {
    const [valid, ready] = [b.input(`${channel}valid`), b.input(`${channel}ready`)];
    const open = gate(b, channel, firstState(seed, index), b.and(valid, b.not(ready)));
    const [toOffered, toOfferer] = from === "master" ? ["m_", "p_"] : ["p_", "m_"];
    b.output(`${toOffered}${channel}valid`, b.and(valid, open));
    b.output(`${toOfferer}${channel}ready`, b.and(ready, open));
  });
  return b.finish();
}

/** A start of the register that is not 0 and differs between seeds and channels (multiplicative hashing). */
function firstState(seed: number, channel: number): bigint {
  const mixed = BigInt.asUintN(32, (BigInt(seed) * 5n + BigInt(channel) + 1n) * 0x9e3779b1n);
  return mixed === 0n ? 1n : mixed;
}

/** Whether a channel passes; it does not close while something `waits` to be taken. */
function gate(b: HwBuilder, channel: string, first: bigint, waits: Value): Value {
  const random = b.feedback(32, { name: `${channel}_random`, reset: first });
  const shifted = b.concat(b.constant(0, 1), b.extract(random.value, 1, 31));
  const isOdd = b.extract(random.value, 0, 1);
  random.drive(b.xor(shifted, b.and(b.replicate(isOdd, 32), b.constant(TAPS, 32))));
  const { everyBits, lengthBits } = PAUSE;
  const left = b.feedback(lengthBits, { name: `${channel}_pause`, reset: 0n });
  const open = b.equals(left.value, 0);
  const begins = b.and(open, b.not(waits), b.equals(b.extract(random.value, 32 - everyBits, everyBits), 0));
  const length = b.extract(random.value, 8, lengthBits);
  const shorter = b.sub(left.value, b.constant(1, lengthBits));
  left.drive(b.mux(begins, length, b.mux(open, left.value, shorter)));
  return open;
}
