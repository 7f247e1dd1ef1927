import { HwBuilder, type PortSpec, type Value } from "../../ir/index.ts";
import { clockAndReset } from "./axi-shape.ts";
import { bitsFor } from "./bits.ts";
import { creditCounter } from "./credits.ts";
import { fifoModule } from "./fifo.ts";
import { type LateInstance, lateInstance } from "./late-instance.ts";
import type { HardwareUnit } from "./unit.ts";

/** The sizes of an arbiter: `clients` masters share one port. */
export interface ArbiterOptions {
  readonly clients: number;
  readonly addressBits: number;
  readonly dataBits: number;
  /** Bursts that may be under way. */
  readonly maxOutstanding: number;
}

/** Bursts that a waiting client sees pass before its own: one of each other client. */
export function starvationBound(clients: number): number {
  return clients - 1;
}

function clientNames(options: ArbiterOptions): readonly string[] {
  return Array.from({ length: options.clients }, (_, index) => `s${String(index)}`);
}

function nameOf(kind: string, { clients, addressBits, dataBits, maxOutstanding }: ArbiterOptions): string {
  return `axi_${kind}_arbiter_n${String(clients)}_a${String(addressBits)}_d${String(dataBits)}_o${String(maxOutstanding)}`;
}

/** The lowest set request as a one-hot list. */
function lowest(b: HwBuilder, requests: readonly Value[]): readonly Value[] {
  let earlier = b.constant(0, 1);
  return requests.map((request) => {
    const grant = b.and(request, b.not(earlier));
    earlier = b.or(earlier, request);
    return grant;
  });
}

/** Round robin: the first request behind the client that was served last. */
function roundRobin(b: HwBuilder, requests: readonly Value[], served: Value): readonly Value[] {
  const behind = requests.map((_, index) => b.feedback(1, { name: `behind${String(index)}`, reset: 0n }));
  const first = lowest(
    b,
    requests.map((request, index) => b.and(request, behind[index]?.value ?? request)),
  );
  const any = b.or(b.constant(0, 1), ...first);
  const wrapped = lowest(b, requests);
  const grants = first.map((grant, index) => b.mux(any, grant, wrapped[index] ?? grant));
  let passed = b.constant(0, 1);
  behind.forEach((flag, index) => {
    flag.drive(passed, served);
    passed = b.or(passed, grants[index] ?? passed);
  });
  return grants;
}

/** The value of the granted client. */
function choose(b: HwBuilder, grants: readonly Value[], values: readonly Value[]): Value {
  const [head, ...rest] = values;
  if (head === undefined) return b.constant(0, 1);
  return rest.reduce((chosen, value, index) => b.mux(grants[index + 1] ?? chosen, value, chosen), head);
}

interface Granted {
  /** An address entered the output register. */
  readonly taken: Value;
  readonly client: Value;
}

/** Arbitrates address channel `a` ("ar" or "aw") into a register in front of the port. */
function addressChannel(b: HwBuilder, options: ArbiterOptions, a: "ar" | "aw", room: Value): Granted {
  const names = clientNames(options);
  const requests = names.map((name) => b.input(`${name}_${a}valid`));
  const valid = b.feedback(1, { name: `${a}_valid`, reset: 0n });
  const free = b.and(b.or(b.not(valid.value), b.input(`m_axi_${a}ready`)), room);
  const taken = b.and(free, b.or(b.constant(0, 1), ...requests));
  const grants = roundRobin(b, requests, taken);
  valid.drive(b.or(taken, b.and(valid.value, b.not(b.input(`m_axi_${a}ready`)))));
  const register = (field: string): Value =>
    b.register(
      choose(
        b,
        grants,
        names.map((name) => b.input(`${name}_${a}${field}`)),
      ),
      { name: `${a}_${field}`, enable: taken },
    );
  names.forEach((name, index) => {
    b.output(`${name}_${a}ready`, b.and(free, grants[index] ?? free));
  });
  b.output(`m_axi_${a}valid`, valid.value);
  b.output(`m_axi_${a}addr`, register("addr"));
  b.output(`m_axi_${a}len`, register("len"));
  b.output(`m_axi_${a}size`, b.constant(Math.log2(options.dataBits / 8), 3));
  b.output(`m_axi_${a}burst`, b.constant(1, 2));
  const indexBits = bitsFor(options.clients - 1);
  return {
    taken,
    client: choose(
      b,
      grants,
      names.map((_, index) => b.constant(index, indexBits)),
    ),
  };
}

function isHead(b: HwBuilder, order: LateInstance, index: number): Value {
  return b.and(order.out("out_valid"), b.equals(order.out("out_data"), index));
}

function clientInputs(options: ArbiterOptions, a: "ar" | "aw"): readonly PortSpec[] {
  return clientNames(options).flatMap((name) => [
    { name: `${name}_${a}valid`, width: 1 },
    { name: `${name}_${a}addr`, width: options.addressBits },
    { name: `${name}_${a}len`, width: 8 },
  ]);
}

/**
 * Read engines on one port: for each client i inputs s{i}_{arvalid,araddr,arlen}, outputs s{i}_{arready,rvalid,rdata,
 * rresp,rlast} (its rready must be constantly 1); towards memory inputs m_axi_{arready,rvalid,rdata,rresp,rlast}, outputs
 * m_axi_{arvalid,araddr,arlen,arsize,arburst,rready}. Round robin by burst; a single ID, answers in order. One cycle on
 * the address, none on the data.
 */
export function axiReadArbiter(options: ArbiterOptions): HardwareUnit {
  const b = new HwBuilder(nameOf("read", options), [
    ...clockAndReset,
    ...clientInputs(options, "ar"),
    { name: "m_axi_arready", width: 1 },
    { name: "m_axi_rvalid", width: 1 },
    { name: "m_axi_rdata", width: options.dataBits },
    { name: "m_axi_rresp", width: 2 },
    { name: "m_axi_rlast", width: 1 },
  ]);
  const orderModule = fifoModule(bitsFor(options.clients - 1), options.maxOutstanding);
  const order = lateInstance(b, orderModule, "order");
  const slots = creditCounter(b, "order", { depth: options.maxOutstanding }, order.out("in_credit"));
  const { taken, client } = addressChannel(b, options, "ar", slots.any);
  slots.spend(taken);
  const valid = b.input("m_axi_rvalid");
  order.connect({
    in_valid: taken,
    in_data: client,
    out_pop: b.and(order.out("out_valid"), valid, b.input("m_axi_rlast")),
  });
  clientNames(options).forEach((name, index) => {
    b.output(`${name}_rvalid`, b.and(valid, isHead(b, order, index)));
    b.output(`${name}_rdata`, b.input("m_axi_rdata"));
    b.output(`${name}_rresp`, b.input("m_axi_rresp"));
    b.output(`${name}_rlast`, b.input("m_axi_rlast"));
  });
  b.output("m_axi_rready", b.constant(1, 1));
  return { module: b.finish(), submodules: [orderModule] };
}

function writeInputs(options: ArbiterOptions): readonly PortSpec[] {
  const data = clientNames(options).flatMap((name) => [
    { name: `${name}_wvalid`, width: 1 },
    { name: `${name}_wdata`, width: options.dataBits },
    { name: `${name}_wstrb`, width: options.dataBits / 8 },
    { name: `${name}_wlast`, width: 1 },
  ]);
  return [
    ...clockAndReset,
    ...clientInputs(options, "aw"),
    ...data,
    { name: "m_axi_awready", width: 1 },
    { name: "m_axi_wready", width: 1 },
    { name: "m_axi_bvalid", width: 1 },
    { name: "m_axi_bresp", width: 2 },
  ];
}

/**
 * Write engines on one port: for each client i inputs s{i}_{awvalid,awaddr,awlen,wvalid,wdata,wstrb,wlast}, outputs
 * s{i}_{awready,wready,bvalid,bresp} (its bready must be constantly 1); towards memory m_axi_{aw*,w*,b*}. Data follows the
 * order of the granted addresses.
 */
export function axiWriteArbiter(options: ArbiterOptions): HardwareUnit {
  const b = new HwBuilder(nameOf("write", options), writeInputs(options));
  const names = clientNames(options);
  const orderModule = fifoModule(bitsFor(options.clients - 1), options.maxOutstanding);
  const sending = lateInstance(b, orderModule, "data_order");
  const answering = lateInstance(b, orderModule, "answer_order");
  const slots = creditCounter(b, "order", { depth: options.maxOutstanding }, answering.out("in_credit"));
  const { taken, client } = addressChannel(b, options, "aw", slots.any);
  slots.spend(taken);
  const heads = names.map((_, index) => isHead(b, sending, index));
  const data = (field: string): Value =>
    choose(
      b,
      heads,
      names.map((name) => b.input(`${name}_w${field}`)),
    );
  const valid = b.and(sending.out("out_valid"), data("valid"));
  const last = data("last");
  const moved = b.and(valid, b.input("m_axi_wready"));
  sending.connect({ in_valid: taken, in_data: client, out_pop: b.and(moved, last) });
  answering.connect({
    in_valid: taken,
    in_data: client,
    out_pop: b.and(answering.out("out_valid"), b.input("m_axi_bvalid")),
  });
  names.forEach((name, index) => {
    b.output(`${name}_wready`, b.and(heads[index] ?? moved, b.input("m_axi_wready")));
    b.output(`${name}_bvalid`, b.and(b.input("m_axi_bvalid"), isHead(b, answering, index)));
    b.output(`${name}_bresp`, b.input("m_axi_bresp"));
  });
  b.output("m_axi_wvalid", valid);
  b.output("m_axi_wdata", data("data"));
  b.output("m_axi_wstrb", data("strb"));
  b.output("m_axi_wlast", last);
  b.output("m_axi_bready", b.constant(1, 1));
  return { module: b.finish(), submodules: [orderModule] };
}
