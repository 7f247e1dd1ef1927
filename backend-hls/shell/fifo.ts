import { HwBuilder, type Operation, type PortSpec, type Value } from "../../ir/index.ts";
import { bitsFor, nextIndex } from "./bits.ts";

/** The deepest queue that lives in distributed RAM; deeper ones use block RAM. */
const DISTRIBUTED_DEPTH = 512;

/** Cycles from a push to `out_valid`: 1, or 2 where block RAM stands behind the queue. Width does not matter. */
export function fifoLatency(depth: number): number {
  return depth <= DISTRIBUTED_DEPTH ? 1 : 2;
}

/** The module name of a queue; one per (width, depth). */
export function fifoName(width: number, depth: number): string {
  return `fifo_w${String(width)}_d${String(depth)}`;
}

/** What a queue has beside its ends. */
export interface FifoOptions {
  /**
   * For simulation: an input `limit`, the number of elements that the queue takes at most (1 to its depth), so that one build
   * shows every depth. The queue hands its producer that many credits in the cycles behind reset; the producer begins with none.
   */
  readonly limit?: boolean;
}

interface Ends {
  readonly push: Value;
  readonly pop: Value;
  /** Absent where the queue holds pure order. */
  readonly data: Value | undefined;
}

/** `count` elements are held: stored ones and, with `valid`, whether there is one. */
function occupancy(b: HwBuilder, depth: number, ends: { readonly push: Value; readonly pop: Value }): Value {
  const width = bitsFor(depth);
  const count = b.feedback(width, { name: "count", reset: 0n });
  const valid = b.feedback(1, { name: "valid", reset: 0n });
  const { push, pop } = ends;
  const more = b.add(count.value, b.constant(1, width));
  const less = b.sub(count.value, b.constant(1, width));
  count.drive(b.mux(push, more, less), b.xor(push, pop));
  const lastLeaves = b.and(pop, b.equals(count.value, 1));
  valid.drive(b.or(push, b.and(valid.value, b.not(lastLeaves))));
  return valid.value;
}

/** One or two elements in registers: the head is always the output register. */
function registerQueue(
  b: HwBuilder,
  depth: number,
  ends: Ends,
): { readonly valid: Value; readonly data: Value | undefined } {
  const { push, pop, data } = ends;
  const head = b.feedback(1, { name: "head_valid", reset: 0n });
  const keep = b.and(head.value, b.not(pop));
  if (depth === 1) {
    head.drive(b.or(push, keep));
    return {
      valid: head.value,
      data: data === undefined ? undefined : b.register(data, { name: "head", enable: push }),
    };
  }
  const tail = b.feedback(1, { name: "tail_valid", reset: 0n });
  const pushTail = b.and(push, head.value, b.or(tail.value, b.not(pop)));
  head.drive(b.or(push, tail.value, keep));
  tail.drive(b.or(pushTail, b.and(tail.value, b.not(pop))));
  if (data === undefined) return { valid: head.value, data };
  const tailData = b.register(data, { name: "tail", enable: push });
  const loadHead = b.or(pop, b.not(head.value));
  return {
    valid: head.value,
    data: b.register(b.mux(tail.value, tailData, data), { name: "head", enable: loadHead }),
  };
}

/** A ring in distributed RAM with a combinational read of the head. */
function distributedQueue(
  b: HwBuilder,
  depth: number,
  ends: Ends,
): { readonly valid: Value; readonly data: Value | undefined } {
  const { push, pop, data } = ends;
  const valid = occupancy(b, depth, ends);
  if (data === undefined) return { valid, data };
  const put = ringIndex(b, "put", depth, push);
  const get = ringIndex(b, "get", depth, pop);
  const width = data.type.kind === "int" ? data.type.width : 1;
  const ring = b.memory({ name: "ring", depth, width, readLatency: 0, style: "distributed" });
  b.writePort(ring, put, { enable: push, data });
  return { valid, data: b.readPort(ring, get) };
}

/** A ring in block RAM; its output register is the head, refilled as it is taken. */
function blockQueue(
  b: HwBuilder,
  depth: number,
  ends: Ends & { readonly data: Value },
): { readonly valid: Value; readonly data: Value } {
  const { push, pop, data } = ends;
  const head = b.feedback(1, { name: "head_valid", reset: 0n });
  const wanted = b.or(b.not(head.value), pop);
  const stored = b.feedback(bitsFor(depth), { name: "stored", reset: 0n });
  const any = b.not(b.equals(stored.value, 0));
  const read = b.and(any, wanted);
  const one = b.constant(1, bitsFor(depth));
  stored.drive(b.mux(push, b.add(stored.value, one), b.sub(stored.value, one)), b.xor(push, read));
  head.drive(b.or(read, b.and(head.value, b.not(pop))));
  const width = data.type.kind === "int" ? data.type.width : 1;
  const ring = b.memory({ name: "ring", depth, width, readLatency: 1, style: "block" });
  b.writePort(ring, ringIndex(b, "put", depth, push), { enable: push, data });
  return { valid: head.value, data: b.readPort(ring, ringIndex(b, "get", depth, read), read) };
}

function ringIndex(b: HwBuilder, name: string, depth: number, advance: Value): Value {
  if (depth === 1) return b.constant(0, 1);
  const index = b.feedback(bitsFor(depth - 1), { name, reset: 0n });
  index.drive(nextIndex(b, index.value, depth), advance);
  return index.value;
}

/**
 * A queue of `depth` elements of `width` bits (0: pure order): inputs clk, rst, in_valid, in_data, out_pop; outputs
 * out_valid, out_data (the oldest element, shown before it is taken), in_credit (one pulse per element taken). The producer's
 * credits keep it from overflowing; a pop is legal only where out_valid is 1. Depth up to 2: registers; up to 512:
 * distributed RAM; above: block RAM.
 */
export function fifoModule(width: number, depth: number, { limit = false }: FifoOptions = {}): Operation {
  const dataPort: readonly PortSpec[] = width === 0 ? [] : [{ name: "in_data", width }];
  const limitPort: readonly PortSpec[] = limit ? [{ name: "limit", width: bitsFor(depth) }] : [];
  const b = new HwBuilder(`${fifoName(width, depth)}${limit ? "_limited" : ""}`, [
    { name: "clk", width: "clock" },
    { name: "rst", width: 1 },
    { name: "in_valid", width: 1 },
    ...dataPort,
    { name: "out_pop", width: 1 },
    ...limitPort,
  ]);
  const data = width === 0 ? undefined : b.input("in_data");
  const ends = { push: b.input("in_valid"), pop: b.input("out_pop"), data };
  const queue = build(b, depth, ends);
  b.output("out_valid", queue.valid);
  if (queue.data !== undefined) b.output("out_data", queue.data);
  b.output("in_credit", limit ? b.or(ends.pop, firstCredits(b, depth, ends.pop)) : ends.pop);
  return b.finish();
}

/** One pulse for each credit up to `limit`, in cycles in which nothing is taken. */
function firstCredits(b: HwBuilder, depth: number, pop: Value): Value {
  const width = bitsFor(depth);
  const granted = b.feedback(width, { name: "granted", reset: 0n });
  const grant = b.and(b.icmp("ult", granted.value, b.input("limit")), b.not(pop));
  granted.drive(b.add(granted.value, b.constant(1, width)), grant);
  return grant;
}

function build(
  b: HwBuilder,
  depth: number,
  ends: Ends,
): { readonly valid: Value; readonly data: Value | undefined } {
  const { push, pop, data } = ends;
  if (depth <= 2) return registerQueue(b, depth, ends);
  if (depth > DISTRIBUTED_DEPTH && data !== undefined) return blockQueue(b, depth, { push, pop, data });
  return distributedQueue(b, depth, ends);
}
