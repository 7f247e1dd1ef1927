import { type MemoryParameters, memoryModule } from "../../../ir/dram/index.ts";
import { HwBuilder } from "../../../ir/index.ts";
import { axiReadArbiter, axiWriteArbiter } from "../arbiter.ts";
import { axiReadEngine } from "../axi-read-engine.ts";
import { clockAndReset } from "../axi-shape.ts";
import { axiWriteEngine } from "../axi-write-engine.ts";
import { fifoModule } from "../fifo.ts";
import { lateInstance } from "../late-instance.ts";
import type { HardwareUnit } from "../unit.ts";

export const SHAPE = { addressBits: 32, dataBits: 64, maxBurst: 16, lengthBits: 12 };
const RESPONSES = 32;
const CLIENTS = [0, 1];

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
  const [responseQueue, dataQueue, doneQueue] = [
    fifoModule(64, RESPONSES),
    fifoModule(64, 4),
    fifoModule(0, 4),
  ];
  const b = new HwBuilder("memory_system", [
    ...clockAndReset,
    { name: "limit", width: 32 },
    ...CLIENTS.flatMap((i) => [
      { name: `r${String(i)}_valid`, width: 1 },
      { name: `r${String(i)}_request`, width: 44 },
      { name: `r${String(i)}_take`, width: 1 },
      { name: `w${String(i)}_valid`, width: 1 },
      { name: `w${String(i)}_request`, width: 44 },
      { name: `w${String(i)}_push`, width: 1 },
      { name: `w${String(i)}_word`, width: 64 },
    ]),
  ]);
  const reads = lateInstance(b, readPort.module, "read_port");
  const writes = lateInstance(b, writePort.module, "write_port");
  const channel = lateInstance(b, memory, "memory");
  const limit = b.input("limit");
  for (const client of CLIENTS) {
    const [r, w, s] = [`r${String(client)}`, `w${String(client)}`, `s${String(client)}`];
    const reader = lateInstance(b, readUnit.module, `reader${String(client)}`);
    const responses = lateInstance(b, responseQueue, `responses${String(client)}`);
    reader.connect({
      req_valid: b.input(`${r}_valid`),
      req_data: b.input(`${r}_request`),
      rsp_credit: responses.out("in_credit"),
      region_limit: limit,
      m_axi_arready: reads.out(`${s}_arready`),
      m_axi_rvalid: reads.out(`${s}_rvalid`),
      m_axi_rdata: reads.out(`${s}_rdata`),
      m_axi_rresp: reads.out(`${s}_rresp`),
      m_axi_rlast: reads.out(`${s}_rlast`),
    });
    responses.connect({
      in_valid: reader.out("rsp_valid"),
      in_data: reader.out("rsp_data"),
      out_pop: b.and(b.input(`${r}_take`), responses.out("out_valid")),
    });
    reads.connect({
      [`${s}_arvalid`]: reader.out("m_axi_arvalid"),
      [`${s}_araddr`]: reader.out("m_axi_araddr"),
      [`${s}_arlen`]: reader.out("m_axi_arlen"),
    });
    b.output(`${r}_pop`, reader.out("req_pop"));
    b.output(`${r}_some`, responses.out("out_valid"));
    b.output(`${r}_word`, responses.out("out_data"));
    const writer = lateInstance(b, writeUnit.module, `writer${String(client)}`);
    const data = lateInstance(b, dataQueue, `data${String(client)}`);
    const done = lateInstance(b, doneQueue, `done${String(client)}`);
    data.connect({
      in_valid: b.input(`${w}_push`),
      in_data: b.input(`${w}_word`),
      out_pop: writer.out("data_pop"),
    });
    done.connect({ in_valid: writer.out("done_valid"), out_pop: done.out("out_valid") });
    writer.connect({
      req_valid: b.input(`${w}_valid`),
      req_data: b.input(`${w}_request`),
      data_valid: data.out("out_valid"),
      data_data: data.out("out_data"),
      done_credit: done.out("in_credit"),
      region_limit: limit,
      m_axi_awready: writes.out(`${s}_awready`),
      m_axi_wready: writes.out(`${s}_wready`),
      m_axi_bvalid: writes.out(`${s}_bvalid`),
      m_axi_bresp: writes.out(`${s}_bresp`),
    });
    writes.connect(
      Object.fromEntries(
        ["awvalid", "awaddr", "awlen", "wvalid", "wdata", "wstrb", "wlast"].map((name) => [
          `${s}_${name}`,
          writer.out(`m_axi_${name}`),
        ]),
      ),
    );
    b.output(`${w}_pop`, writer.out("req_pop"));
    b.output(`${w}_credit`, data.out("in_credit"));
    b.output(`${w}_done`, done.out("out_valid"));
    b.output(`${w}_error`, writer.out("error_code"));
  }
  const toMaster = (names: readonly string[]): Record<string, ReturnType<typeof b.input>> =>
    Object.fromEntries(names.map((name) => [`m_axi_${name}`, channel.out(`s_axi_${name}`)]));
  reads.connect(toMaster(["arready", "rvalid", "rdata", "rresp", "rlast"]));
  writes.connect(toMaster(["awready", "wready", "bvalid", "bresp"]));
  for (const name of ["arvalid", "araddr", "arlen", "rready"])
    channel.connect({ [`s_axi_${name}`]: reads.out(`m_axi_${name}`) });
  for (const name of ["awvalid", "awaddr", "awlen", "wvalid", "wdata", "wstrb", "wlast", "bready"])
    channel.connect({ [`s_axi_${name}`]: writes.out(`m_axi_${name}`) });
  const units = [readUnit, writeUnit, readPort, writePort];
  return {
    module: b.finish(),
    submodules: [
      ...units.flatMap((unit) => [...unit.submodules, unit.module]),
      memory,
      responseQueue,
      dataQueue,
      doneQueue,
    ],
  };
}
