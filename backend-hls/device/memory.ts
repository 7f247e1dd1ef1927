import { bankedMemory, type MemoryParameters } from "../../ir/index.ts";
import type { Device } from "./schema.ts";

/** What of the memory model the device file does not say. */
export interface MemorySize {
  /** Beats behind each port: a power of two. */
  readonly depthBeats: number;
  readonly addressBits: number;
  /** Of the accelerator's port, at most the device's, which is meant where absent: an interconnect widens narrow beats. */
  readonly dataBits?: number;
  /** The accelerator's clock; the device's own where absent. */
  readonly clockMhz?: number;
}

/**
 * The memory behind one AXI port of a device. Ports that share a channel get an equal part of its bandwidth; a device without
 * DRAM has an ideal memory (on-chip, two cycles).
 */
export function deviceMemory(device: Device, size: MemorySize): MemoryParameters {
  const { axi, dram } = device;
  const port = {
    dataBits: size.dataBits ?? axi.data_bits,
    addressBits: size.addressBits,
    depthBeats: size.depthBeats,
    queueDepth: 2 ** Math.ceil(Math.log2(Math.min(axi.max_outstanding, 16))),
  };
  if (dram === undefined) return { ...port, kind: "ideal", readLatency: 2 };
  const share = Math.min(1, dram.channels / axi.count);
  const ns = { ...dram.ns, trtw: dram.ns.trtw ?? 4000 / dram.mts };
  return bankedMemory({ ...dram, mts: dram.mts * share, ns }, size.clockMhz ?? device.clock_mhz, port);
}
