import { ERROR_CODES, FAULT_INPUTS, FAULT_KINDS, type FaultKind } from "../../../backend-hls/index.ts";
import { at, present } from "../../../ir/index.ts";
import type { HwSimulator } from "../../../sim/index.ts";
import type { TinyAccelerator } from "./tiny-accelerator.ts";

const CONTROL = "s_axi_control_";
const STORE = "memory.store";
const SLAVE_ERROR = 2;

/** Limits that the tests set: cycles without progress of a step, and of what memory owes behind a fault. */
export const LIMITS = { watchdog: 3000, drain: 1000, step: 20_000 } as const;

/** A fault of the memory port: at a beat of the `burst`-th burst whose address is in [low, high). */
export interface PortFault {
  readonly kind: FaultKind;
  readonly low: number;
  readonly high: number;
  readonly burst: number;
  readonly beat: number;
}

/** How a step ended. */
export interface Ending {
  readonly code: string;
  readonly where: number;
  readonly idle: boolean;
  readonly stuck: boolean;
  readonly interrupted: boolean;
  readonly cycles: number;
}

/** The tiny accelerator in a simulator, driven by its registers alone; memory is seen through the back door. */
export class FaultyMachine {
  readonly tiny: TinyAccelerator;
  readonly #simulator: HwSimulator;

  constructor(tiny: TinyAccelerator, simulator: HwSimulator) {
    this.tiny = tiny;
    this.#simulator = simulator;
  }

  /** Reset, regions and limits. */
  async open(): Promise<void> {
    await this.reset();
    await this.setUp();
  }

  /** Quiet inputs and four cycles of reset. */
  async reset(): Promise<void> {
    for (const { name } of FAULT_INPUTS) this.#simulator.poke(name, 0n);
    for (const name of [
      "awaddr",
      "awvalid",
      "wdata",
      "wstrb",
      "wvalid",
      "bready",
      "araddr",
      "arvalid",
      "rready",
    ])
      this.#simulator.poke(CONTROL + name, 0n);
    this.#simulator.poke("rst", 1n);
    await this.run(4);
    this.#simulator.poke("rst", 0n);
    await this.run(1);
  }

  /** The registers that a host writes once. */
  async setUp(): Promise<void> {
    for (const { register, offset } of this.tiny.compiled.setup) await this.write(register, offset);
    await this.write("watchdog_limit", LIMITS.watchdog);
    await this.write("drain_limit", LIMITS.drain);
    await this.write("interrupt_global", 1);
    await this.write("interrupt_enable", 3);
  }

  async run(cycles: number, until?: string): Promise<{ readonly cycles: number; readonly stopped: boolean }> {
    return this.#simulator.run(cycles, until);
  }

  peek(output: string): Promise<bigint> {
    return this.#simulator.peek(output);
  }

  /** Writes a register; whether the answer was OKAY. */
  async write(name: string, value: number): Promise<boolean> {
    const address = present(this.tiny.registers[name], `register ${name}`);
    this.#poke({ awaddr: address, awvalid: 1, wdata: value >>> 0, wstrb: 15, wvalid: 1, bready: 1 });
    await this.run(1);
    this.#poke({ awvalid: 0, wvalid: 0 });
    await this.run(1);
    const response = Number(await this.peek(`${CONTROL}bresp`));
    await this.run(2);
    return response !== SLAVE_ERROR;
  }

  async read(name: string): Promise<number> {
    this.#poke({ araddr: present(this.tiny.registers[name], `register ${name}`), arvalid: 1, rready: 1 });
    await this.run(1);
    this.#poke({ arvalid: 0 });
    const value = Number(await this.peek(`${CONTROL}rdata`));
    await this.run(2);
    return value;
  }

  load(image: Uint8Array): Promise<void> {
    return this.#simulator.writeMemory(STORE, 0, image);
  }

  memory(): Promise<Uint8Array> {
    return this.#simulator.readMemory(STORE, 0, this.tiny.before.length);
  }

  /** Arms a fault of the port, or takes it away. */
  arm(fault: PortFault | undefined): void {
    const { kind, low, high, burst, beat } = fault ?? { kind: "none", low: 0, high: 0, burst: 0, beat: 0 };
    const values = [FAULT_KINDS.indexOf(kind), low, high, burst, beat];
    FAULT_INPUTS.forEach(({ name }, index) => {
      this.#simulator.poke(name, BigInt(at(values, index)));
    });
  }

  /** Writes the start command, changed in places, and starts. */
  async start(changes: Readonly<Record<string, number>> = {}): Promise<void> {
    for (const [register, value] of Object.entries({ ...this.tiny.command, ...changes }))
      await this.write(register, value);
    await this.write("control", 1);
  }

  /** Waits for the interrupt of a started step; what the registers say then. */
  async end(): Promise<Ending> {
    const { cycles, stopped } = await this.run(LIMITS.step, "interrupt");
    await this.run(2);
    const status = await this.read("interrupt_status");
    const code = await this.read("error_code");
    const names = Object.entries(ERROR_CODES);
    const ending = {
      code: present(
        names.find(([, value]) => value === code),
        `a name of code ${String(code)}`,
      )[0],
      where: await this.read("error_where"),
      idle: ((await this.read("control")) & 0b101) === 0b100,
      stuck: ((await this.read("port_status")) & 1) === 1,
      interrupted: stopped && status === (code === 0 ? 1 : 3),
      cycles,
    };
    await this.write("interrupt_status", 3);
    return ending;
  }

  /** A whole step. */
  async step(changes: Readonly<Record<string, number>> = {}): Promise<Ending> {
    await this.start(changes);
    return this.end();
  }

  close(): Promise<void> {
    return this.#simulator.close();
  }

  #poke(inputs: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(inputs)) this.#simulator.poke(CONTROL + name, BigInt(value));
  }
}
