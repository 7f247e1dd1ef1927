import { CompilerBug } from "../support/bug.ts";
import { bankMachine, rowBits } from "./bank-machine.ts";
import { bitsFor, type Circuit, type CircuitRegister } from "./circuit.ts";
import { dataBus } from "./data-bus.ts";
import type { MemoryParameters } from "./parameters.ts";

/** What the AXI side of the model shows in one cycle; addresses count beats, lengths are AXI's (beats less one). */
export interface TimingInputs<V> {
  readonly readValid: V;
  readonly readBeat: V;
  readonly readLength: V;
  readonly writeValid: V;
  readonly writeBeat: V;
  readonly writeLength: V;
  readonly dataValid: V;
  readonly readReady: V;
  readonly responseReady: V;
}

/** What the model answers in the same cycle. */
export interface TimingOutputs<V> {
  readonly readReady: V;
  readonly writeReady: V;
  readonly dataReady: V;
  readonly readAvailable: V;
  readonly readLast: V;
  readonly responseAvailable: V;
  /** The store is read at `storeBeat`, and the word belongs into slot `issueSlot` of the read queue. */
  readonly issueRead: V;
  readonly issueSlot: V;
  readonly headSlot: V;
  /** The store takes the write beat at `storeBeat`. */
  readonly issueWrite: V;
  readonly storeBeat: V;
}

interface Command<V> {
  readonly beat: V;
  readonly length: V;
  readonly write: V;
}

/** Read beats that the model holds between the store and the port: a power of two above the latency. */
export function readQueueDepth(memory: MemoryParameters): number {
  return 2 ** Math.ceil(Math.log2(memory.readLatency + 4));
}

/** Bits of a beat number of the store. */
export function beatBits(memory: MemoryParameters): number {
  return Math.log2(memory.depthBeats);
}

/** A counter of things waiting, at most `most`. */
function waitingCount<V>(
  c: Circuit<V>,
  name: string,
  most: number,
): { readonly any: V; readonly room: V; update(arrive: V, leave: V): void } {
  const width = bitsFor(most);
  const count = c.register(name, width, 0);
  const any = c.not(c.eq(count.value, c.constant(0, width)));
  return {
    any,
    room: c.not(c.eq(count.value, c.constant(most, width))),
    update: (arrive, leave) => {
      const more = c.mux(arrive, c.add(count.value, c.constant(1, width), width), count.value);
      count.next(c.mux(leave, c.sub(more, c.constant(1, width), width), more));
    },
  };
}

function pointer<V>(c: Circuit<V>, name: string, depth: number): { readonly value: V; advance(by: V): void } {
  const width = bitsFor(depth - 1);
  const register = c.register(name, width, 0);
  return {
    value: register.value,
    advance: (by) => {
      register.next(c.mux(by, c.add(register.value, c.constant(1, width), width), register.value));
    },
  };
}

interface CommandQueue<V> {
  readonly valid: V;
  readonly head: Command<V>;
  readonly readReady: V;
  readonly writeReady: V;
  pop(take: V): void;
}

/** One queue for both directions: order of arrival; in a tie the direction that did not come last. */
function commandQueue<V>(c: Circuit<V>, memory: MemoryParameters, inputs: TimingInputs<V>): CommandQueue<V> {
  const beats = c.memory("queue_beat", memory.queueDepth, beatBits(memory));
  const lengths = c.memory("queue_length", memory.queueDepth, 8);
  const writes = c.memory("queue_write", memory.queueDepth, 1);
  const put = pointer(c, "queue_put", memory.queueDepth);
  const get = pointer(c, "queue_get", memory.queueDepth);
  const count = waitingCount(c, "queue_count", memory.queueDepth);
  const favourWrite = c.register("favour_write", 1, 0);
  const takeWrite = c.and(inputs.writeValid, c.or(c.not(inputs.readValid), favourWrite.value));
  const readReady = c.and(count.room, c.not(takeWrite));
  const writeReady = c.and(count.room, takeWrite);
  const read = c.and(readReady, inputs.readValid);
  const accept = c.or(read, writeReady);
  favourWrite.next(c.mux(accept, read, favourWrite.value));
  beats.write(accept, put.value, c.mux(takeWrite, inputs.writeBeat, inputs.readBeat));
  lengths.write(accept, put.value, c.mux(takeWrite, inputs.writeLength, inputs.readLength));
  writes.write(accept, put.value, takeWrite);
  put.advance(accept);
  return {
    valid: count.any,
    head: { beat: beats.read(get.value), length: lengths.read(get.value), write: writes.read(get.value) },
    readReady,
    writeReady,
    pop: (take) => {
      get.advance(take);
      count.update(accept, take);
    },
  };
}

interface BurstRegister<V> {
  readonly valid: CircuitRegister<V>;
  readonly beat: CircuitRegister<V>;
  readonly length: CircuitRegister<V>;
  readonly write: CircuitRegister<V>;
}

function burstRegister<V>(c: Circuit<V>, name: string, memory: MemoryParameters): BurstRegister<V> {
  return {
    valid: c.register(`${name}_valid`, 1, 0),
    beat: c.register(`${name}_beat`, beatBits(memory), 0),
    length: c.register(`${name}_length`, 8, 0),
    write: c.register(`${name}_write`, 1, 0),
  };
}

function choose<V>(c: Circuit<V>, condition: V, whenTrue: Command<V>, whenFalse: Command<V>): Command<V> {
  return {
    beat: c.mux(condition, whenTrue.beat, whenFalse.beat),
    length: c.mux(condition, whenTrue.length, whenFalse.length),
    write: c.mux(condition, whenTrue.write, whenFalse.write),
  };
}

function load<V>(register: BurstRegister<V>, from: Command<V>): void {
  register.beat.next(from.beat);
  register.length.next(from.length);
  register.write.next(from.write);
}

function valuesOf<V>(register: BurstRegister<V>): Command<V> {
  return { beat: register.beat.value, length: register.length.value, write: register.write.value };
}

/** Whether the waiting burst may take the bus as far as banks and refresh are concerned. */
function banksReady<V>(
  c: Circuit<V>,
  memory: MemoryParameters,
  waiting: BurstRegister<V>,
  transfer: BurstRegister<V>,
): V {
  if (memory.kind === "ideal") return waiting.valid.value;
  const rowLow = Math.log2(memory.rowBeats);
  const bankWidth = bitsFor(memory.banks - 1);
  const bankOf = (beat: V): V => (memory.banks === 1 ? c.constant(0, 1) : c.extract(beat, rowLow, bankWidth));
  const rows = memory.depthBeats / memory.rowBeats / memory.banks;
  if (rows < 1)
    throw new CompilerBug(
      `a store of ${String(memory.depthBeats)} beats is smaller than one row of each bank`,
    );
  const rowOf = (beat: V): V =>
    rows === 1 ? c.constant(0, 1) : c.extract(beat, rowLow + Math.log2(memory.banks), rowBits(memory));
  return bankMachine(c, memory, {
    waiting: { valid: waiting.valid.value, bank: bankOf(waiting.beat.value), row: rowOf(waiting.beat.value) },
    transferring: transfer.valid.value,
    transferBank: bankOf(transfer.beat.value),
  });
}

interface ReadQueue<V> {
  readonly room: V;
  readonly available: V;
  readonly lastOfHead: V;
  readonly headSlot: V;
  readonly issueSlot: V;
  issue(beat: V, last: V): void;
}

/** Read beats appear `readLatency` cycles after their issue, and wait for the reader after that. */
function readQueue<V>(c: Circuit<V>, memory: MemoryParameters, ready: V): ReadQueue<V> {
  const depth = readQueueDepth(memory);
  const ring = memory.readLatency - 1;
  const ringBits = bitsFor(ring - 1);
  const lasts = c.memory("read_last", depth, 1);
  const issued = c.memory("issued", ring, 1);
  const arrived = waitingCount(c, "read_arrived", depth);
  const taken = c.and(arrived.any, ready);
  const put = pointer(c, "read_put", depth);
  const get = pointer(c, "read_get", depth);
  const held = waitingCount(c, "read_held", depth);
  const position = c.register("issue_position", ringBits, 0);
  const warm = c.register("issue_warm", 1, 0);
  const wraps = c.eq(position.value, c.constant(ring - 1, ringBits));
  position.next(
    c.mux(wraps, c.constant(0, ringBits), c.add(position.value, c.constant(1, ringBits), ringBits)),
  );
  warm.next(c.or(warm.value, wraps));
  arrived.update(c.and(warm.value, issued.read(position.value)), taken);
  get.advance(taken);
  return {
    room: held.room,
    available: arrived.any,
    lastOfHead: lasts.read(get.value),
    headSlot: get.value,
    issueSlot: put.value,
    issue: (beat, last) => {
      issued.write(c.constant(1, 1), position.value, beat);
      lasts.write(beat, put.value, last);
      put.advance(beat);
      held.update(beat, taken);
    },
  };
}

/**
 * One cycle of a memory behind an AXI4 slave port: in-order bursts (first come first served), open pages, the next
 * burst's row opened during the present transfer, one command per cycle. A burst is charged to the row of its first
 * beat; the engines of this project never make one that leaves it.
 */
export function memoryTiming<V>(
  c: Circuit<V>,
  memory: MemoryParameters,
  inputs: TimingInputs<V>,
): TimingOutputs<V> {
  const queue = commandQueue(c, memory, inputs);
  const waiting = burstRegister(c, "waiting", memory);
  const transfer = burstRegister(c, "transfer", memory);
  const reads = readQueue(c, memory, inputs.readReady);
  const responses = waitingCount(c, "responses", 15);
  const present = valuesOf(transfer);
  const last = c.eq(present.length, c.constant(0, 8));
  const bus = dataBus(c, memory, {
    valid: transfer.valid.value,
    write: present.write,
    readRoom: reads.room,
    responseRoom: responses.room,
    writeValid: inputs.dataValid,
  });
  const beat = c.or(bus.readBeat, bus.writeBeat);
  const done = c.and(beat, last);
  const start = c.and(banksReady(c, memory, waiting, transfer), c.or(c.not(transfer.valid.value), done));
  const width = beatBits(memory);
  const nextBeat = c.mux(beat, c.add(present.beat, c.constant(1, width), width), present.beat);
  const nextLength = c.mux(beat, c.sub(present.length, c.constant(1, 8), 8), present.length);
  load(
    transfer,
    choose(c, start, valuesOf(waiting), { beat: nextBeat, length: nextLength, write: present.write }),
  );
  transfer.valid.next(c.or(start, c.and(transfer.valid.value, c.not(done))));
  const pop = c.and(queue.valid, c.or(c.not(waiting.valid.value), start));
  load(waiting, choose(c, pop, queue.head, valuesOf(waiting)));
  waiting.valid.next(c.or(pop, c.and(waiting.valid.value, c.not(start))));
  queue.pop(pop);
  reads.issue(bus.readBeat, last);
  responses.update(c.and(bus.writeBeat, last), c.and(responses.any, inputs.responseReady));
  return {
    readReady: queue.readReady,
    writeReady: queue.writeReady,
    dataReady: bus.writeReady,
    readAvailable: reads.available,
    readLast: reads.lastOfHead,
    responseAvailable: responses.any,
    issueRead: bus.readBeat,
    issueSlot: reads.issueSlot,
    headSlot: reads.headSlot,
    issueWrite: bus.writeBeat,
    storeBeat: present.beat,
  };
}
