import { setImmediate } from "node:timers/promises";
import { builtSpan, CompilerBug, fail, type Operation, ok, present, type Result } from "../../ir/index.ts";
import { memoryTooLarge } from "../diagnostics.ts";
import type { FlatDesign, NodeId } from "../netlist/flat.ts";
import { flatten } from "../netlist/flatten.ts";
import { findModule, modulesByName } from "../netlist/ports.ts";
import { simplify } from "../netlist/simplify.ts";
import type { HwSimulator, RunResult } from "../simulator.ts";
import { compileCycle, compileRun, compileSettle, pagesOf } from "./compile.ts";
import type { RegionSizes } from "./instances.ts";
import { Layout, limbCount } from "./layout.ts";
import { readWords, writeWords } from "./memory-access.ts";
import { cutIntoRegions, type RegionPlan } from "./regions.ts";
import { writeStartValues } from "./start-values.ts";
import { instantiate, makeMemory, type WasmMemory } from "./wasm-host.ts";

/** What changes how the embedded simulator starts. */
export interface EmbeddedOptions {
  /** Random start values for all state, as `--x-initial unique` gives; without it everything starts at 0. */
  readonly seed?: number;
  /** How large the parts are that may be left out of a cycle. */
  readonly regions?: RegionSizes;
}

/** A run gives way to timers and signals after about this many milliseconds. */
const SLICE_MS = 50;
const FIRST_SLICE = 1024;
const MOST_CYCLES = 2 ** 30;

type Exported = (argument?: number) => number | undefined;

/** The level-5 simulator: the design compiled to WebAssembly. */
class EmbeddedSimulator implements HwSimulator {
  readonly #design: FlatDesign;
  readonly #plan: RegionPlan;
  readonly #layout: Layout;
  readonly #memory: WasmMemory;
  readonly #cycle: Exported;
  readonly #runners = new Map<string, Exported>();
  #settle: Exported | undefined;
  #settled = false;

  constructor(design: FlatDesign, options: EmbeddedOptions) {
    this.#design = design;
    this.#plan = cutIntoRegions(design, options.regions);
    this.#layout = new Layout(this.#plan.design);
    const binary = compileCycle(this.#layout, this.#plan);
    this.#memory = makeMemory(pagesOf(this.#layout));
    writeStartValues(this.#layout, this.#memory.buffer, options.seed);
    this.#wakeAll();
    this.#cycle = this.#instantiate(binary, "cycle");
  }

  poke(input: string, value: bigint): void {
    const id = present(this.#design.inputs.get(input), `input ${input}`);
    this.#settled = false;
    this.#write(this.#layout.slot(id), this.#width(id), value);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the port is asynchronous for engines in other processes
  async peek(output: string): Promise<bigint> {
    const id = this.#output(output);
    this.#settle ??= this.#instantiateGrown(
      compileSettle(this.#layout, this.#design, [...this.#design.outputs.values()]),
      "settle",
    );
    if (!this.#settled) this.#settle();
    this.#settled = true;
    return this.#read(this.#layout.slot(id), this.#width(id));
  }

  async run(cycles: number, until?: string): Promise<RunResult> {
    const key = until ?? "";
    const runner =
      this.#runners.get(key) ??
      this.#instantiateGrown(
        compileRun(this.#layout, this.#design, until === undefined ? undefined : this.#output(until)),
        "run",
      );
    this.#runners.set(key, runner);
    let done = 0;
    for (let slice = FIRST_SLICE; done < cycles; ) {
      const wanted = Math.min(slice, cycles - done);
      const start = performance.now();
      this.#settled = false;
      const made = (runner(wanted) ?? 0) >>> 0;
      done += made;
      if (made < wanted) return { cycles: done, stopped: true };
      if (done === cycles) break;
      slice =
        performance.now() - start < SLICE_MS ? Math.min(2 * slice, MOST_CYCLES) : Math.max(1, slice >>> 1);
      await setImmediate();
    }
    return { cycles: done, stopped: false };
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the port is asynchronous for engines in other processes
  async writeMemory(path: string, address: number, bytes: Uint8Array): Promise<void> {
    this.#settled = false;
    writeWords({ layout: this.#layout, buffer: this.#memory.buffer }, path, address, bytes);
    this.#wakeAll();
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the port is asynchronous for engines in other processes
  async readMemory(path: string, address: number, length: number): Promise<Uint8Array> {
    return readWords({ layout: this.#layout, buffer: this.#memory.buffer }, path, address, length);
  }

  async close(): Promise<void> {
    // nothing outside this process
  }

  /** State changed from outside: every region is evaluated until it has come to rest. */
  #wakeAll(): void {
    const view = new DataView(this.#memory.buffer);
    this.#plan.regions.forEach(({ settling }, region) => {
      view.setUint32(this.#layout.wake(region), settling.cycles, true);
    });
  }

  #output(name: string): NodeId {
    return present(this.#design.outputs.get(name), `output ${name}`);
  }

  #width(id: NodeId): number {
    return present(this.#design.nodes[id], "node").width;
  }

  #instantiateGrown(binary: Uint8Array<ArrayBuffer>, name: string): Exported {
    const missing = pagesOf(this.#layout) - this.#memory.buffer.byteLength / 65536;
    if (missing > 0) this.#memory.grow(missing);
    return this.#instantiate(binary, name);
  }

  #instantiate(binary: Uint8Array<ArrayBuffer>, name: string): Exported {
    const imports = name === "run" ? { memory: this.#memory, cycle: this.#cycle } : { memory: this.#memory };
    const found = instantiate(binary, imports)[name];
    if (typeof found !== "function") throw new CompilerBug(`no function ${name} was made`);
    return found as Exported; // the encoder gave it this type
  }

  #write(address: number, width: number, value: bigint): void {
    const view = new DataView(this.#memory.buffer);
    const bits = BigInt.asUintN(width, value);
    if (width <= 32) view.setUint32(address, Number(bits), true);
    else
      for (let i = 0; i < limbCount(width); i += 1)
        view.setBigUint64(address + 8 * i, BigInt.asUintN(64, bits >> BigInt(64 * i)), true);
  }

  #read(address: number, width: number): bigint {
    const view = new DataView(this.#memory.buffer);
    if (width <= 32) return BigInt(view.getUint32(address, true));
    let value = 0n;
    for (let i = limbCount(width) - 1; i >= 0; i -= 1)
      value = (value << 64n) | view.getBigUint64(address + 8 * i, true);
    return value;
  }
}

const MOST_BYTES = 2 ** 32 - 2 ** 20;

/** Compiles the module `top` and everything below it. */
export function buildEmbedded(
  top: string,
  modules: readonly Operation[],
  options: EmbeddedOptions = {},
): Result<HwSimulator> {
  const found = findModule(top, modules);
  if (found.kind === "error") return found;
  const simplified = simplify(flatten(top, modulesByName(modules)), top);
  if (simplified.kind === "error") return simplified;
  const bytes = simplified.value.memories.reduce(
    (sum, { depth, width }) => sum + depth * Math.ceil(width / 8),
    0,
  );
  if (bytes > MOST_BYTES) return fail(memoryTooLarge(builtSpan(top), { bytes }));
  try {
    return ok(new EmbeddedSimulator(simplified.value, options));
  } catch (error) {
    if (error instanceof RangeError) return fail(memoryTooLarge(builtSpan(top), { bytes })); // the engine has less than 4 GiB to give
    throw error;
  }
}
