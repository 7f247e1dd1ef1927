import { setImmediate } from "node:timers/promises";
import { at, builtSpan, CompilerBug, fail, ok, type Result } from "../../ir/index.ts";
import { type HwSimulator, SimulationError } from "../../sim/index.ts";
import type {
  Device,
  DeviceCapabilities,
  Emission,
  KvPort,
  Recovery,
  RowDescriptor,
  StepCounters,
  StepResult,
  TransferredBytes,
} from "../device.ts";
import { checkRows } from "./check-rows.ts";
import { ControlPort } from "./control-port.ts";
import { type DeviceFault, deviceError, deviceHung } from "./diagnostics.ts";
import { MemberMemories, type MemoryImage } from "./member-memories.ts";

/** A word for a register. */
export interface RegisterValue {
  readonly register: string;
  readonly value: number;
}

/** A step as the accelerator is told it. */
export interface EncodedStep {
  /** Descriptors and tables. */
  readonly memory: readonly MemoryImage[];
  /** Words of the start command, by register. */
  readonly command: readonly RegisterValue[];
  readonly transferred: TransferredBytes;
}

/** What the host has to know of a compiled accelerator. */
export interface AcceleratorProgram {
  readonly capabilities: DeviceCapabilities;
  /** Byte offsets of 32-bit words by name: the manifest's registers. */
  readonly registers: Readonly<Record<string, number>>;
  /** What an error code means; `where` is the register `error_where`. */
  readonly describeError: (code: number, where: number) => DeviceFault;
  /** What has to be in memory before the first step. */
  readonly memory: readonly MemoryImage[];
  /** Words that are written once behind reset: the regions that the accelerator may read and write. */
  readonly setup: readonly RegisterValue[];
  /** Where a step of these rows leaves its outputs. */
  readonly outputs: (
    rows: readonly RowDescriptor[],
  ) => readonly { readonly address: number; readonly bytes: number }[];
  readonly encode: (rows: readonly RowDescriptor[]) => EncodedStep;
  /** Where the KV blocks are; absent where there are none, or none that are moved. */
  readonly kv?: KvPlaces;
  /** Registers that count beats, and what these are; absent: the bytes of a step are those that `encode` expects. */
  readonly traffic?: readonly BeatRegister[];
  readonly decode: (rows: readonly RowDescriptor[], outputs: readonly MemoryImage[]) => readonly Emission[];
  /** Absent: one accelerator has the whole model. */
  readonly cluster?: ClusterProgram;
}

/** What there is more to know where several accelerators share a model: all else is the same for each of them. */
export interface ClusterProgram {
  /** What has to be in the memory of each. */
  readonly memories: readonly (readonly MemoryImage[])[];
  /** What the outputs of all of them say. */
  readonly decode: (
    rows: readonly RowDescriptor[],
    outputs: readonly (readonly MemoryImage[])[],
  ) => readonly Emission[];
}

/** Where the records of KV blocks lie in the accelerator's memory. */
export interface KvPlaces {
  /** How a block's bytes are laid out. */
  readonly format: string;
  /** The parts of a block, one for each layer. */
  readonly parts: (block: number) => readonly { readonly address: number; readonly bytes: number }[];
  /** The region that was set apart for them: nothing else is read or written on a block's behalf. */
  readonly region: { readonly base: number; readonly bytes: number };
}

/** A register that counts the beats of a memory engine in a step. */
interface BeatRegister {
  readonly register: string;
  readonly kind: keyof TransferredBytes;
  readonly beatBytes: number;
}

/** Limits of a simulated device. */
export interface SimulatedDeviceOptions {
  /** Instance path of the memory's data. */
  readonly memoryPath: string;
  /** Those of the other accelerators' memories, where several share the model. */
  readonly otherMemories?: readonly string[];
  /** Cycles of a step after which the accelerator is taken to hang. */
  readonly mostCycles?: number;
  /** Cycles without any progress after which the accelerator itself gives up. */
  readonly watchdogCycles?: number;
}

const defaults = { mostCycles: 2 ** 33, watchdogCycles: 200_000, otherMemories: [] } as const;

/** Cycles between two looks at the rest of the world (Ctrl-C). */
const SLICE_CYCLES = 100_000;

/** Cycles from a write to the control register being shown to the start pulse behind it. */
const START_DELAY = 2;

/** How often the port is looked at behind a fault, and cycles in between. */
const [DRAIN_LOOKS, DRAIN_CYCLES] = [20, 1000];

/** Bit of the register `port_status`: the memory owes something and does not move. */
const STUCK = 1;

/** The input of a simulation that empties what joins accelerators; cycles that the reset of a core takes, and some more. */
const [LINK_RESET, RESET_CYCLES] = ["link_reset", 16];

/** Bits of the interrupt registers: done and error. */
const BOTH_EVENTS = 3;

/** An accelerator in a simulator behind the device port: memory through the back door, all else through its registers. */
class SimulatedDevice implements Device {
  readonly #simulator: HwSimulator;
  readonly #program: AcceleratorProgram;
  readonly #options: Required<SimulatedDeviceOptions>;
  readonly #port: ControlPort;
  readonly #memories: MemberMemories;
  /** Accelerators that share the model. */
  readonly #members: number;
  #idleSince: number | undefined;

  constructor(simulator: HwSimulator, program: AcceleratorProgram, options: SimulatedDeviceOptions) {
    this.#simulator = simulator;
    this.#program = program;
    this.#options = { ...defaults, ...options };
    this.#port = new ControlPort(simulator, program.registers);
    const paths = [this.#options.memoryPath, ...this.#options.otherMemories];
    this.#memories = new MemberMemories(simulator, paths);
    this.#members = paths.length;
  }

  get capabilities(): DeviceCapabilities {
    return this.#program.capabilities;
  }

  /** Resets, loads the memory, sets what stays the same for all steps. */
  async start(): Promise<void> {
    if (this.#members > 1) this.#simulator.poke(LINK_RESET, 0n);
    await this.#port.reset();
    const { memory, cluster } = this.#program;
    await this.#memories.loadEach(cluster?.memories ?? [memory]);
    for (const { register, value } of this.#program.setup) await this.#port.write(register, value);
    await this.#port.write("watchdog_limit", this.#options.watchdogCycles);
    await this.#port.write("interrupt_global", 1);
    await this.#port.write("interrupt_enable", BOTH_EVENTS);
  }

  async step(rows: readonly RowDescriptor[]): Promise<Result<StepResult>> {
    checkRows(rows, this.#program.capabilities);
    const result = await this.#guarded(() => this.#step(rows));
    return result.kind === "ok" ? result.value : result;
  }

  get kv(): KvPort | undefined {
    const { kv } = this.#program;
    if (kv === undefined) return undefined;
    return {
      format: kv.format,
      readBlock: (block) => this.#guarded(() => this.#readBlock(kv, block)),
      writeBlock: (block, bytes) =>
        this.#guarded(async () => {
          await this.#writeBlock(kv, block, bytes);
          return null;
        }),
    };
  }

  /** Lets time pass while the memory owes something behind a fault: steps are refused until it has answered. */
  recover(): Promise<Result<Recovery>> {
    return this.#guarded(async (): Promise<Recovery> => {
      if (!("port_status" in this.#program.registers)) return "kept";
      for (let look = 0; look < DRAIN_LOOKS; look++) {
        const states = await this.#port.readEach("port_status", this.#members);
        if (states.every((state) => (state & STUCK) === 0)) break;
        await this.#port.run(DRAIN_CYCLES);
      }
      return "kept";
    });
  }

  async close(): Promise<void> {
    await this.#simulator.close();
  }

  #readBlock(kv: KvPlaces, block: number): Promise<Uint8Array> {
    return this.#memories.readAll(this.#blockParts(kv, block));
  }

  async #writeBlock(kv: KvPlaces, block: number, contents: Uint8Array): Promise<void> {
    const parts = this.#blockParts(kv, block);
    const size = this.#memories.sizeOf(parts);
    if (size !== contents.length)
      throw new CompilerBug(`a KV block of ${size} bytes gets ${contents.length} bytes`);
    await this.#memories.writeAll(parts, contents);
  }

  /** The parts of a block; one that is not there, or outside the region of KV blocks, is a bug of the caller. */
  #blockParts({ region, parts }: KvPlaces, block: number): ReturnType<KvPlaces["parts"]> {
    if (block <= 0 || block >= this.#program.capabilities.blocks)
      throw new CompilerBug(`there is no KV block ${block}`);
    const found = parts(block);
    const end = region.base + region.bytes;
    if (found.some(({ address, bytes }) => address < region.base || address + bytes > end))
      throw new CompilerBug(`KV block ${block} is not inside its region`);
    return found;
  }

  /** What the simulator refuses is a diagnostic. */
  async #guarded<T>(access: () => Promise<T>): Promise<Result<T>> {
    try {
      return ok(await access());
    } catch (error) {
      if (error instanceof SimulationError) return fail(error.diagnostic);
      throw error;
    }
  }

  /** Hardware without outlier columns has no such register. */
  async #countMisses(): Promise<Pick<StepCounters, "outlierMisses">> {
    if (!Object.hasOwn(this.#program.registers, "outlier_misses")) return {};
    return { outlierMisses: await this.#port.read("outlier_misses") };
  }

  async #step(rows: readonly RowDescriptor[]): Promise<Result<StepResult>> {
    const { encode, decode, outputs, cluster } = this.#program;
    const { memory, command, transferred } = encode(rows);
    await this.#memories.load(memory);
    for (const { register, value } of command) await this.#port.write(register, value);
    const hostGap = this.#idleSince === undefined ? 0 : this.#port.cycle - this.#idleSince;
    const started = this.#port.sinceReset + START_DELAY;
    await this.#port.write("control", 1);
    const isDone = await this.#waitForInterrupt();
    this.#idleSince = this.#port.cycle;
    const counted = await this.#readCounters(hostGap, await this.#countBytes(transferred));
    const counters = { started, ...counted, ...(await this.#countMisses()) };
    const cycle = this.#port.cycle;
    const state = describeState(counters);
    const where = builtSpan("simulation");
    const { mostCycles: cycles } = this.#options;
    if (!isDone) return fail(deviceHung(where, { cycles, cycle, state }));
    await this.#port.write("interrupt_status", BOTH_EVENTS);
    await this.#checkPort();
    const fault = await this.#readFault();
    if (fault !== undefined) {
      await this.#emptyLink();
      return fail(deviceError(where, { ...fault, cycle, state }));
    }
    const images = await this.#memories.readEach(outputs(rows));
    return ok({ emissions: cluster?.decode(rows, images) ?? decode(rows, at(images, 0)), counters });
  }

  /** The error of the accelerator that has one; where several do, of one that did not merely wait for the others. */
  async #readFault(): Promise<(DeviceFault & { readonly code: number }) | undefined> {
    const codes = await this.#port.readEach("error_code", this.#members);
    if (codes.every((code) => code === 0)) return undefined;
    const places = await this.#port.readEach("error_where", this.#members);
    const faults = codes.flatMap((code, place) =>
      code === 0 ? [] : [{ code, ...this.#program.describeError(code, at(places, place)) }],
    );
    return faults.find(({ name }) => name !== "watchdog") ?? at(faults, 0);
  }

  /** Behind a fault words of the step may be on their way between accelerators: all begin anew. */
  async #emptyLink(): Promise<void> {
    if (this.#members === 1) return;
    this.#simulator.poke(LINK_RESET, 1n);
    await this.#port.write("reset", 1);
    await this.#port.run(RESET_CYCLES);
    this.#simulator.poke(LINK_RESET, 0n);
  }

  /** An accelerator that breaks a rule of its memory port is broken, whatever its outputs are. */
  async #checkPort(): Promise<void> {
    const rule = Number(await this.#simulator.peek("axi_violation"));
    if (rule !== 0) throw new CompilerBug(`rule ${rule} of AXI_RULES was broken on the memory port`);
  }

  async #waitForInterrupt(): Promise<boolean> {
    const { mostCycles } = this.#options;
    for (let cycles = 0; cycles < mostCycles; cycles += SLICE_CYCLES) {
      if (await this.#port.run(SLICE_CYCLES, "interrupt")) return true;
      await setImmediate();
    }
    return false;
  }

  async #readCounters(hostGap: number, bytes: TransferredBytes): Promise<StepCounters> {
    const readEach = async (name: string): Promise<readonly number[]> => {
      const [low, high] = [`${name}_lo`, `${name}_hi`];
      const lows = await this.#port.readEach(low, this.#members);
      const highs = await this.#port.readEach(high, this.#members);
      return lows.map((bits, place) => bits + 2 ** 32 * at(highs, place));
    };
    const totals = await readEach("total");
    const slowest = totals.indexOf(Math.max(...totals));
    const read = async (name: string): Promise<number> => at(await readEach(name), slowest);
    return {
      cycles: at(totals, slowest),
      hostGap,
      busy: await read("busy"),
      stalls: {
        dramRead: await read("dram_read_cycles"),
        dramWrite: await read("dram_write_cycles"),
        fifoFull: await read("fifo_full_cycles"),
        fifoEmpty: await read("fifo_empty_cycles"),
        drain: await read("drain_cycles"),
      },
      bytes,
    };
  }

  /** Bytes over the memory port as the hardware counted them. */
  async #countBytes(expected: TransferredBytes): Promise<TransferredBytes> {
    const { traffic } = this.#program;
    if (traffic === undefined) return timesMembers(expected, this.#members);
    const bytes = { weights: 0, kvRead: 0, kvWrite: 0, other: 0 };
    for (const { register, kind, beatBytes } of traffic)
      for (const beats of await this.#port.readEach(register, this.#members))
        bytes[kind] += beatBytes * beats;
    return bytes;
  }
}

function timesMembers(
  { weights, kvRead, kvWrite, other }: TransferredBytes,
  members: number,
): TransferredBytes {
  return {
    weights: members * weights,
    kvRead: members * kvRead,
    kvWrite: members * kvWrite,
    other: members * other,
  };
}

/** Opens a simulated accelerator: reset, memory loaded, ready for steps. The simulator is the device's from here on. */
export async function openSimulatedAccelerator(
  simulator: HwSimulator,
  program: AcceleratorProgram,
  options: SimulatedDeviceOptions,
): Promise<Result<Device>> {
  const device = new SimulatedDevice(simulator, program, options);
  try {
    await device.start();
    return ok(device);
  } catch (error) {
    await simulator.close();
    if (error instanceof SimulationError) return fail(error.diagnostic);
    throw error;
  }
}

function describeState({ cycles, busy, stalls }: StepCounters): string {
  const causes = Object.entries(stalls).map(([cause, lost]) => `${cause} ${String(lost)}`);
  return `${cycles} cycles into the step: busy ${busy}, ${causes.join(", ")}`;
}
