import { HwBuilder, type Operation, type Value } from "../../ir/index.ts";
import { clockAndReset } from "./axi-shape.ts";
import { bitsFor, stickyFlag } from "./bits.ts";
import { ERROR_BITS, ERROR_CODES, type ErrorName, WHERE_BITS } from "./error-codes.ts";

/** Cycles for which the core is reset behind a fault. */
const RESET_CYCLES = 4;

const INPUTS = [
  "start",
  "start_refused",
  "finished",
  "quiet",
  "watchdog",
  "drain_timeout",
  "reset_soft",
  "reset_force",
] as const;

/** The states of a core: at most one is 1; none is idle. */
interface States {
  readonly running: State;
  readonly stopping: State;
  readonly stuck: State;
  readonly resetting: State;
}
interface State {
  readonly value: Value;
  drive(next: Value): void;
}

function code(b: HwBuilder, name: ErrorName): Value {
  return b.constant(ERROR_CODES[name], ERROR_BITS);
}

/** Counts the cycles of a reset; `last` is its last one. */
function resetTime(b: HwBuilder, resetting: Value): { readonly last: Value } {
  const bits = bitsFor(RESET_CYCLES - 1);
  const time = b.feedback(bits, { name: "reset_cycles", reset: 0n });
  const last = b.and(resetting, b.equals(time.value, RESET_CYCLES - 1));
  time.drive(b.mux(resetting, b.add(time.value, b.constant(1, bits)), b.constant(0, bits)));
  return { last };
}

interface Starts {
  readonly begin: Value;
  /** A start that is answered with an error at once. */
  readonly refuse: Value;
}

/** A start begins in idle; during the reset behind a fault it waits; while memory is stuck, or with a bad command, it is refused. */
function starts(b: HwBuilder, idle: Value, stuck: Value): Starts {
  const waiting = b.feedback(1, { name: "start_waiting", reset: 0n });
  const asked = b.or(b.input("start"), waiting.value);
  const bad = b.not(b.equals(b.input("start_error"), 0));
  const refuse = b.and(asked, b.or(stuck, b.and(idle, bad)));
  const begin = b.and(asked, idle, b.not(bad));
  waiting.drive(b.and(asked, b.not(refuse), b.not(begin)));
  return { begin, refuse };
}

/** What ends a step before its end, the first cause first: 0 is nothing. */
function faultOf(b: HwBuilder): Value {
  const host = b.or(b.input("reset_soft"), b.input("reset_force"));
  const causes: readonly (readonly [Value, Value])[] = [
    [b.not(b.equals(b.input("core_error"), 0)), b.input("core_error")],
    [b.input("watchdog"), code(b, "watchdog")],
    [host, code(b, "aborted")],
  ];
  return causes.reduceRight((rest, [when, value]) => b.mux(when, value, rest), b.constant(0, ERROR_BITS));
}

function statesOf(b: HwBuilder): States {
  const state = (name: string): State => b.feedback(1, { name, reset: 0n });
  return {
    running: state("running"),
    stopping: state("stopping"),
    stuck: state("stuck"),
    resetting: state("resetting"),
  };
}

/** The code that the host reads: of the last fault or refusal, 0 behind a start and behind a good step. */
function reported(
  b: HwBuilder,
  events: {
    readonly begin: Value;
    readonly refuse: Value;
    readonly fails: Value;
    readonly succeeds: Value;
    readonly stuck: Value;
  },
  fault: Value,
): void {
  const { begin, refuse, fails, succeeds, stuck } = events;
  const again = stickyFlag(b, "started_again", b.input("start_refused"), begin);
  const late = b.or(again, b.input("start_refused"));
  const good = b.mux(late, code(b, "start_while_busy"), b.constant(0, ERROR_BITS));
  const refusal = b.mux(stuck, code(b, "memory_stuck"), b.input("start_error"));
  const value = b.mux(fails, fault, b.mux(refuse, refusal, b.mux(succeeds, good, b.constant(0, ERROR_BITS))));
  const held = b.register(value, {
    name: "error_code_held",
    enable: b.or(begin, refuse, fails, succeeds),
    reset: 0n,
  });
  const where = b.and(
    b.input("core_where"),
    b.replicate(b.not(b.equals(b.input("core_error"), 0)), WHERE_BITS),
  );
  b.output("error_code", held);
  b.output(
    "error_where",
    b.register(where, { name: "error_where_held", enable: b.or(begin, refuse, fails), reset: 0n }),
  );
}

/**
 * Runs a core through its steps and back to idle behind every fault: the port is closed (`stop`), what is under way on it ends,
 * then the core is reset and `done` given. Where memory does not answer for too long (`drain_timeout`), `done` is given without
 * that: `stuck` stays 1, starts are refused, and the reset follows once memory has answered or `reset_force` says that it never
 * will. Inputs clk, rst, start, start_error (why a start now would be refused, 0: nothing), start_refused (a start while busy),
 * finished, core_error, core_where, quiet, watchdog, drain_timeout, reset_soft, reset_force; outputs begin, running, stop,
 * draining, core_reset, forget, done, stuck, error_code, error_where.
 */
export function supervisorModule(): Operation {
  const b = new HwBuilder("supervisor", [
    ...clockAndReset,
    ...INPUTS.map((name) => ({ name, width: 1 })),
    { name: "start_error", width: ERROR_BITS },
    { name: "core_error", width: ERROR_BITS },
    { name: "core_where", width: WHERE_BITS },
  ]);
  const { running, stopping, stuck, resetting } = statesOf(b);
  const force = b.input("reset_force");
  const busy = b.or(running.value, stopping.value, stuck.value, resetting.value);
  const idle = b.not(busy);
  const { begin, refuse } = starts(b, idle, stuck.value);
  const fault = faultOf(b);
  const fails = b.and(running.value, b.not(b.equals(fault, 0)));
  const succeeds = b.and(running.value, b.input("finished"), b.not(fails));
  const closed = b.and(b.or(stopping.value, stuck.value), b.or(b.input("quiet"), force));
  const gives = b.and(stopping.value, b.input("drain_timeout"), b.not(closed));
  const cleared = b.and(idle, b.or(b.input("reset_soft"), force), b.not(begin));
  const { last } = resetTime(b, resetting.value);
  running.drive(b.or(begin, b.and(running.value, b.not(fails), b.not(succeeds))));
  stopping.drive(b.or(fails, b.and(stopping.value, b.not(closed), b.not(gives))));
  stuck.drive(b.or(gives, b.and(stuck.value, b.not(closed))));
  resetting.drive(b.or(closed, cleared, b.and(resetting.value, b.not(last))));
  const owes = b.feedback(1, { name: "owes_done", reset: 0n });
  owes.drive(b.or(fails, b.and(owes.value, b.not(gives), b.not(last))));
  reported(b, { begin, refuse, fails, succeeds, stuck: stuck.value }, fault);
  b.output("begin", begin);
  b.output("running", running.value);
  b.output("stop", b.or(stopping.value, stuck.value, resetting.value));
  b.output("draining", stopping.value);
  b.output("core_reset", b.or(resetting.value, b.input("rst")));
  b.output("forget", b.and(resetting.value, b.not(last)));
  b.output("done", b.or(succeeds, refuse, gives, b.and(last, owes.value)));
  b.output("stuck", stuck.value);
  return b.finish();
}
