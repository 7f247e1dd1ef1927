import { HwBuilder, type Operation } from "../../ir/index.ts";
import { type CreditedQueue, creditCounter } from "./credits.ts";

/** Bits of an AXI4-Stream's data: whole bytes. */
export function axisBits(width: number): number {
  return 8 * Math.ceil(width / 8);
}

/**
 * The front of a queue of elements of `width` bits that an AXI4-Stream fills: inputs clk, rst, tvalid, tdata, credit (one
 * pulse per element that left the queue); outputs tready, valid, data. It is ready while the queue has room.
 */
export function axisInputModule(width: number, queue: CreditedQueue): Operation {
  const suffix = queue.beginsWithoutCredits === true ? "_limited" : "";
  const b = new HwBuilder(`axis_in_w${String(width)}_d${String(queue.depth)}${suffix}`, [
    { name: "clk", width: "clock" },
    { name: "rst", width: 1 },
    { name: "tvalid", width: 1 },
    { name: "tdata", width: axisBits(width) },
    { name: "credit", width: 1 },
  ]);
  const credits = creditCounter(b, "queue", queue, b.input("credit"));
  const ready = b.and(credits.any, b.not(b.input("rst")));
  const push = b.and(b.input("tvalid"), ready);
  credits.spend(push);
  b.output("tready", ready);
  b.output("valid", push);
  b.output("data", b.extract(b.input("tdata"), 0, width));
  return b.finish();
}
