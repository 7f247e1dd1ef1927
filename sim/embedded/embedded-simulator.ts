import { setImmediate } from "node:timers/promises";
import { signalNames } from "../../backend-verilog/index.ts";
import { builtSpan, CompilerBug, fail, type Operation, ok, present, type Result } from "../../ir/index.ts";
import { cannotWrite, memoryTooLarge, unknownWaveform } from "../diagnostics.ts";
import type { FlatDesign, NodeId } from "../netlist/flat.ts";
import { flatten, type ProbeNames } from "../netlist/flatten.ts";
import { findModule, modulesByName } from "../netlist/ports.ts";
import { simplify } from "../netlist/simplify.ts";
import type { RunResult, StreamEvent, WatchedRun, WatchedStream, WatchingSimulator } from "../simulator.ts";
import { isShown, type TraceView } from "../trace/trace-view.ts";
import { compileCycle, compileRun, compileSettle, pagesOf } from "./compile.ts";
import type { RegionSizes } from "./instances.ts";
import { Layout, limbCount } from "./layout.ts";
import { readWords, writeWords } from "./memory-access.ts";
import { cutIntoRegions, type RegionPlan } from "./regions.ts";
import { writeStartValues } from "./start-values.ts";
import { instantiate, makeMemory, type WasmMemory } from "./wasm-host.ts";
import { Waveform } from "./waveform.ts";

/** What changes how the embedded simulator starts. */
export interface EmbeddedOptions {
  /** Random start values for all state, as `--x-initial unique` gives; without it everything starts at 0. */
  readonly seed?: number;
  /** How large the parts are that may be left out of a cycle. */
  readonly regions?: RegionSizes;
  /** File of the waveform (`.vcd`). */
  readonly trace?: string;
  readonly traceView?: TraceView;
}

/** A run gives way to timers and signals after about this many milliseconds. */
const SLICE_MS = 50;
const FIRST_SLICE = 1024;
const MOST_CYCLES = 2 ** 30;

type Exported = (argument?: number) => number | undefined;

/** The level-5 simulator: the design compiled to WebAssembly. */
class EmbeddedSimulator implements WatchingSimulator {
  readonly #design: FlatDesign;
  readonly #plan: RegionPlan;
  readonly #layout: Layout;
  readonly #memory: WasmMemory;
  readonly #cycle: Exported;
  readonly #runners = new Map<string, Exported>();
  /** Functions that compute some nodes, by the names of what they are. */
  readonly #settlers = new Map<string, Exported>();
  #waveform: Waveform | undefined;
  #cycles = 0;
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
    if (!this.#settled) this.#settler("outputs", () => [...this.#design.outputs.values()])();
    this.#settled = true;
    return this.#read(this.#layout.slot(id), this.#width(id));
  }

  /** Writes the probes of the design into a file from now on. */
  show(path: string, top: string, view: TraceView): void {
    const probes = this.#design.probes ?? [];
    const nodes = [...new Set(probes.flatMap(({ node }) => node ?? []))];
    const settle = this.#settler("probes", () => nodes);
    this.#waveform = new Waveform({ path, top, view }, probes, {
      layout: this.#layout,
      settle: () => {
        settle();
        return this.#memory.buffer;
      },
    });
  }

  async run(cycles: number, until?: string): Promise<RunResult> {
    if (this.#waveform !== undefined) return this.runWatching(cycles, until, []);
    const result = await this.#runBlind(cycles, until);
    this.#cycles += result.cycles;
    return result;
  }

  async runWatching(
    cycles: number,
    until: string | undefined,
    streams: readonly WatchedStream[],
  ): Promise<WatchedRun> {
    const ends = streams.map(({ valid, data }) => ({
      valid: this.#output(valid),
      data: data === undefined ? undefined : this.#output(data),
    }));
    const end = until === undefined ? undefined : this.#output(until);
    const key = `watch ${until ?? ""} ${streams.map(({ valid }) => valid).join(" ")}`;
    const settle = this.#settler(key, () => [
      ...(end === undefined ? [] : [end]),
      ...ends.flatMap(({ valid, data }) => (data === undefined ? [valid] : [valid, data])),
    ]);
    const events: StreamEvent[] = [];
    const isSet = (id: NodeId): boolean => this.#read(this.#layout.slot(id), 1) === 1n;
    this.#settled = false;
    for (let cycle = 0, slice = performance.now(); cycle < cycles; cycle++) {
      settle();
      if (end !== undefined && isSet(end)) return { cycles: cycle, stopped: true, events };
      for (const [stream, { valid, data }] of ends.entries()) {
        if (!isSet(valid)) continue;
        const bits = data === undefined ? 0n : this.#read(this.#layout.slot(data), this.#width(data));
        events.push({ cycle, stream, data: bits });
      }
      this.#step();
      if (performance.now() - slice < SLICE_MS) continue;
      await setImmediate();
      slice = performance.now();
    }
    return { cycles, stopped: false, events };
  }

  /** One clock edge, shown where the waveform shows it. */
  #step(): void {
    const waveform = this.#waveform?.shows(this.#cycles) === true ? this.#waveform : undefined;
    waveform?.before(this.#cycles);
    this.#cycle();
    waveform?.after(this.#cycles);
    this.#cycles++;
  }

  #settler(key: string, nodes: () => readonly NodeId[]): Exported {
    const known =
      this.#settlers.get(key) ??
      this.#instantiateGrown(compileSettle(this.#layout, this.#design, nodes()), "settle");
    this.#settlers.set(key, known);
    return known;
  }

  async #runBlind(cycles: number, until?: string): Promise<RunResult> {
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

  // eslint-disable-next-line @typescript-eslint/require-await -- the port is asynchronous for engines in other processes
  async close(): Promise<void> {
    this.#waveform?.close();
    this.#waveform = undefined;
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
): Result<WatchingSimulator> {
  const { trace, traceView = {} } = options;
  if (trace !== undefined && !trace.endsWith(".vcd"))
    return fail(unknownWaveform(builtSpan(trace), { engine: "embedded", formats: ".vcd" }));
  const found = findModule(top, modules);
  if (found.kind === "error") return found;
  const names = trace === undefined ? undefined : probeNames(modules, traceView);
  const simplified = simplify(flatten(top, modulesByName(modules), names), top);
  return simplified.kind === "error" ? simplified : startEmbedded(top, simplified.value, options);
}

function startEmbedded(top: string, design: FlatDesign, options: EmbeddedOptions): Result<WatchingSimulator> {
  const { trace, traceView = {} } = options;
  const bytes = design.memories.reduce((sum, { depth, width }) => sum + depth * Math.ceil(width / 8), 0);
  if (bytes > MOST_BYTES) return fail(memoryTooLarge(builtSpan(top), { bytes }));
  try {
    const simulator = new EmbeddedSimulator(design, options);
    if (trace !== undefined) simulator.show(trace, top, traceView);
    return ok(simulator);
  } catch (error) {
    if (error instanceof RangeError) return fail(memoryTooLarge(builtSpan(top), { bytes })); // the engine has less than 4 GiB to give
    if (trace !== undefined && error instanceof Error && "syscall" in error)
      return fail(cannotWrite(builtSpan(trace), { path: trace, reason: error.message }));
    throw error;
  }
}

/** The names of Verilog for what the view shows. */
function probeNames(modules: readonly Operation[], view: TraceView): ProbeNames {
  const names = signalNames(modules);
  return (module, path) => (isShown(view, path) ? names(module) : []);
}
