import type { Operation, Value } from "../core/operation.ts";
import { HwBuilder, type PortSpec } from "../dialects/hw/builder.ts";
import { HardwareCircuit } from "./hardware-circuit.ts";
import type { MemoryParameters } from "./parameters.ts";
import { beatBits, memoryTiming, readQueueDepth } from "./timing.ts";

function ports(memory: MemoryParameters): readonly PortSpec[] {
  return [
    { name: "clk", width: "clock" },
    { name: "rst", width: 1 },
    { name: "s_axi_arvalid", width: 1 },
    { name: "s_axi_araddr", width: memory.addressBits },
    { name: "s_axi_arlen", width: 8 },
    { name: "s_axi_rready", width: 1 },
    { name: "s_axi_awvalid", width: 1 },
    { name: "s_axi_awaddr", width: memory.addressBits },
    { name: "s_axi_awlen", width: 8 },
    { name: "s_axi_wvalid", width: 1 },
    { name: "s_axi_wdata", width: memory.dataBits },
    { name: "s_axi_wstrb", width: memory.dataBits / 8 },
    { name: "s_axi_wlast", width: 1 },
    { name: "s_axi_bready", width: 1 },
  ];
}

/**
 * The memory as hardware: an AXI4 slave `s_axi_*` with the timing of `memoryTiming` over a store named `store`
 * (`depthBeats` words of `dataBits`). INCR bursts of full beats; bytes are written where `wstrb` is 1.
 */
export function memoryModule(name: string, memory: MemoryParameters): Operation {
  const b = new HwBuilder(name, ports(memory));
  const low = Math.log2(memory.dataBits / 8);
  const beatOf = (address: Value): Value => b.extract(address, low, beatBits(memory));
  const timing = memoryTiming(new HardwareCircuit(b), memory, {
    readValid: b.input("s_axi_arvalid"),
    readBeat: beatOf(b.input("s_axi_araddr")),
    readLength: b.input("s_axi_arlen"),
    writeValid: b.input("s_axi_awvalid"),
    writeBeat: beatOf(b.input("s_axi_awaddr")),
    writeLength: b.input("s_axi_awlen"),
    dataValid: b.input("s_axi_wvalid"),
    readReady: b.input("s_axi_rready"),
    responseReady: b.input("s_axi_bready"),
  });
  const store = b.memory({ name: "store", depth: memory.depthBeats, width: memory.dataBits, readLatency: 0 });
  const words = b.memory({
    name: "read_words",
    depth: readQueueDepth(memory),
    width: memory.dataBits,
    readLatency: 0,
    style: "distributed",
  });
  b.writePort(store, timing.storeBeat, {
    enable: timing.issueWrite,
    data: b.input("s_axi_wdata"),
    mask: b.input("s_axi_wstrb"),
  });
  b.writePort(words, timing.issueSlot, {
    enable: timing.issueRead,
    data: b.readPort(store, timing.storeBeat),
  });
  b.output("s_axi_arready", timing.readReady);
  b.output("s_axi_rvalid", timing.readAvailable);
  b.output("s_axi_rdata", b.readPort(words, timing.headSlot));
  b.output("s_axi_rresp", b.constant(0, 2));
  b.output("s_axi_rlast", timing.readLast);
  b.output("s_axi_awready", timing.writeReady);
  b.output("s_axi_wready", timing.dataReady);
  b.output("s_axi_bvalid", timing.responseAvailable);
  b.output("s_axi_bresp", b.constant(0, 2));
  return b.finish();
}
