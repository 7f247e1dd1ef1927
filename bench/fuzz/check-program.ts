import {
  createOperatorLibrary,
  type NetworkPlan,
  networkModule,
  planNetwork,
  type RecordedValues,
  type ReplayReport,
  recordCommands,
  replay,
  type Stimulus,
} from "../../backend-hls/index.ts";
import { type Diagnostic, ok, packElement, present, type Result } from "../../ir/index.ts";
import { buildBatch, type HwSimulator, type SimulatorOptions } from "../../sim/index.ts";
import { elementOf, type FuzzBench, fuzzBench, TRACE_CYCLES } from "./bench-module.ts";
import { loopsProgram } from "./random-loops.ts";
import { memoryProgram } from "./random-memory.ts";
import { type RandomProgram, randomProgram } from "./random-program.ts";
import { commandsProgram, tokensProgram } from "./random-shapes.ts";
import { type BenchResult, simulateBench } from "./simulate-bench.ts";

/** A program with what it should do, cycle for cycle. */
export interface PreparedProgram {
  readonly seed: number;
  readonly program: RandomProgram;
  /** What the external memory holds at the end. */
  readonly image: Uint8Array | undefined;
  readonly plan: NetworkPlan;
  readonly values: RecordedValues;
  readonly report: ReplayReport;
  /** Cycles in which an iteration began, by kernel. */
  readonly issues: ReadonlyMap<string, readonly number[]>;
  readonly bench: FuzzBench;
}

/** What came of one seed. */
export type Outcome =
  | { readonly kind: "same"; readonly seed: number; readonly cycles: number; readonly elements: number }
  | { readonly kind: "different"; readonly seed: number; readonly what: string }
  /** The program is none: it cannot be scheduled, or waits for itself. */
  | { readonly kind: "rejected"; readonly seed: number; readonly diagnostic: Diagnostic };

/** Families of programs: any nests and networks; commands close behind each other; arrays shared under tokens; external memory. */
const SHAPES = {
  general: (seed) => ok(randomProgram(seed)),
  commands: (seed) => ok(commandsProgram(seed)),
  tokens: (seed) => ok(tokensProgram(seed)),
  memory: (seed) => ok(memoryProgram(seed)),
  loops: loopsProgram,
} as const satisfies Readonly<Record<string, (seed: number) => Result<RandomProgram>>>;

/** A family of programs. */
export type ProgramShape = keyof typeof SHAPES;

/** Interpreter, plan, estimate and hardware of a seed. */
export function prepareProgram(seed: number, shape: ProgramShape = "general"): Result<PreparedProgram> {
  const drawn = SHAPES[shape](seed);
  if (drawn.kind === "error") return drawn;
  const program = drawn.value;
  const plan = planNetwork(
    program.schedule,
    createOperatorLibrary(program.family, program.clockMhz),
    program.mode,
  );
  if (plan.kind === "error") return plan;
  const stimulus: Stimulus = {
    inputs: new Map(
      [...program.inputs].map(([name, { elements, dues }]) => [
        name,
        { elements, notBefore: (index) => dues[index] ?? 0 },
      ]),
    ),
    ready: (_, cycle) => ((program.ready >> BigInt(cycle % 64)) & 1n) === 1n,
  };
  const memories = program.memory === undefined ? [] : [program.memory];
  const images = memories.map(({ image }) => image.slice());
  const values = recordCommands(plan.value, stimulus, images);
  if (values.kind === "error") return values;
  const issues = new Map<string, number[]>(plan.value.kernels.map(({ name }) => [name, []]));
  const report = replay(plan.value, stimulus, {
    memories,
    observe: (kernel, cycle) => issues.get(kernel)?.push(cycle),
  });
  const hardware = networkModule(plan.value.name, plan.value);
  const expected = new Map([...values.value.outputs].map(([name, elements]) => [name, elements.length]));
  const bench = fuzzBench(plan.value, hardware, {
    inputs: program.inputs,
    ready: program.ready,
    expected,
    memory: program.memory,
  });
  const image = program.memory?.wanted ?? images[0];
  return {
    kind: "ok",
    value: { seed, program, image, plan: plan.value, values: values.value, report, issues, bench },
  };
}

/** Simulates prepared programs in one batch and compares every value and every cycle. */
export async function checkPrograms(
  programs: readonly PreparedProgram[],
  options: SimulatorOptions,
): Promise<Result<readonly Outcome[]>> {
  const built = await buildBatch(
    programs.map(({ bench: { top, modules } }) => ({ top, modules })),
    options,
  );
  if (built.kind === "error") return built;
  const outcomes: Outcome[] = [];
  for (const [index, program] of programs.entries()) {
    const simulator = present(built.value[index], "a simulator");
    outcomes.push(await checkOne(program, simulator));
    await simulator.close();
  }
  return { kind: "ok", value: outcomes };
}

async function checkOne(program: PreparedProgram, simulator: HwSimulator): Promise<Outcome> {
  const { seed, report, values } = program;
  const result = await simulateBench(simulator, program.bench, report.cycles + 1000);
  const what = "streams" in result ? differences(program, result) : result.message;
  const elements = [...values.outputs.values()].reduce((sum, list) => sum + list.length, 0);
  return what === undefined
    ? { kind: "same", seed, cycles: report.cycles, elements }
    : { kind: "different", seed, what };
}

/** The first difference between hardware and interpreter (values), then hardware and estimate (cycles). */
function differences(program: PreparedProgram, result: BenchResult): string | undefined {
  return (
    valueDifference(program, result) ??
    memoryDifference(program, result) ??
    timeDifference(program, result) ??
    issueDifference(program, result)
  );
}

function valueDifference({ plan, values }: PreparedProgram, { streams }: BenchResult): string | undefined {
  for (const [name, elements] of values.outputs) {
    const value = present(
      plan.outside.find((candidate) => plan.streams.get(candidate)?.name === name),
      name,
    );
    const type = elementOf(value);
    const wanted = elements.map((element) => packElement(type, element));
    const got = (streams.get(name) ?? []).map(({ bits }) => bits);
    const at = wanted.findIndex((bits, index) => bits !== got[index]);
    if (at >= 0)
      return `value ${String(at)} of ${name}: hardware ${got[at]?.toString(16) ?? "none"}, interpreter ${wanted[at]?.toString(16) ?? ""}`;
    if (got.length !== wanted.length)
      return `${name}: hardware gave ${String(got.length)} elements, interpreter ${String(wanted.length)}`;
  }
  return undefined;
}

function memoryDifference({ image }: PreparedProgram, { memory }: BenchResult): string | undefined {
  const place = image?.findIndex((byte, index) => byte !== memory?.[index]) ?? -1;
  return place < 0 ? undefined : `byte ${String(place)} of the memory at the end`;
}

function timeDifference({ report }: PreparedProgram, { streams, cycles }: BenchResult): string | undefined {
  for (const [name, all] of report.times) {
    const times = all.filter((time) => time < cycles);
    const got = (streams.get(name) ?? []).map(({ cycle }) => cycle);
    const at = Array.from({ length: Math.max(times.length, got.length) }).findIndex(
      (_, index) => times[index] !== got[index],
    );
    if (at >= 0)
      return `cycle of element ${String(at)} of ${name}: hardware ${String(got[at])}, estimate ${String(times[at])}`;
  }
  return undefined;
}

function issueDifference(
  { issues, bench, report }: PreparedProgram,
  { trace }: BenchResult,
): string | undefined {
  for (const [index, name] of bench.kernels.entries()) {
    const got = trace.flatMap((word, cycle) =>
      ((word >> BigInt(bench.kernels.length + index)) & 1n) === 1n ? [cycle] : [],
    );
    const wanted = (issues.get(name) ?? []).filter((cycle) => cycle < Math.min(TRACE_CYCLES, trace.length));
    const at = Array.from({ length: Math.max(wanted.length, got.length) }).findIndex(
      (_, k) => wanted[k] !== got[k],
    );
    if (at >= 0)
      return `iteration ${String(at)} of ${name} begins: hardware ${String(got[at])}, estimate ${String(wanted[at])}`;
    const busy = trace.reduce((sum, word) => sum + Number((word >> BigInt(index)) & 1n), 0);
    const activity = report.kernels.find((kernel) => kernel.name === name);
    const isOver = trace.length < TRACE_CYCLES && (activity?.lastCycle ?? 0) < trace.length;
    if (isOver && busy !== activity?.busyCycles)
      return `${name} is busy: hardware ${String(busy)} cycles, estimate ${String(activity?.busyCycles)}`;
  }
  return undefined;
}
