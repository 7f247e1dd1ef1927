import { HwBuilder, type Value } from "../../ir/index.ts";
import { type AxiShape, beatShift, clockAndReset, shapeName } from "./axi-shape.ts";
import { bitsFor, upDown } from "./bits.ts";
import { burstBits, burstPlannerModule, burstWindow } from "./burst-planner.ts";
import { creditCounter, type QueueCredits } from "./credits.ts";
import { fifoModule } from "./fifo.ts";
import { type LateInstance, lateInstance } from "./late-instance.ts";
import { type ErrorSource, stickyError } from "./sticky-error.ts";
import type { HardwareUnit } from "./unit.ts";

/** The sizes of a write engine. */
export interface WriteEngineOptions extends AxiShape, QueueCredits {
  /** Elements of the queue that takes the done tokens. */
  readonly doneDepth: number;
  /** Bursts that may wait for their response. */
  readonly maxOutstanding: number;
}

/** Cycles from the last of a burst's data being visible (its request earlier) to `m_axi_awvalid`, and from B to `done_valid`. */
export const WRITE_ENGINE_LATENCY = { data: 2, done: 2 } as const;

interface Planned {
  readonly good: Value;
  readonly bad: Value;
  readonly misaligned: Value;
  readonly empty: Value;
  readonly last: Value;
  readonly address: Value;
  readonly beats: Value;
}

function planned(b: HwBuilder, planner: LateInstance): Planned {
  const valid = planner.out("burst_valid");
  const empty = b.and(valid, b.equals(planner.out("burst_beats"), 0));
  const bad = b.and(valid, planner.out("burst_bad"));
  return {
    good: b.and(valid, b.not(bad), b.not(empty)),
    bad,
    misaligned: planner.out("burst_misaligned"),
    empty,
    last: planner.out("burst_last"),
    address: planner.out("burst_address"),
    beats: planner.out("burst_beats"),
  };
}

interface Staging {
  readonly data: Value;
  readonly fifo: LateInstance;
  /** Beats staged that no burst has claimed. */
  readonly unclaimed: { readonly value: Value; drive(next: Value): void };
  readonly arrive: Value;
}

/** A queue of two bursts: an address is issued only when all the data of its burst is here. */
function staging(
  b: HwBuilder,
  options: WriteEngineOptions,
  fifo: LateInstance,
): Staging & { free(pop: Value): void } {
  const depth = 2 * burstWindow(options);
  const unclaimed = b.feedback(bitsFor(depth), { name: "staged_unclaimed", reset: 0n });
  const room = b.feedback(bitsFor(depth), { name: "staging_room", reset: BigInt(depth) });
  const arrive = b.and(b.input("data_valid"), b.not(b.equals(room.value, 0)));
  b.output("data_pop", arrive);
  return {
    data: fifo.out("out_data"),
    fifo,
    unclaimed,
    arrive,
    free: (pop) => {
      room.drive(upDown(b, room.value, pop, arrive));
      fifo.connect({ in_valid: arrive, in_data: b.input("data_data"), out_pop: pop });
    },
  };
}

/** The address channel's output register. */
function addressChannel(
  b: HwBuilder,
  options: WriteEngineOptions,
  burst: Planned,
  want: Value,
): { readonly issued: Value; readonly pending: Value } {
  const valid = b.feedback(1, { name: "aw_valid", reset: 0n });
  const free = b.or(b.not(valid.value), b.input("m_axi_awready"));
  const issued = b.and(want, free);
  valid.drive(b.or(issued, b.not(free)));
  const length = b.sub(b.resize(burst.beats, 9), b.constant(1, 9));
  b.output("m_axi_awvalid", valid.value);
  b.output("m_axi_awaddr", b.register(burst.address, { name: "aw_address", enable: issued }));
  b.output("m_axi_awlen", b.register(b.extract(length, 0, 8), { name: "aw_length", enable: issued }));
  b.output("m_axi_awsize", b.constant(beatShift(options), 3));
  b.output("m_axi_awburst", b.constant(1, 2));
  return { issued, pending: valid.value };
}

/** Answers requests in order: each burst's entry says whether a response belongs to it and whether it ends a request. */
function completion(
  b: HwBuilder,
  options: WriteEngineOptions,
  order: LateInstance,
): { readonly waiting: Value } {
  const width = bitsFor(options.maxOutstanding);
  const answers = b.feedback(width, { name: "answers", reset: 0n });
  const { doneDepth: depth, beginsWithoutCredits } = options;
  const done = creditCounter(b, "done", { depth, beginsWithoutCredits }, b.input("done_credit"));
  const head = order.out("out_data");
  const needsAnswer = b.extract(head, 1, 1);
  const ends = b.extract(head, 0, 1);
  const answered = b.not(b.equals(answers.value, 0));
  const pop = b.and(order.out("out_valid"), b.or(answered, b.not(needsAnswer)), b.or(done.any, b.not(ends)));
  const push = b.and(pop, ends);
  done.spend(push);
  answers.drive(upDown(b, answers.value, b.input("m_axi_bvalid"), b.and(pop, needsAnswer)));
  order.connect({ out_pop: pop });
  b.output("done_valid", b.register(push, { name: "done_valid", reset: 0n }));
  b.output("m_axi_bready", b.constant(1, 1));
  return { waiting: order.out("out_valid") };
}

function inputPorts(options: WriteEngineOptions): ConstructorParameters<typeof HwBuilder>[1] {
  const { addressBits, dataBits, lengthBits } = options;
  return [
    ...clockAndReset,
    { name: "req_valid", width: 1 },
    { name: "req_data", width: lengthBits + addressBits },
    { name: "data_valid", width: 1 },
    { name: "data_data", width: dataBits },
    { name: "done_credit", width: 1 },
    { name: "clear_error", width: 1 },
    { name: "region_base", width: addressBits },
    { name: "region_limit", width: addressBits },
    { name: "m_axi_awready", width: 1 },
    { name: "m_axi_wready", width: 1 },
    { name: "m_axi_bvalid", width: 1 },
    { name: "m_axi_bresp", width: 2 },
  ];
}

interface Data {
  /** The data channel takes a new burst in this cycle. */
  readonly free: Value;
  readonly idle: Value;
  start(issued: Value, dropped: Value): void;
}

/** Sends the beats of the issued burst; `dropped` beats leave the staging queue unsent. */
function dataChannel(
  b: HwBuilder,
  options: WriteEngineOptions,
  burst: Planned,
  stage: ReturnType<typeof staging>,
): Data {
  const bits = burstBits(options);
  const left = b.feedback(bits, { name: "w_left", reset: 0n });
  const idle = b.equals(left.value, 0);
  const sent = b.and(b.not(idle), b.input("m_axi_wready"));
  const last = b.equals(left.value, 1);
  b.output("m_axi_wvalid", b.not(idle));
  b.output("m_axi_wdata", stage.data);
  b.output("m_axi_wstrb", b.constant(-1n, options.dataBits / 8));
  b.output("m_axi_wlast", last);
  return {
    free: b.or(idle, b.and(last, sent)),
    idle,
    start: (issued, dropped) => {
      left.drive(b.mux(issued, burst.beats, b.sub(left.value, b.constant(1, bits))), b.or(issued, sent));
      stage.free(b.or(sent, dropped));
    },
  };
}

/** Drops the data of a bad burst beat by beat, once the data before it has been sent. */
function drop(
  b: HwBuilder,
  options: WriteEngineOptions,
  burst: Planned,
  allowed: Value,
): { readonly beat: Value; readonly last: Value } {
  const bits = burstBits(options);
  const dropped = b.feedback(bits, { name: "dropped", reset: 0n });
  const beat = b.and(burst.bad, allowed);
  const last = b.and(beat, b.icmp("eq", dropped.value, b.sub(burst.beats, b.constant(1, bits))));
  dropped.drive(b.mux(last, b.constant(0, bits), b.add(dropped.value, b.constant(1, bits))), beat);
  return { beat, last };
}

/** The sticky error of bad requests and failed responses. */
function errors(b: HwBuilder, { bad, misaligned }: Planned): void {
  const failed = b.and(b.input("m_axi_bvalid"), b.extract(b.input("m_axi_bresp"), 1, 1));
  const decode = b.and(failed, b.extract(b.input("m_axi_bresp"), 0, 1));
  const sources: readonly ErrorSource[] = [
    { when: b.and(bad, misaligned), code: "write_alignment" },
    { when: bad, code: "write_region" },
    { when: decode, code: "write_decode_error" },
    { when: failed, code: "write_slave_error" },
  ];
  b.output("error_code", stickyError(b, sources, b.input("clear_error")));
}

/**
 * Writes full beats: inputs clk, rst, req_valid, req_data (number of beats above byte address), data_valid, data_data,
 * done_credit, clear_error, region_base, region_limit, m_axi_{awready,wready,bvalid,bresp}; outputs req_pop, data_pop,
 * done_valid (one token per request, after its last response), m_axi_{awvalid,awaddr,awlen,awsize,awburst,wvalid,wdata,
 * wstrb,wlast,bready}, error_code, busy. An address is issued only when the data of the whole burst is here. A request
 * outside [region_base, region_limit), or at an address inside a beat, writes nothing; its data is dropped and its token given.
 */
export function axiWriteEngine(options: WriteEngineOptions): HardwareUnit {
  const b = new HwBuilder(
    `axi_write_engine_${shapeName(options)}_q${String(options.doneDepth)}_o${String(options.maxOutstanding)}`,
    inputPorts(options),
  );
  const submodules = [
    burstPlannerModule(options),
    fifoModule(options.dataBits, 2 * burstWindow(options)),
    fifoModule(2, options.maxOutstanding),
  ] as const;
  const planner = lateInstance(b, submodules[0], "planner");
  const order = lateInstance(b, submodules[2], "order");
  const burst = planned(b, planner);
  b.output("req_pop", planner.out("req_pop"));
  const stage = staging(b, options, lateInstance(b, submodules[1], "staging"));
  const data = dataChannel(b, options, burst, stage);
  const slots = creditCounter(b, "order", { depth: options.maxOutstanding }, order.out("in_credit"));
  const unclaimedBits = bitsFor(2 * burstWindow(options));
  const staged = b.icmp("uge", stage.unclaimed.value, b.resize(burst.beats, unclaimedBits));
  const address = addressChannel(b, options, burst, b.and(burst.good, staged, data.free, slots.any));
  const dropping = drop(
    b,
    options,
    burst,
    b.and(data.idle, slots.any, b.not(b.equals(stage.unclaimed.value, 0))),
  );
  data.start(address.issued, dropping.beat);
  const claimed = b.mux(
    address.issued,
    b.resize(burst.beats, unclaimedBits),
    b.resize(dropping.beat, unclaimedBits),
  );
  stage.unclaimed.drive(b.sub(b.add(stage.unclaimed.value, b.resize(stage.arrive, unclaimedBits)), claimed));
  const finished = b.or(address.issued, dropping.last, b.and(burst.empty, slots.any));
  slots.spend(finished);
  order.connect({ in_valid: finished, in_data: b.concat(address.issued, burst.last) });
  planner.connect({
    req_valid: b.input("req_valid"),
    req_data: b.input("req_data"),
    region_base: b.input("region_base"),
    region_limit: b.input("region_limit"),
    burst_ready: finished,
  });
  const { waiting } = completion(b, options, order);
  errors(b, burst);
  b.output("busy", b.or(planner.out("busy"), waiting, address.pending, b.not(data.idle)));
  return { module: b.finish(), submodules };
}
