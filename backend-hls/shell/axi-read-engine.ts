import { HwBuilder, type PortSpec, type Value, widthOf } from "../../ir/index.ts";
import { type AxiShape, beatShift, clockAndReset, shapeName } from "./axi-shape.ts";
import { bitsFor } from "./bits.ts";
import { burstBits, burstPlannerModule } from "./burst-planner.ts";
import type { QueueCredits } from "./credits.ts";
import { lateInstance } from "./late-instance.ts";
import { type ErrorSource, stickyError } from "./sticky-error.ts";
import type { HardwareUnit } from "./unit.ts";

/** The sizes of a read engine. */
export interface ReadEngineOptions extends AxiShape, QueueCredits {
  /** Elements of the response queue behind the engine: at least one longest burst. */
  readonly responseDepth: number;
}

/** Cycles from a request being visible to `m_axi_arvalid`, and from an R beat to `rsp_valid`. */
export const READ_ENGINE_LATENCY = { request: 5, response: 1 } as const;

/** `value + plus - minus` in the width of `value`. */
function adjust(b: HwBuilder, value: Value, plus: Value, minus: Value): Value {
  return b.sub(b.add(value, b.resize(plus, widthOf(value))), b.resize(minus, widthOf(value)));
}

/** The address channel's output register: loads where it is empty or its content is taken. */
function addressChannel(
  b: HwBuilder,
  shape: AxiShape,
  issue: (free: Value) => Value,
  burst: { readonly address: Value; readonly beats: Value },
): { readonly valid: Value; readonly issued: Value } {
  const valid = b.feedback(1, { name: "ar_valid", reset: 0n });
  const free = b.or(b.not(valid.value), b.input("m_axi_arready"));
  const issued = issue(free);
  valid.drive(b.or(issued, b.not(free)));
  const length = b.sub(b.resize(burst.beats, 9), b.constant(1, 9));
  b.output("m_axi_arvalid", valid.value);
  b.output("m_axi_araddr", b.register(burst.address, { name: "ar_address", enable: issued }));
  b.output("m_axi_arlen", b.register(b.extract(length, 0, 8), { name: "ar_length", enable: issued }));
  b.output("m_axi_arsize", b.constant(beatShift(shape), 3));
  b.output("m_axi_arburst", b.constant(1, 2));
  return { valid: valid.value, issued };
}

function inputPorts({ addressBits, dataBits, lengthBits }: ReadEngineOptions): readonly PortSpec[] {
  return [
    ...clockAndReset,
    { name: "req_valid", width: 1 },
    { name: "req_data", width: lengthBits + addressBits },
    { name: "rsp_credit", width: 1 },
    { name: "clear_error", width: 1 },
    { name: "region_base", width: addressBits },
    { name: "region_limit", width: addressBits },
    { name: "m_axi_arready", width: 1 },
    { name: "m_axi_rvalid", width: 1 },
    { name: "m_axi_rdata", width: dataBits },
    { name: "m_axi_rresp", width: 2 },
    { name: "m_axi_rlast", width: 1 },
  ];
}

/** Answers a bad burst with zeros, one per cycle where `allowed`; `last` ends the burst. */
function zeroAnswers(
  b: HwBuilder,
  bad: Value,
  beats: Value,
  allowed: Value,
): { readonly beat: Value; readonly last: Value } {
  const bits = widthOf(beats);
  const sent = b.feedback(bits, { name: "zeros_sent", reset: 0n });
  const beat = b.and(bad, allowed);
  const next = b.add(sent.value, b.constant(1, bits));
  const last = b.and(beat, b.icmp("eq", next, beats));
  sent.drive(b.mux(last, b.constant(0, bits), next), beat);
  return { beat, last };
}

/** The response stream, a register behind the R channel, and the error that a beat or a bad burst raises. */
function responses(
  b: HwBuilder,
  { beat, zero, bad, misaligned }: Readonly<Record<"beat" | "zero" | "bad" | "misaligned", Value>>,
): void {
  const data = b.and(b.input("m_axi_rdata"), b.replicate(beat, widthOf(b.input("m_axi_rdata"))));
  const failed = b.and(beat, b.extract(b.input("m_axi_rresp"), 1, 1));
  const decode = b.and(failed, b.extract(b.input("m_axi_rresp"), 0, 1));
  const sources: readonly ErrorSource[] = [
    { when: b.and(bad, misaligned), code: "read_alignment" },
    { when: bad, code: "read_region" },
    { when: decode, code: "read_decode_error" },
    { when: failed, code: "read_slave_error" },
  ];
  b.output("rsp_valid", b.register(b.or(beat, zero), { name: "rsp_valid", reset: 0n }));
  b.output("rsp_data", b.register(data, { name: "rsp_data" }));
  b.output("m_axi_rready", b.constant(1, 1));
  b.output("error_code", stickyError(b, sources, b.input("clear_error")));
}

/**
 * Reads: inputs clk, rst, req_valid, req_data (number of beats above byte address), rsp_credit, clear_error,
 * region_base, region_limit, m_axi_{arready,rvalid,rdata,rresp,rlast}; outputs req_pop, rsp_valid, rsp_data,
 * m_axi_{arvalid,araddr,arlen,arsize,arburst,rready}, error_code, busy. A burst is issued only when the response queue
 * has room for all of it, so rready is constantly 1. A request outside [region_base, region_limit), or at an
 * address inside a beat, is not issued: after the beats before it, zeros are answered.
 */
export function axiReadEngine(options: ReadEngineOptions): HardwareUnit {
  const { responseDepth, beginsWithoutCredits = false } = options;
  const b = new HwBuilder(
    `axi_read_engine_${shapeName(options)}_q${String(responseDepth)}`,
    inputPorts(options),
  );
  const plannerModule = burstPlannerModule(options);
  const planner = lateInstance(b, plannerModule, "planner");
  const burst = { address: planner.out("burst_address"), beats: planner.out("burst_beats") };
  const countBits = Math.max(bitsFor(responseDepth), burstBits(options));
  const credits = b.feedback(countBits, {
    name: "credits",
    reset: beginsWithoutCredits ? 0n : BigInt(responseDepth),
  });
  const outstanding = b.feedback(countBits, { name: "outstanding", reset: 0n });
  const beats = b.resize(burst.beats, countBits);
  const none = b.equals(burst.beats, 0);
  const bad = b.and(planner.out("burst_valid"), planner.out("burst_bad"));
  const good = b.and(planner.out("burst_valid"), b.not(planner.out("burst_bad")), b.not(none));
  const roomy = b.icmp("uge", credits.value, beats);
  const { valid, issued } = addressChannel(b, options, (free) => b.and(good, roomy, free), burst);

  const nothingOut = b.equals(outstanding.value, 0);
  const zero = zeroAnswers(b, bad, burst.beats, b.and(nothingOut, b.not(b.equals(credits.value, 0))));
  const beat = b.and(b.input("m_axi_rvalid"), b.not(nothingOut));
  const spent = b.mux(issued, beats, b.resize(zero.beat, countBits));
  credits.drive(adjust(b, credits.value, b.input("rsp_credit"), spent));
  outstanding.drive(adjust(b, outstanding.value, b.mux(issued, beats, b.constant(0, countBits)), beat));
  planner.connect({
    req_valid: b.input("req_valid"),
    req_data: b.input("req_data"),
    region_base: b.input("region_base"),
    region_limit: b.input("region_limit"),
    burst_ready: b.or(issued, zero.last, none),
  });
  b.output("req_pop", planner.out("req_pop"));
  responses(b, { beat, zero: zero.beat, bad, misaligned: planner.out("burst_misaligned") });
  b.output("busy", b.or(valid, b.not(nothingOut), planner.out("busy")));
  return { module: b.finish(), submodules: [plannerModule] };
}
