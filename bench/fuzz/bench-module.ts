import {
  creditCounter,
  isRead,
  type LateInstance,
  lateInstance,
  modulesOf,
  type NetworkHardware,
  type NetworkPlan,
} from "../../backend-hls/index.ts";
import {
  HwBuilder,
  HwModuleOp,
  memoryModule,
  type Operation,
  packElement,
  present,
  type StreamElement,
  type StreamElementType,
  type Value,
} from "../../ir/index.ts";
import type { RandomProgram } from "./random-program.ts";

/** Bits of the cycle counter of the bench. */
const TIME_BITS = 32;

/** Cycles whose activity is kept bit for bit. */
export const TRACE_CYCLES = 4096;

/** What the bench pushes and expects. */
export interface BenchStimulus {
  /** Elements and the first cycle in which each may be pushed, by input. */
  readonly inputs: ReadonlyMap<
    string,
    { readonly elements: readonly StreamElement[]; readonly dues: readonly number[] }
  >;
  /** In cycle `t` an element of any output is taken where bit `t % 64` is 1. */
  readonly ready: bigint;
  /** Number of elements expected, by output. */
  readonly expected: ReadonlyMap<string, number>;
  readonly memory?: RandomProgram["memory"];
}

/** A log of the bench: one word an element, the cycle in the low bits and the data above it. */
interface BenchLog {
  readonly name: string;
  readonly path: string;
  readonly words: number;
  readonly dataBits: number;
}

/** A host in hardware around a network, so that a simulation is one command whatever the engine. */
export interface FuzzBench {
  readonly top: string;
  readonly modules: readonly Operation[];
  readonly logs: readonly BenchLog[];
  /** Kernels in the order of the bits of the trace: bit k busy, bit kernels + k issue. */
  readonly kernels: readonly string[];
  /** What the external memory holds at first. */
  readonly image: Uint8Array | undefined;
}

/** The element type of an outside stream. */
export function elementOf(stream: Value): StreamElementType {
  return stream.type.kind === "stream" ? stream.type.element : { kind: "token" };
}

/** Outputs: `finished` once all expected elements are there. Logs and the trace are read from memories. */
export function fuzzBench(plan: NetworkPlan, hardware: NetworkHardware, stimulus: BenchStimulus): FuzzBench {
  const top = `${plan.name}_bench`;
  const b = new HwBuilder(top, [
    { name: "clk", width: "clock" },
    { name: "rst", width: 1 },
  ]);
  const dut = lateInstance(b, hardware.top, "dut");
  const cycle = b.feedback(TIME_BITS, { name: "cycle", reset: 0n });
  cycle.drive(b.add(cycle.value, b.constant(1, TIME_BITS)));
  const pattern = b.feedback(64, { name: "pattern", reset: stimulus.ready });
  pattern.drive(b.concat(b.extract(pattern.value, 0, 1), b.extract(pattern.value, 1, 63)));
  const side: Side = {
    b,
    dut,
    cycle: cycle.value,
    running: b.not(b.input("rst")),
    ready: b.extract(pattern.value, 0, 1),
  };
  const logs: BenchLog[] = [];
  const finished: Value[] = [];
  for (const value of plan.outside) {
    const stream = plan.streams.get(value);
    if (stream === undefined) continue;
    if (isRead(plan, value))
      logs.push(
        addInput(side, stream, present(stimulus.inputs.get(stream.name), stream.name), elementOf(value)),
      );
    else {
      const output = addOutput(side, stream, present(stimulus.expected.get(stream.name), stream.name));
      logs.push(output.log);
      finished.push(output.finished);
    }
  }
  b.output(
    "finished",
    finished.reduce((x, y) => b.and(x, y), b.constant(1, 1)),
  );
  const memory = addMemory(side, hardware.top, stimulus.memory);
  addTrace(side, hardware.kernels.length);
  const module = b.finish();
  return {
    top,
    modules: modulesOf({ module, submodules: [...memory, ...hardware.modules] }),
    logs,
    kernels: hardware.kernels.map(({ name }) => name),
    image: stimulus.memory?.image,
  };
}

interface Side {
  readonly b: HwBuilder;
  readonly dut: LateInstance;
  readonly cycle: Value;
  readonly running: Value;
  readonly ready: Value;
}

interface Port {
  readonly name: string;
  readonly width: number;
  readonly depth: number;
}

function addInput(
  { b, dut, cycle, running }: Side,
  { name, width, depth }: Port,
  { elements, dues }: { readonly elements: readonly StreamElement[]; readonly dues: readonly number[] },
  type: StreamElementType,
): BenchLog {
  const count = elements.length;
  const words = count + 1;
  const bits = bitsOf(words);
  const sent = b.feedback(bits, { name: `sent_${name}`, reset: 0n });
  const init = [
    ...elements.map(
      (element, index) => (packElement(type, element) << BigInt(TIME_BITS)) | BigInt(dues[index] ?? 0),
    ),
    0n,
  ];
  const rom = b.memory({ name: `rom_${name}`, depth: words, width: TIME_BITS + width, readLatency: 0, init });
  const word = b.readPort(rom, sent.value);
  const credits = creditCounter(b, `host_${name}`, { depth }, dut.out(`${name}_credit`));
  const due = b.icmp("uge", cycle, b.extract(word, 0, TIME_BITS));
  const push = b.and(running, due, credits.any, b.not(b.equals(sent.value, count)));
  credits.spend(push);
  sent.drive(b.add(sent.value, b.constant(1, bits)), push);
  dut.connect({
    [`${name}_valid`]: push,
    ...(width > 0 ? { [`${name}_data`]: b.extract(word, TIME_BITS, width) } : {}),
  });
  addLog(b, `log_${name}`, { words, address: sent.value, push, data: cycle });
  return { name, path: `log_${name}`, words, dataBits: 0 };
}

function addOutput(
  { b, dut, cycle, running, ready }: Side,
  { name, width }: Port,
  expected: number,
): { readonly log: BenchLog; readonly finished: Value } {
  const words = expected + 3;
  const bits = bitsOf(words + 1);
  const got = b.feedback(bits, { name: `got_${name}`, reset: 0n });
  const pop = b.and(running, dut.out(`${name}_valid`), ready);
  dut.connect({ [`${name}_pop`]: pop });
  got.drive(b.add(got.value, b.constant(1, bits)), b.and(pop, b.not(b.equals(got.value, words))));
  const data = width > 0 ? b.concat(dut.out(`${name}_data`), cycle) : cycle;
  addLog(b, `log_${name}`, {
    words,
    address: got.value,
    push: b.and(pop, b.icmp("ult", got.value, b.constant(words, bits))),
    data,
  });
  return {
    log: { name, path: `log_${name}`, words, dataBits: width },
    finished: b.icmp("uge", got.value, b.constant(expected, bits)),
  };
}

/** The external memory behind the port, regions open. */
function addMemory({ b, dut }: Side, core: Operation, memory: BenchStimulus["memory"]): readonly Operation[] {
  if (memory === undefined) return [];
  const module = memoryModule(`${b.name}_memory`, memory.parameters);
  const store = lateInstance(b, module, "memory");
  for (const { name, width } of inputsOf(core)) {
    if (name.startsWith("m_axi_gmem0_"))
      dut.connect({ [name]: store.out(name.replace("m_axi_gmem0_", "s_axi_")) });
    if (/_(?:base|limit)$/u.test(name))
      dut.connect({ [name]: b.constant(name.endsWith("_limit") ? -1n : 0n, width) });
  }
  for (const { name, width } of inputsOf(module)) {
    if (name === "rst") continue;
    store.connect({ [name]: dut.outputs[name.replace("s_axi_", "m_axi_gmem0_")] ?? b.constant(0, width) });
  }
  return [module];
}

function inputsOf(module: Operation): readonly { readonly name: string; readonly width: number }[] {
  const { input_names: names } = present(HwModuleOp.match(module), "a module").attrs;
  const args = present(module.regions[0], "a body").block.args;
  return names.flatMap((name, index) => {
    const type = args[index]?.type;
    return type?.kind === "int" ? [{ name, width: type.width }] : [];
  });
}

/** A memory that is written at run time; one word of it is read, so that no tool drops it. */
function addLog(
  b: HwBuilder,
  name: string,
  {
    words,
    address,
    push,
    data,
  }: { readonly words: number; readonly address: Value; readonly push: Value; readonly data: Value },
): void {
  const width = data.type.kind === "int" ? data.type.width : 1;
  const log = b.memory({
    name,
    depth: words,
    width,
    readLatency: 0,
    init: Array.from({ length: words }, () => (1n << BigInt(TIME_BITS)) - 1n),
  });
  const low = b.resize(address, bitsOf(words));
  b.writePort(log, low, { enable: push, data });
  b.output(`${name}_word`, b.readPort(log, low));
}

function addTrace({ b, dut, cycle, running }: Side, kernels: number): void {
  const bits = bitsOf(TRACE_CYCLES);
  const trace = b.memory({ name: "trace", depth: TRACE_CYCLES, width: 2 * kernels, readLatency: 0 });
  const inside = b.and(running, b.icmp("ult", cycle, b.constant(TRACE_CYCLES, TIME_BITS)));
  const address = b.extract(cycle, 0, bits);
  b.writePort(trace, address, {
    enable: inside,
    data: b.concat(dut.out("issue_bits"), dut.out("busy_bits")),
  });
  b.output("trace_word", b.readPort(trace, address));
}

/** Bits of an address among `words`, at least 1. */
function bitsOf(words: number): number {
  return Math.max(1, (words - 1).toString(2).length);
}
