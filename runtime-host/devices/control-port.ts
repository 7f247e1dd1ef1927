import { at, CompilerBug } from "../../ir/index.ts";
import type { HwSimulator } from "../../sim/index.ts";

const PREFIX = "s_axi_control_";

/** Inputs of an AXI4-Lite slave, all of them driven by the host. */
const INPUTS = [
  "awaddr",
  "awvalid",
  "wdata",
  "wstrb",
  "wvalid",
  "bready",
  "araddr",
  "arvalid",
  "rready",
] as const;

/** All byte lanes of a 32-bit word. */
const ALL_BYTES = 0xf;

/** The host's side of `s_axi_control` on a simulated accelerator; counts every cycle that it makes pass. */
export class ControlPort {
  readonly #simulator: HwSimulator;
  readonly #offsets: Readonly<Record<string, number>>;
  #cycle = 0;
  #resetEnd = 0;

  /** `offsets`: byte offset of every 32-bit word by its name. */
  constructor(simulator: HwSimulator, offsets: Readonly<Record<string, number>>) {
    this.#simulator = simulator;
    this.#offsets = offsets;
  }

  /** Cycles since the first. */
  get cycle(): number {
    return this.#cycle;
  }

  /** Cycles since reset ended. */
  get sinceReset(): number {
    return this.#cycle - this.#resetEnd;
  }

  /** Quiet inputs, four cycles of reset. */
  async reset(): Promise<void> {
    for (const name of INPUTS) this.#simulator.poke(PREFIX + name, 0n);
    this.#simulator.poke("rst", 1n);
    await this.run(4);
    this.#simulator.poke("rst", 0n);
    this.#resetEnd = this.#cycle;
    await this.run(2);
  }

  /** Lets cycles pass, until an output is 1 where one is named; whether that happened. */
  async run(cycles: number, until?: string): Promise<boolean> {
    const ran = await this.#simulator.run(cycles, until);
    this.#cycle += ran.cycles;
    return ran.stopped;
  }

  /** Writes a 32-bit word. */
  async write(name: string, value: number): Promise<void> {
    this.#poke({
      awaddr: this.#offset(name),
      awvalid: 1,
      wdata: value >>> 0,
      wstrb: ALL_BYTES,
      wvalid: 1,
      bready: 1,
    });
    await this.run(1);
    this.#poke({ awvalid: 0, wvalid: 0 });
    await this.run(3);
  }

  /** Reads a 32-bit word. */
  async read(name: string): Promise<number> {
    return at(await this.readEach(name, 1), 0);
  }

  /** Reads a word of each of so many accelerators that get the same control signals. */
  async readEach(name: string, members: number): Promise<readonly number[]> {
    this.#poke({ araddr: this.#offset(name), arvalid: 1, rready: 1 });
    await this.run(1);
    this.#poke({ arvalid: 0 });
    const values: number[] = [];
    for (let place = 0; place < members; place++)
      values.push(
        Number(await this.#simulator.peek(`${PREFIX}rdata${place === 0 ? "" : `_${String(place)}`}`)),
      );
    await this.run(2);
    return values;
  }

  #poke(inputs: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(inputs)) this.#simulator.poke(PREFIX + name, BigInt(value));
  }

  #offset(name: string): number {
    const offset = this.#offsets[name];
    if (offset === undefined) throw new CompilerBug(`there is no register ${name}`);
    return offset;
  }
}
