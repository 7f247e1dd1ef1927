import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { PRODUCT_TOP, simulationTop } from "../../../backend-hls/index.ts";
import { HwModuleOp, present } from "../../../ir/index.ts";
import { buildSimulator, type HwSimulator } from "../../../sim/index.ts";
import type { CompiledBuild } from "../../build-folder/read-build-folder.ts";
import { readBuildParts } from "../../rtl/build-parts.ts";

const NAME = "simulated_board";
const STORE = "memory.store";
const PREFIX = "s_axi_control_";

/** Cycles of one turn of waiting, which the interrupt ends early. */
const TURN_CYCLES = 100_000;

/** A board in the embedded simulator: registers and memory as a processor on it would reach them. */
export class SimulatedBoard {
  readonly #simulator: HwSimulator;
  readonly #memoryBase: number;
  /** What reads of these registers give in place of the hardware's own values: other hardware. */
  readonly overrides = new Map<number, number>();

  private constructor(simulator: HwSimulator, memoryBase: number) {
    this.#simulator = simulator;
    this.#memoryBase = memoryBase;
  }

  /** Simulates a build whose memory begins at `memoryBase` of a larger one. */
  static async open(build: CompiledBuild, memoryBase: number): Promise<SimulatedBoard> {
    const parts = readBuildParts(build);
    if (parts.kind === "error") throw new Error(JSON.stringify(parts.diagnostics));
    const { hardware, plan, layout } = parts.value;
    const top = present(
      hardware.find((module) => HwModuleOp.match(module)?.attrs.sym_name === PRODUCT_TOP),
      PRODUCT_TOP,
    );
    const depthBeats = 2 ** Math.ceil(Math.log2((memoryBase + layout.bytes) / plan.beatBytes));
    const memory = { kind: "ideal", readLatency: 4, dataBits: 8 * plan.beatBytes, addressBits: 32 } as const;
    const whole = simulationTop(NAME, { top, modules: hardware }, { ...memory, depthBeats, queueDepth: 8 });
    const built = await buildSimulator(NAME, whole.modules, { engine: "embedded", speed: "run" });
    if (built.kind === "error") throw new Error(JSON.stringify(built.diagnostics));
    const board = new SimulatedBoard(built.value, memoryBase);
    await board.#reset();
    return board;
  }

  /** Runs a program that speaks the lines of `pipe-program.ts`; gives its exit code and what it said on stderr. */
  async serve(program: string, args: readonly string[]): Promise<{ code: number | null; said: string }> {
    const child = spawn(program, args, { stdio: "pipe" });
    const said = text(child.stderr);
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    for await (const line of createInterface({ input: child.stdout })) await this.#answer(child, line);
    return { code: await ended, said: await said };
  }

  /** Ends the simulation. */
  close(): Promise<void> {
    return this.#simulator.close();
  }

  async #answer(child: ChildProcessWithoutNullStreams, line: string): Promise<void> {
    const [command = "", first = "", second = ""] = line.split(" ");
    const place = Number.parseInt(first, 16);
    switch (command) {
      case "R":
        child.stdin.write(`${(await this.#read(place)).toString(16)}\n`);
        break;
      case "W":
        await this.#write(place, Number.parseInt(second, 16));
        break;
      case "M":
        await this.#simulator.writeMemory(STORE, this.#memoryBase + place, Buffer.from(second, "hex"));
        break;
      case "D": {
        const bytes = await this.#simulator.readMemory(
          STORE,
          this.#memoryBase + place,
          Number.parseInt(second, 16),
        );
        child.stdin.write(`${Buffer.from(bytes).toString("hex")}\n`);
        break;
      }
      case "P":
        await this.#simulator.run(TURN_CYCLES, "interrupt");
        child.stdin.write("0\n");
        break;
      default:
        throw new Error(`the program said ${line}`);
    }
  }

  async #reset(): Promise<void> {
    this.#poke({ awvalid: 0, wvalid: 0, bready: 1, arvalid: 0, rready: 1, awaddr: 0, araddr: 0, wdata: 0 });
    this.#poke({ wstrb: 0xf });
    this.#simulator.poke("rst", 1n);
    await this.#simulator.run(4);
    this.#simulator.poke("rst", 0n);
    await this.#simulator.run(2);
  }

  async #write(offset: number, value: number): Promise<void> {
    this.#poke({ awaddr: offset, wdata: value, awvalid: 1, wvalid: 1 });
    await this.#simulator.run(1);
    this.#poke({ awvalid: 0, wvalid: 0 });
    await this.#simulator.run(3);
  }

  async #read(offset: number): Promise<number> {
    this.#poke({ araddr: offset, arvalid: 1 });
    await this.#simulator.run(1);
    this.#poke({ arvalid: 0 });
    const value = await this.#simulator.peek(`${PREFIX}rdata`);
    await this.#simulator.run(2);
    return this.overrides.get(offset) ?? Number(value);
  }

  #poke(inputs: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(inputs)) this.#simulator.poke(PREFIX + name, BigInt(value));
  }
}
