import {
  at,
  HwBuilder,
  HwModuleOp,
  type MemoryParameters,
  memoryModule,
  type Operation,
  present,
  type Value,
} from "../../ir/index.ts";
import { MAX_OUTSTANDING } from "../network/memory-port.ts";
import { QUEUE_LIMITS } from "../network/queue-limits.ts";
import { type LateInstance, lateInstance, modulesOf } from "../shell/index.ts";
import { axiChecker } from "./axi-checker.ts";
import { type AxisEnd, axisSink, axisSource } from "./axis-ends.ts";
import { backPressure } from "./back-pressure.ts";
import { type ClusterOptions, joinCluster, LINK_RESET } from "./cluster.ts";
import { FAULT_INPUTS, faultInjector } from "./fault-injector.ts";

/** What is simulated: the product's top and every module below it. */
export interface SimulatedProduct {
  readonly top: Operation;
  readonly modules: readonly Operation[];
}

/** What a simulation has beside product and memory. */
export interface SimulationTopOptions {
  /** A memory with programmable faults (`FAULT_INPUTS`, output `fault_struck`). */
  readonly faults?: boolean;
  /** Seed of random pauses on every channel of the memory's port. Without faults. */
  readonly backPressure?: number | undefined;
  /** Read bursts that a port with one reader may have under way; the checker's limit. */
  readonly maxOutstanding?: number;
  /** What is at the other ends of AXI4-Stream ports: instances of the ports' names. */
  readonly streams?: readonly AxisEnd[];
  /** Several products that share a model, each with a memory of its own. Without faults and streams. */
  readonly cluster?: ClusterOptions | undefined;
}

const PORT = "m_axi_gmem0_";
const INTERRUPT = "interrupt";

/** The instance of a part that belongs to the `place`-th accelerator of a simulation. */
export function memberName(part: string, place: number): string {
  return place === 0 ? part : `${part}${String(place)}`;
}

/**
 * The product with a memory behind its port: inputs clk, rst, s_axi_control_*; outputs s_axi_control_*, interrupt, what the
 * product shows beside, and `axi_violation` (the number of a rule of `AXI_RULES`, 0: none was broken). The memory is the instance
 * `memory`, its data the memory `store` in it. In a cluster all products get the same control signals, `interrupt` is 1 where all of
 * them interrupt, `axi_violation` is the first that was broken; of the product `n` behind the first one the outputs are
 * `s_axi_control_rdata_<n>`, the memory `memory<n>`. The input `link_reset` empties what joins them.
 */
export function simulationTop(
  name: string,
  product: SimulatedProduct,
  memory: MemoryParameters,
  options: SimulationTopOptions = {},
): SimulatedProduct {
  const control = portsOf(product.top).filter((port) => port.name.startsWith("s_axi_control_"));
  const limits = portsOf(product.top).filter((port) => port.name === QUEUE_LIMITS);
  const b = new HwBuilder(name, [
    { name: "clk", width: "clock" },
    { name: "rst", width: 1 },
    ...limits,
    ...control.filter((port) => !port.name.endsWith("prot")),
    ...(options.faults === true ? FAULT_INPUTS : []),
    ...(options.cluster === undefined ? [] : [{ name: LINK_RESET, width: 1 }]),
  ]);
  const dram = memoryModule(`${name}_memory`, memory);
  const checkerUnit = axiChecker(`${name}_checker`, memory, options.maxOutstanding ?? MAX_OUTSTANDING);
  const outside = control.map(({ name: input, width }): readonly [string, Value] => [
    input,
    input.endsWith("prot") ? b.constant(0, width) : b.input(input),
  ]);
  const injector = betweenModule(name, memory, options);
  const members = Array.from({ length: options.cluster?.accelerators ?? 1 }, (_, place): Port => {
    const part = (module: Operation, part: string) => lateInstance(b, module, memberName(part, place));
    const core = part(product.top, "accelerator");
    core.connect({ ap_rst_n: b.not(b.input("rst")), ...Object.fromEntries(outside) });
    for (const { name: input } of limits) core.connect({ [input]: b.input(input) });
    const [store, checker] = [part(dram, "memory"), part(checkerUnit.module, "axi_checker")];
    const port = { core, store, checker, injector: injector && part(injector, "faults") };
    joinPort(b, port);
    return port;
  });
  const { core } = at(members, 0);
  const cores = members.map((member) => member.core);
  const ends = (options.streams ?? []).map((end) => joinStream(b, core, end));
  const link = options.cluster === undefined ? [] : joinCluster(b, name, cores, options.cluster);
  passOutputs(b, product.top, cores);
  b.output(
    "axi_violation",
    firstOf(
      b,
      members.map(({ checker }) => checker.out("violation")),
    ),
  );
  const top = b.finish();
  const parts = injector === undefined ? [dram] : [dram, injector];
  const submodules = [
    ...parts,
    ...ends,
    ...link,
    ...checkerUnit.submodules,
    checkerUnit.module,
    ...product.modules,
    product.top,
  ];
  return { top, modules: modulesOf({ module: top, submodules }) };
}

/** Joins an AXI4-Stream port with its other end. */
function joinStream(b: HwBuilder, core: LateInstance, { name, cells }: AxisEnd): Operation {
  const dataBits = (of: Value): number => (of.type.kind === "int" ? of.type.width : 0);
  const [into] = inputsBehind(core, `${name}_`).filter((port) => port.name === "tdata");
  if (into !== undefined) {
    const source = lateInstance(b, axisSource(`${name}_source`, cells, into.width), name);
    source.connect({ tready: core.out(`${name}_tready`) });
    core.connect({ [`${name}_tvalid`]: source.out("tvalid"), [`${name}_tdata`]: source.out("tdata") });
    return source.module;
  }
  const data = core.out(`${name}_tdata`);
  const sink = lateInstance(b, axisSink(`${name}_sink`, cells, dataBits(data)), name);
  sink.connect({ tvalid: core.out(`${name}_tvalid`), tdata: data, tlast: core.out(`${name}_tlast`) });
  core.connect({ [`${name}_tready`]: sink.out("tready") });
  return sink.module;
}

/** What the first product shows; of the interrupts whether all are there. */
function passOutputs(b: HwBuilder, product: Operation, cores: readonly LateInstance[]): void {
  for (const output of present(HwModuleOp.match(product), "a module").attrs.output_names) {
    if (/^(?:m_axi|[sm]_axis)_/u.test(output)) continue;
    const values = cores.map((core) => core.out(output));
    b.output(output, output === INTERRUPT ? values.reduce((all, each) => b.and(all, each)) : at(values, 0));
  }
}

/** The first value that is not 0. */
function firstOf(b: HwBuilder, values: readonly Value[]): Value {
  return values.reduceRight((rest, value) => b.mux(b.equals(value, 0), rest, value));
}

/** What stands between product and memory, if anything. */
function betweenModule(
  name: string,
  memory: MemoryParameters,
  { faults, backPressure: seed }: SimulationTopOptions,
): Operation | undefined {
  if (faults === true) return faultInjector(`${name}_faults`, memory);
  return seed === undefined ? undefined : backPressure(`${name}_pauses`, seed);
}

interface Port {
  readonly core: LateInstance;
  readonly store: LateInstance;
  readonly checker: LateInstance;
  readonly injector: LateInstance | undefined;
}

/** Joins product and memory, the injector between them where there is one; the checker sees what the product sees. */
function joinPort(b: HwBuilder, { core, store, checker, injector }: Port): void {
  const towardsMemory = (signal: string): Value | undefined =>
    injector?.outputs[`m_${signal}`] ?? core.outputs[PORT + signal];
  const towardsCore = (signal: string): Value | undefined =>
    injector?.outputs[`p_${signal}`] ?? store.outputs[`s_axi_${signal}`];
  for (const { name, width } of inputsBehind(core, PORT))
    core.connect({ [PORT + name]: towardsCore(name) ?? b.constant(0, width) });
  for (const { name } of inputsBehind(store, "s_axi_"))
    store.connect({ [`s_axi_${name}`]: present(towardsMemory(name), `signal ${name}`) });
  for (const { name } of inputsBehind(checker, ""))
    checker.connect({ [name]: present(core.outputs[PORT + name] ?? towardsCore(name), `signal ${name}`) });
  if (injector === undefined) return;
  for (const { name } of inputsBehind(injector, "")) {
    const signal = core.outputs[PORT + name] ?? store.outputs[`s_axi_${name}`];
    injector.connect({ [name]: signal ?? b.input(name) });
  }
  const { fault_struck: struck } = injector.outputs;
  if (struck !== undefined) b.output("fault_struck", struck);
}

/** The inputs of an instance that begin with `prefix`, without it; clock and reset are not among them. */
function inputsBehind(instance: LateInstance, prefix: string): readonly InputPort[] {
  return portsOf(instance.module)
    .filter(({ name }) => name.startsWith(prefix) && name !== "rst" && name !== "ap_rst_n")
    .map(({ name, width }) => ({ name: name.slice(prefix.length), width }));
}

interface InputPort {
  readonly name: string;
  readonly width: number;
}

function portsOf(module: Operation): readonly InputPort[] {
  const { input_names: names } = present(HwModuleOp.match(module), "a module").attrs;
  const { args } = at(module.regions, 0).block;
  return names.flatMap((name, index) => {
    const { type } = at(args, index);
    return type.kind === "int" ? [{ name, width: type.width }] : [];
  });
}
