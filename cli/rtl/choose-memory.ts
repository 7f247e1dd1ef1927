import {
  type Device as DeviceFile,
  deviceMemory,
  knownDevices,
  loadDevice,
} from "../../backend-hls/index.ts";
import { builtSpan, fail, type MemoryParameters, ok, type Result } from "../../ir/index.ts";
import { unknownMemory } from "../jobs/diagnostics.ts";

/** A memory model, as results name it. */
export interface NamedMemory {
  readonly name: string;
  readonly parameters: MemoryParameters;
}

/** What of the memory the device file does not say. */
export interface MemorySizes {
  readonly memoryBytes: number;
  readonly beatBytes: number;
  readonly clockMhz: number;
}

/** Cycles from a read to its data in an ideal memory. */
const IDEAL_LATENCY = 2;

/** The device's own memory; or an ideal one, or the DRAM of another device behind this one's port. */
export function chooseMemory(
  asked: string | undefined,
  device: DeviceFile,
  sizes: MemorySizes,
): Result<NamedMemory> {
  const own = memoryOf(device, sizes);
  if (asked === undefined || asked === own.name || asked === device.dram?.kind) return ok(own);
  const latency = idealLatency(asked);
  if (latency !== undefined) return ok({ name: asked, parameters: idealMemory(own.parameters, latency) });
  const other = knownDevices().includes(asked) ? loadDevice(asked) : undefined;
  if (other?.kind === "error") return other;
  const { dram } = other?.value ?? {};
  if (dram === undefined) {
    const devices = knownDevices().join(", ");
    return fail(unknownMemory(builtSpan("--memory"), { asked, own: own.name, devices }));
  }
  return ok(memoryOf({ ...device, dram }, sizes));
}

/** The memory of a device file; its name is kind and speed. */
function memoryOf(device: DeviceFile, { memoryBytes, beatBytes, clockMhz }: MemorySizes): NamedMemory {
  const { dram } = device;
  const rowsOfAllBanks = dram === undefined ? 0 : dram.banks * dram.row_bytes;
  const depthBeats = 2 ** Math.ceil(Math.log2(Math.max(memoryBytes, rowsOfAllBanks) / beatBytes));
  const name = dram === undefined ? "ideal" : `${dram.kind}-${dram.mts}`;
  const size = { depthBeats, addressBits: 32, clockMhz, dataBits: 8 * beatBytes };
  return { name, parameters: deviceMemory(device, size) };
}

function idealMemory(
  { dataBits, addressBits, depthBeats, queueDepth }: MemoryParameters,
  readLatency: number,
): MemoryParameters {
  return { kind: "ideal", readLatency, dataBits, addressBits, depthBeats, queueDepth };
}

/** Cycles of `ideal` or `ideal:64`; undefined for other words. */
function idealLatency(word: string): number | undefined {
  if (word === "ideal") return IDEAL_LATENCY;
  const cycles = /^ideal:(\d{1,4})$/u.exec(word)?.[1];
  return cycles === undefined ? undefined : Math.max(IDEAL_LATENCY, Number(cycles));
}
