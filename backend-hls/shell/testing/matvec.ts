import {
  bankedMemory,
  type DramDescription,
  HwBuilder,
  type MemoryParameters,
  memoryModule,
  type Value,
} from "../../../ir/index.ts";
import { axiReadArbiter } from "../arbiter.ts";
import { axiReadEngine } from "../axi-read-engine.ts";
import { clockAndReset } from "../axi-shape.ts";
import { bitsFor } from "../bits.ts";
import { fifoModule } from "../fifo.ts";
import { lateInstance } from "../late-instance.ts";
import { type HardwareUnit, modulesOf } from "../unit.ts";
import { wires } from "./wires.ts";

/** One DDR4-1600 byte lane of 8 Gb: as fast as a 64-bit port at 200 MHz. */
const ddr4Lane: DramDescription = {
  kind: "DDR4-1600 x8 8Gb",
  mts: 1600,
  width_bits: 8,
  banks: 16,
  row_bytes: 1024,
  ns: { trcd: 13.75, trp: 13.75, tcl: 13.75, tras: 35, trfc: 350, trefi: 7800, twtr: 7.5 },
};

/** A matrix of `rows` × `columns` int8 weights, row by row from address 0, times a vector. */
export interface Matvec {
  readonly rows: number;
  readonly columns: number;
  readonly activations: readonly number[];
  readonly memory: MemoryParameters;
  readonly responseDepth: number;
  readonly maxBurst: number;
}

export const matvecMemory = (depthBeats: number): MemoryParameters =>
  bankedMemory(ddr4Lane, 200, { dataBits: 64, addressBits: 32, depthBeats, queueDepth: 8 });

/** Multiplies and adds the eight int8 pairs of a beat, exactly, in 20 bits. */
function dot(b: HwBuilder, weights: Value, activations: Value): Value {
  const products = Array.from({ length: 8 }, (_, lane) =>
    b.mul(
      b.resizeSigned(b.extract(weights, lane * 8, 8), 20),
      b.resizeSigned(b.extract(activations, lane * 8, 8), 20),
    ),
  );
  return products.reduce((sum, product) => b.add(sum, product));
}

function packed(activations: readonly number[]): readonly bigint[] {
  const words: bigint[] = [];
  for (let at = 0; at < activations.length; at += 8) {
    words.push(
      activations
        .slice(at, at + 8)
        .reduce((word, value, lane) => word | (BigInt.asUintN(8, BigInt(value)) << BigInt(lane * 8)), 0n),
    );
  }
  return words;
}

/** Consumes the weight stream at one beat per cycle; gives finished sums one at a time. */
function multiplier(b: HwBuilder, spec: Matvec, valid: Value, data: Value): void {
  const beatsPerRow = spec.columns / 8;
  const bits = bitsFor(beatsPerRow - 1);
  const beat = b.feedback(bits, { name: "beat", reset: 0n });
  const last = b.equals(beat.value, beatsPerRow - 1);
  beat.drive(b.mux(last, b.constant(0, bits), b.add(beat.value, b.constant(1, bits))), valid);
  const vector = b.memory({
    name: "activations",
    depth: beatsPerRow,
    width: 64,
    readLatency: 0,
    init: packed(spec.activations),
    style: "distributed",
  });
  b.writePort(vector, b.input("load_index"), { enable: b.input("load"), data: b.input("load_word") });
  const sum = b.feedback(32, { name: "sum", reset: 0n });
  const next = b.add(sum.value, b.resizeSigned(dot(b, data, b.readPort(vector, beat.value)), 32));
  sum.drive(b.mux(last, b.constant(0, 32), next), valid);
  const done = {
    valid: b.register(b.and(valid, last), { name: "sum_valid", reset: 0n }),
    value: b.register(next, { name: "sum_out" }),
  };
  b.output("sum_valid", done.valid);
  b.output("sum", done.value);
  meter(b, (spec.rows * spec.columns) / 8, valid, done);
}

/** Measures in hardware: `stream_cycles` from the first beat to the last, `checksum` over the sums, `finished`. */
function meter(
  b: HwBuilder,
  beats: number,
  beat: Value,
  sum: { readonly valid: Value; readonly value: Value },
): void {
  const left = b.feedback(32, { name: "beats_left", reset: BigInt(beats) });
  const cycles = b.feedback(32, { name: "stream_cycles", reset: 0n });
  const checksum = b.feedback(32, { name: "checksum", reset: 0n });
  const one = b.constant(1, 32);
  const open = b.not(b.equals(left.value, 0));
  const begun = b.or(beat, b.not(b.equals(left.value, beats)));
  left.drive(b.sub(left.value, one), b.and(beat, open));
  cycles.drive(b.add(cycles.value, one), b.and(begun, open));
  checksum.drive(b.add(b.mul(checksum.value, b.constant(31, 32)), sum.value), sum.valid);
  b.output("stream_cycles", cycles.value);
  b.output("checksum", checksum.value);
  b.output("finished", b.register(b.and(b.not(open), b.not(sum.valid)), { name: "finished", reset: 0n }));
}

const ANSWERS = ["arready", "rvalid", "rdata", "rresp", "rlast"];

/**
 * Request queue → read engine → arbiter (its second client is silent) → memory, and the weight stream into a
 * multiplier. Inputs clk, rst, req_valid, req_data, load, load_index, load_word.
 */
export function matvecBench(spec: Matvec): {
  readonly top: HardwareUnit;
  readonly modules: ReturnType<typeof modulesOf>;
} {
  const shape = { addressBits: 32, dataBits: 64, maxBurst: spec.maxBurst, lengthBits: 20 };
  const engineUnit = axiReadEngine({ ...shape, responseDepth: spec.responseDepth });
  const arbiterUnit = axiReadArbiter({ clients: 2, addressBits: 32, dataBits: 64, maxOutstanding: 16 });
  const memory = memoryModule("ddr4_channel", spec.memory);
  const [requests, responses] = [fifoModule(52, 4), fifoModule(64, spec.responseDepth)];
  const beatsPerRow = spec.columns / 8;
  const b = new HwBuilder("matvec_bench", [
    ...clockAndReset,
    { name: "req_valid", width: 1 },
    { name: "req_data", width: 52 },
    { name: "load", width: 1 },
    { name: "load_index", width: bitsFor(beatsPerRow - 1) },
    { name: "load_word", width: 64 },
  ]);
  const request = lateInstance(b, requests, "requests");
  const response = lateInstance(b, responses, "responses");
  const engine = lateInstance(b, engineUnit.module, "engine");
  const arbiter = lateInstance(b, arbiterUnit.module, "arbiter");
  const channel = lateInstance(b, memory, "memory");
  request.connect({
    in_valid: b.input("req_valid"),
    in_data: b.input("req_data"),
    out_pop: engine.out("req_pop"),
  });
  engine.connect({
    req_valid: request.out("out_valid"),
    req_data: request.out("out_data"),
    rsp_credit: response.out("in_credit"),
    region_limit: b.constant(spec.rows * spec.columns, 32),
    ...wires(arbiter, { from: "s0_", to: "m_axi_" }, ANSWERS),
  });
  arbiter.connect(wires(engine, { from: "m_axi_", to: "s0_" }, ["arvalid", "araddr", "arlen"]));
  arbiter.connect(wires(channel, { from: "s_axi_", to: "m_axi_" }, ANSWERS));
  channel.connect(wires(arbiter, { from: "m_axi_", to: "s_axi_" }, ["arvalid", "araddr", "arlen", "rready"]));
  response.connect({
    in_valid: engine.out("rsp_valid"),
    in_data: engine.out("rsp_data"),
    out_pop: response.out("out_valid"),
  });
  multiplier(b, spec, response.out("out_valid"), response.out("out_data"));
  b.output("beat", response.out("out_valid"));
  b.output("error_code", engine.out("error_code"));
  const parts = [engineUnit, arbiterUnit].flatMap((unit) => [...unit.submodules, unit.module]);
  const top: HardwareUnit = { module: b.finish(), submodules: [...parts, memory, requests, responses] };
  return { top, modules: modulesOf(top) };
}
