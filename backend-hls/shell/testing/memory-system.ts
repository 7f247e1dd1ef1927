import {
  HwBuilder,
  type MemoryParameters,
  memoryModule,
  type Operation,
  type PortSpec,
} from "../../../ir/index.ts";
import { axiReadArbiter, axiWriteArbiter } from "../arbiter.ts";
import { axiReadEngine } from "../axi-read-engine.ts";
import { clockAndReset } from "../axi-shape.ts";
import { axiWriteEngine } from "../axi-write-engine.ts";
import { fifoModule } from "../fifo.ts";
import { type LateInstance, lateInstance } from "../late-instance.ts";
import type { HardwareUnit } from "../unit.ts";
import { wires } from "./wires.ts";

const SHAPE = { addressBits: 32, dataBits: 64, maxBurst: 16, lengthBits: 12 };
const RESPONSES = 32;
const CLIENTS = [0, 1];

interface Client {
  readonly index: number;
  readonly engine: Operation;
  readonly port: LateInstance;
}

function clientPorts(index: number): readonly PortSpec[] {
  const [r, w] = [`r${String(index)}`, `w${String(index)}`];
  return [
    { name: `${r}_valid`, width: 1 },
    { name: `${r}_request`, width: 44 },
    { name: `${r}_take`, width: 1 },
    { name: `${w}_valid`, width: 1 },
    { name: `${w}_request`, width: 44 },
    { name: `${w}_push`, width: 1 },
    { name: `${w}_word`, width: 64 },
  ];
}

function reader(b: HwBuilder, { index, engine: module, port }: Client, queue: Operation): void {
  const [r, s] = [`r${String(index)}`, `s${String(index)}_`];
  const engine = lateInstance(b, module, `reader${String(index)}`);
  const responses = lateInstance(b, queue, `responses${String(index)}`);
  engine.connect({
    req_valid: b.input(`${r}_valid`),
    req_data: b.input(`${r}_request`),
    rsp_credit: responses.out("in_credit"),
    region_limit: b.input("limit"),
    ...wires(port, { from: s, to: "m_axi_" }, ["arready", "rvalid", "rdata", "rresp", "rlast"]),
  });
  responses.connect({
    in_valid: engine.out("rsp_valid"),
    in_data: engine.out("rsp_data"),
    out_pop: b.and(b.input(`${r}_take`), responses.out("out_valid")),
  });
  port.connect(wires(engine, { from: "m_axi_", to: s }, ["arvalid", "araddr", "arlen"]));
  b.output(`${r}_pop`, engine.out("req_pop"));
  b.output(`${r}_some`, responses.out("out_valid"));
  b.output(`${r}_word`, responses.out("out_data"));
}

function writer(
  b: HwBuilder,
  { index, engine: module, port }: Client,
  queues: readonly [Operation, Operation],
): void {
  const [w, s] = [`w${String(index)}`, `s${String(index)}_`];
  const engine = lateInstance(b, module, `writer${String(index)}`);
  const data = lateInstance(b, queues[0], `data${String(index)}`);
  const done = lateInstance(b, queues[1], `done${String(index)}`);
  data.connect({
    in_valid: b.input(`${w}_push`),
    in_data: b.input(`${w}_word`),
    out_pop: engine.out("data_pop"),
  });
  done.connect({ in_valid: engine.out("done_valid"), out_pop: done.out("out_valid") });
  engine.connect({
    req_valid: b.input(`${w}_valid`),
    req_data: b.input(`${w}_request`),
    data_valid: data.out("out_valid"),
    data_data: data.out("out_data"),
    done_credit: done.out("in_credit"),
    region_limit: b.input("limit"),
    ...wires(port, { from: s, to: "m_axi_" }, ["awready", "wready", "bvalid", "bresp"]),
  });
  port.connect(
    wires(engine, { from: "m_axi_", to: s }, [
      "awvalid",
      "awaddr",
      "awlen",
      "wvalid",
      "wdata",
      "wstrb",
      "wlast",
    ]),
  );
  b.output(`${w}_pop`, engine.out("req_pop"));
  b.output(`${w}_credit`, data.out("in_credit"));
  b.output(`${w}_done`, done.out("out_valid"));
  b.output(`${w}_error`, engine.out("error_code"));
}

/**
 * Two read and two write engines on one memory. For client i: inputs r{i}_valid, r{i}_request, r{i}_take, w{i}_valid,
 * w{i}_request, w{i}_push, w{i}_word; outputs r{i}_pop, r{i}_some, r{i}_word, w{i}_pop, w{i}_credit, w{i}_done.
 */
export function memorySystem(parameters: MemoryParameters): HardwareUnit {
  const memory = memoryModule("memory", parameters);
  const readUnit = axiReadEngine({ ...SHAPE, responseDepth: RESPONSES });
  const writeUnit = axiWriteEngine({ ...SHAPE, doneDepth: 4, maxOutstanding: 8 });
  const arbiterOptions = { clients: 2, addressBits: 32, dataBits: 64, maxOutstanding: 8 };
  const [readPort, writePort] = [axiReadArbiter(arbiterOptions), axiWriteArbiter(arbiterOptions)];
  const [responses, data, done] = [fifoModule(64, RESPONSES), fifoModule(64, 4), fifoModule(0, 4)];
  const b = new HwBuilder("memory_system", [
    ...clockAndReset,
    { name: "limit", width: 32 },
    ...CLIENTS.flatMap(clientPorts),
  ]);
  const reads = lateInstance(b, readPort.module, "read_port");
  const writes = lateInstance(b, writePort.module, "write_port");
  const channel = lateInstance(b, memory, "memory");
  for (const index of CLIENTS) {
    reader(b, { index, engine: readUnit.module, port: reads }, responses);
    writer(b, { index, engine: writeUnit.module, port: writes }, [data, done]);
  }
  const up = { from: "s_axi_", to: "m_axi_" };
  const down = { from: "m_axi_", to: "s_axi_" };
  reads.connect(wires(channel, up, ["arready", "rvalid", "rdata", "rresp", "rlast"]));
  writes.connect(wires(channel, up, ["awready", "wready", "bvalid", "bresp"]));
  channel.connect(wires(reads, down, ["arvalid", "araddr", "arlen", "rready"]));
  channel.connect(
    wires(writes, down, ["awvalid", "awaddr", "awlen", "wvalid", "wdata", "wstrb", "wlast", "bready"]),
  );
  const units = [readUnit, writeUnit, readPort, writePort];
  const parts = units.flatMap((unit) => [...unit.submodules, unit.module]);
  return { module: b.finish(), submodules: [...parts, memory, responses, data, done] };
}
