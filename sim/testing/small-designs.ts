import { HwBuilder, type Operation } from "../../ir/index.ts";

const CLOCKED = [
  { name: "clk", width: "clock" },
  { name: "rst", width: 1 },
] as const;

/** Counts cycles in 16 bits; `done` where the count is `last`. */
export function counter(last: number): Operation {
  const b = new HwBuilder("counter", CLOCKED);
  const count = b.feedback(16, { name: "count", reset: 0n });
  count.drive(b.add(count.value, b.constant(1, 16)));
  b.output("count", count.value);
  b.output("done", b.icmp("eq", count.value, b.constant(last, 16)));
  return b.finish();
}

/** Memories of several widths with one write port each and an asynchronous read at `address`. */
export function memories(widths: readonly number[], depth: number): Operation {
  const address = Math.log2(depth);
  const b = new HwBuilder("memories", [
    ...CLOCKED,
    { name: "address", width: address },
    { name: "write", width: 1 },
  ]);
  for (const width of widths) {
    const memory = b.memory({ name: `m${String(width)}`, depth, width, readLatency: 0 });
    b.writePort(memory, b.input("address"), {
      enable: b.input("write"),
      data: b.constant((1n << BigInt(width)) - 2n, width),
    });
    b.output(`word${String(width)}`, b.readPort(memory, b.input("address")));
  }
  return b.finish();
}

/** A register without reset or input of its own: its start value stays. */
export function unknownState(): Operation {
  const b = new HwBuilder("unknown_state", CLOCKED);
  const held = b.register(b.constant(0, 32), { name: "held", enable: b.input("rst") });
  b.output("held", held);
  return b.finish();
}

/** An inverter that feeds itself. */
export function combinationalLoop(): Operation {
  const b = new HwBuilder("ring", CLOCKED);
  const first = b.or(b.input("rst"), b.input("rst"));
  const second = b.not(first);
  first.producer?.setOperand(0, second);
  b.output("y", second);
  return b.finish();
}
