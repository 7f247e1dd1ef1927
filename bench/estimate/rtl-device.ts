import {
  beatCounter,
  manifestRegisters,
  type Product,
  QUEUE_LIMITS,
  type SetupWord,
  simulationTop,
} from "../../backend-hls/index.ts";
import { at, CompilerBug, type MemoryParameters, present } from "../../ir/index.ts";
import { buildSimulator, type HwSimulator } from "../../sim/index.ts";

/** A run as the hardware did it. */
export interface MeasuredRun {
  /** The cycle since reset in which the start pulse stood. */
  readonly start: number;
  /** The registers that count, by name. */
  readonly counters: Readonly<Record<string, number>>;
  /** Beats of each memory engine, by name. */
  readonly beats: Readonly<Record<string, number>>;
  readonly wallMs: number;
}

/** Hardware with what a host writes into its memory and registers before it is started. */
export interface RtlSetup {
  readonly product: Product;
  readonly setup: readonly SetupWord[];
  readonly image: Uint8Array;
}

/** Cycles that `rst` is held. */
const RESET_CYCLES = 4;

/** Cycles from a write to the control register being shown to the start pulse. */
const START_DELAY = 2;

const COUNTED = ["total", "busy", "dram_read", "dram_write", "fifo_full", "fifo_empty", "drain"] as const;

/** Hardware on the embedded simulator, driven by its registers; every cycle is known. */
export class RtlDevice {
  readonly #simulator: HwSimulator;
  readonly #setup: RtlSetup;
  readonly #offsets: ReadonlyMap<string, number>;
  #cycle = 0;

  private constructor(simulator: HwSimulator, setup: RtlSetup) {
    this.#simulator = simulator;
    this.#setup = setup;
    const { registers } = setup.product.system;
    this.#offsets = new Map(manifestRegisters(registers).map(({ name, offset }) => [name, offset]));
  }

  /** Builds, resets, loads the image and the settings. */
  static async open(setup: RtlSetup, memory: MemoryParameters): Promise<RtlDevice> {
    const { top, system } = setup.product;
    const design = simulationTop("estimate_bench", { top, modules: system.modules }, memory);
    const built = await buildSimulator("estimate_bench", design.modules, {
      engine: "embedded",
      speed: "run",
    });
    if (built.kind === "error") throw new CompilerBug(at(built.diagnostics, 0).message);
    const device = new RtlDevice(built.value, setup);
    await device.#begin();
    return device;
  }

  async #begin(limits?: bigint): Promise<void> {
    const { setup, image } = this.#setup;
    for (const name of ["awvalid", "wvalid", "bready", "arvalid", "rready"]) this.#poke(name, 0);
    if (limits !== undefined) this.#simulator.poke(QUEUE_LIMITS, limits);
    this.#simulator.poke("rst", 1n);
    await this.#run(RESET_CYCLES);
    this.#simulator.poke("rst", 0n);
    this.#cycle = 0;
    await this.#run(2);
    await this.write(0, image);
    for (const { register, offset } of setup) await this.#write(register, offset);
    await this.#write("interrupt_global", 1);
    await this.#write("interrupt_enable", 3);
  }

  /** Begins again, with queues as shallow as `limits` says: the input `queue_limits` of a simulation with limits. */
  reset(limits: bigint): Promise<void> {
    return this.#begin(limits);
  }

  /** Writes external memory from the address `base` on. */
  async write(base: number, bytes: Uint8Array): Promise<void> {
    await this.#simulator.writeMemory("memory.store", base, bytes);
  }

  /** Values of the command's fields into registers, start; the cycle of the start pulse. */
  async #start(command: Readonly<Record<string, number>>): Promise<number> {
    for (const [field, value] of Object.entries(command)) await this.#write(field, value);
    const start = this.#cycle + START_DELAY;
    await this.#write("control", 1);
    return start;
  }

  /** Cycles of a run; undefined where it takes more than `most`. */
  async cyclesOf(command: Readonly<Record<string, number>>, most: number): Promise<number | undefined> {
    await this.#start(command);
    const { stopped, cycles } = await this.#simulator.run(most, "interrupt");
    this.#cycle += cycles;
    return stopped ? this.#read("total_lo") : undefined;
  }

  /** Starts with these values of the command's fields and goes on until the hardware says that it has finished. */
  async start(command: Readonly<Record<string, number>>): Promise<MeasuredRun> {
    const start = await this.#start(command);
    const before = performance.now();
    const { stopped, cycles } = await this.#simulator.run(50_000_000, "interrupt");
    const wallMs = performance.now() - before;
    this.#cycle += cycles;
    if (!stopped) throw new CompilerBug("the run did not end");
    const counters: Record<string, number> = {};
    for (const name of COUNTED) {
      const register = name === "total" || name === "busy" ? name : `${name}_cycles`;
      counters[name] = await this.#read(`${register}_lo`);
    }
    const beats: Record<string, number> = {};
    for (const { name } of this.#setup.product.network.bursts)
      beats[name] = await this.#read(beatCounter(name));
    if ((await this.#read("error_code")) !== 0) throw new CompilerBug("the run ended with an error");
    await this.#write("interrupt_status", 3);
    return { start, counters, beats, wallMs };
  }

  close(): Promise<void> {
    return this.#simulator.close();
  }

  #poke(name: string, value: number): void {
    this.#simulator.poke(`s_axi_control_${name}`, BigInt(value >>> 0));
  }

  async #run(cycles: number): Promise<void> {
    await this.#simulator.run(cycles);
    this.#cycle += cycles;
  }

  async #write(name: string, value: number): Promise<void> {
    const offset = present(this.#offsets.get(name), `register ${name}`);
    this.#poke("awaddr", offset);
    this.#poke("wdata", value);
    this.#poke("wstrb", 15);
    for (const valid of ["awvalid", "wvalid", "bready"]) this.#poke(valid, 1);
    await this.#run(1);
    for (const valid of ["awvalid", "wvalid"]) this.#poke(valid, 0);
    await this.#run(3);
  }

  async #read(name: string): Promise<number> {
    this.#poke("araddr", present(this.#offsets.get(name), `register ${name}`));
    for (const valid of ["arvalid", "rready"]) this.#poke(valid, 1);
    await this.#run(1);
    this.#poke("arvalid", 0);
    const value = await this.#simulator.peek("s_axi_control_rdata");
    await this.#run(2);
    return Number(value);
  }
}
