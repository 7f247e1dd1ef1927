import {
  at,
  CompilerBug,
  HwBuilder,
  HwModuleOp,
  type MemoryParameters,
  memoryModule,
  type Operation,
  type PortSpec,
  present,
  type Value,
} from "../../ir/index.ts";
import { networkModule } from "../network/network-module.ts";
import type { NetworkPlan, PlannedBurst } from "../network/plan-network.ts";
import { lateInstance, modulesOf } from "../shell/index.ts";
import { type CircuitInput, type ControlCircuit, compileCircuit } from "./circuit/compile-circuit.ts";

/** One engine at the edge of the island: where its signals are. */
export interface IslandClient {
  readonly burst: PlannedBurst;
  /** An element enters the request queue; its address and its number of beats. */
  readonly requestValid: CircuitInput;
  readonly requestData: CircuitInput;
  /** Place of the output that says that the engine takes a request. */
  readonly requestTaken: number;
  /** Of a read: an element of the data queue is taken. Of a write: one enters it. */
  readonly dataInput: CircuitInput;
  /** Of a read: an element enters the data queue. Of a write: the engine takes one. */
  readonly dataOutput: number;
  /** Of a write: the token of a request enters its queue, and is taken. */
  readonly doneOutput: number | undefined;
  readonly doneInput: CircuitInput | undefined;
}

/** Everything between the kernels' queues and the cells of one external memory, as a circuit without data. */
export interface MemoryIsland {
  readonly circuit: ControlCircuit;
  readonly clients: readonly IslandClient[];
  /** Places of the outputs that say whether an engine has work. */
  readonly reading: number;
  readonly writing: number;
}

/** The hardware of a plan without its kernels: queues, engines, arbiters; and the memory behind them. */
export function memoryIsland(plan: NetworkPlan, memory: Value, parameters: MemoryParameters): MemoryIsland {
  const bursts = plan.bursts.filter((burst) => burst.memory === memory);
  const streamsOf = ({ requests, data, done }: PlannedBurst): readonly Value[] =>
    done === undefined ? [requests, data] : [requests, data, done];
  const streams = new Set(bursts.flatMap(streamsOf));
  const part: NetworkPlan = {
    ...plan,
    name: "island",
    outside: [...streams, memory],
    kernels: [],
    buffers: new Map(),
    bursts,
    streams: new Map([...plan.streams].filter(([value]) => streams.has(value))),
  };
  const core = networkModule("island_core", part, { taps: true });
  const { top, modules } = withMemory(core.top, core.modules, parameters);
  return connect(plan, bursts, { top, modules });
}

/** Region registers are open, other settings 0; requests, data and tokens come and go as ports. */
function withMemory(
  core: Operation,
  modules: readonly Operation[],
  parameters: MemoryParameters,
): { readonly top: Operation; readonly modules: readonly Operation[] } {
  const dram = memoryModule("island_memory", parameters);
  const ports = inputsOf(core).filter(({ name }) => isStreamPort(name));
  const b = new HwBuilder("island", [{ name: "clk", width: "clock" }, { name: "rst", width: 1 }, ...ports]);
  const [inner, store] = [lateInstance(b, core, "core"), lateInstance(b, dram, "memory")];
  for (const { name, width } of inputsOf(core)) {
    if (name === "rst") continue;
    if (isStreamPort(name)) inner.connect({ [name]: b.input(name) });
    else if (name.startsWith("m_axi_gmem"))
      inner.connect({ [name]: store.out(name.replace(/^m_axi_gmem\d+_/u, "s_axi_")) });
    else inner.connect({ [name]: b.constant(name.endsWith("_limit") ? -1n : 0n, width) });
  }
  const toMemory = new Map(
    Object.entries(inner.outputs).flatMap(([name, value]) =>
      name.startsWith("m_axi_") ? [[name.replace(/^m_axi_gmem\d+_/u, "s_axi_"), value] as const] : [],
    ),
  );
  for (const { name, width } of inputsOf(dram))
    if (name !== "rst") store.connect({ [name]: toMemory.get(name) ?? b.constant(0, width) });
  for (const [name, value] of Object.entries(inner.outputs))
    if (!name.startsWith("m_axi_")) b.output(name, value);
  const top = b.finish();
  return { top, modules: modulesOf({ module: top, submodules: [dram, ...modules] }) };
}

function isStreamPort(name: string): boolean {
  return /_(?:valid|data|pop)$/u.test(name) && !name.startsWith("m_axi_");
}

function inputsOf(module: Operation): readonly (PortSpec & { readonly width: number })[] {
  const { input_names: names } = present(HwModuleOp.match(module), "a module").attrs;
  const { args } = at(module.regions, 0).block;
  return names.flatMap((name, index) => {
    const { type } = at(args, index);
    return type.kind === "int" ? [{ name, width: type.width }] : [];
  });
}

function connect(
  plan: NetworkPlan,
  bursts: readonly PlannedBurst[],
  { top, modules }: { readonly top: Operation; readonly modules: readonly Operation[] },
): MemoryIsland {
  const outputs: string[] = ["reading", "writing"];
  const output = (name: string): number => outputs.push(name) - 1;
  const nameOf = (stream: Value): string => present(plan.streams.get(stream), "a stream").name;
  const wires = bursts.map((burst) => ({
    burst,
    requestTaken: output(`${nameOf(burst.requests)}_credit`),
    dataOutput: output(
      burst.kind === "read" ? `tap_${nameOf(burst.data)}_valid` : `${nameOf(burst.data)}_credit`,
    ),
    doneOutput: burst.done === undefined ? undefined : output(`tap_${nameOf(burst.done)}_valid`),
  }));
  const circuit = compileCircuit(top, modules, outputs);
  const input = (name: string): CircuitInput => {
    const found = circuit.input(name);
    if (found === undefined) throw new CompilerBug(`the memory port does not depend on ${name}`);
    return found;
  };
  const clients = wires.map(({ burst, ...places }): IslandClient => {
    const [requests, data] = [nameOf(burst.requests), nameOf(burst.data)];
    return {
      burst,
      ...places,
      requestValid: input(`${requests}_valid`),
      requestData: input(`${requests}_data`),
      dataInput: input(burst.kind === "read" ? `${data}_pop` : `${data}_valid`),
      doneInput: burst.done === undefined ? undefined : input(`${nameOf(burst.done)}_pop`),
    };
  });
  return { circuit, clients, reading: 0, writing: 1 };
}
