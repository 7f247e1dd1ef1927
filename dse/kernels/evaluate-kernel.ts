import {
  buildGraph,
  type CellCounts,
  type Device,
  deviceMemory,
  type GraphRequest,
  intervalSentence,
  kernelIntervals,
  type NetworkPlan,
  type PlannedGraph,
  planArea,
  replay,
} from "../../backend-hls/index.ts";
import { at, extentOf, type MemoryParameters, present, type Value } from "../../ir/index.ts";
import type { ChosenLoops } from "./choose-loops.ts";
import type { NestChoice } from "./choose-schedules.ts";
import { type LoopRecipes, recipeOf } from "./loop-recipe.ts";
import { kernelNames } from "./nest-kernels.ts";

/** One loop of a nest as a report shows it; places in the new order, 0 the outermost. */
interface LoopNode {
  readonly dim: string;
  readonly trip: number;
  readonly tile: number;
  readonly unroll: number;
  readonly order: number;
}

/** A nest of a planned design. */
export interface NestNode {
  readonly name: string;
  readonly loops: readonly LoopNode[];
  readonly ii: number;
  readonly depth: number;
  /** Iterations after lanes are taken out. */
  readonly iterations: number;
  readonly why: string;
  /** Banks along each dimension of the arrays that it touches. */
  readonly partition: Readonly<Record<string, readonly number[]>>;
  readonly placement: Readonly<Record<string, string>>;
  readonly fifoDepths: Readonly<Record<string, number>>;
  readonly cells: CellCounts;
}

/** What a planned design of a kernel is; plain data. */
export interface KernelEvaluation {
  readonly recipes: LoopRecipes;
  readonly cells: CellCounts;
  /** From start to done. */
  readonly cycles: number;
  /** Replayed to the cycle, or the schedule's intervals alone where a replay would take long. */
  readonly evidence: "replayed" | "planned";
  /** Float units built, by primitive. */
  readonly units: Readonly<Record<string, number>>;
  readonly nests: readonly NestNode[];
}

/** Iterations above which a design is not replayed. */
const MOST_REPLAYED = 4_000_000;

/** Maps and replays what was chosen. */
export function evaluateKernel(
  { device, clockMhz }: GraphRequest & { readonly device: Device },
  { planned, choices, cycles }: ChosenLoops,
): KernelEvaluation {
  const built = buildGraph(planned);
  const area = planArea(built);
  const replayed = replayLoops({ device, clockMhz }, { planned, cycles });
  return {
    recipes: choices.map(({ candidate }) => (candidate === undefined ? null : recipeOf(candidate.schedule))),
    cells: area.total,
    cycles: replayed ?? cycles,
    evidence: replayed === undefined ? "planned" : "replayed",
    units: unitsOf(choices),
    nests: nestNodes(planned.network, choices, (name) => present(area.kernels.get(name), name)),
  };
}

/** Cycles of a run by replay; undefined where that would take long or streams from outside would have to be played. */
export function replayLoops(
  { device, clockMhz }: { readonly device: Device; readonly clockMhz: number },
  { planned, cycles }: Pick<ChosenLoops, "planned" | "cycles">,
): number | undefined {
  return cycles > MOST_REPLAYED ? undefined : replayRun(planned, device, clockMhz);
}

/** The most units that some nest takes: they share theirs. */
export function unitsOf(choices: readonly NestChoice[]): Readonly<Record<string, number>> {
  const most = new Map<string, number>();
  for (const { candidate } of choices)
    for (const [unit, count] of candidate?.units ?? []) most.set(unit, Math.max(count, most.get(unit) ?? 0));
  return Object.fromEntries([...most].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Cycles of one run, memory included; undefined where streams from outside would have to be played. */
function replayRun({ network, lowered }: PlannedGraph, device: Device, clockMhz: number): number | undefined {
  const [start, finished, ...others] = network.outside.flatMap((value) => network.streams.get(value) ?? []);
  if (start === undefined || finished === undefined || others.length > 0) return undefined;
  const memory = memoryOf(lowered.memory, device, clockMhz);
  const image = new Uint8Array(lowered.memory.bytes);
  const command = hasPhase(at(network.outside, 0)) ? [0n, RUN_PHASE] : [0n];
  const inputs = new Map([[start.name, { elements: [command] }]]);
  const { times } = replay(network, { inputs }, { memories: [{ parameters: memory, image }] });
  const [begun = 0] = times.get(start.name) ?? [];
  const ended = times.get(finished.name)?.[0];
  return ended === undefined ? undefined : ended - begun;
}

/** The start command's phase in which the nests run, arrays on chip. */
const RUN_PHASE = 2n;

function hasPhase({ type }: Value): boolean {
  return type.kind === "stream" && type.element.kind === "bundle" && type.element.fields.length > 1;
}

function memoryOf(
  { bytes, beatBytes }: PlannedGraph["lowered"]["memory"],
  device: Device,
  clockMhz: number,
): MemoryParameters {
  const banks = (device.dram?.banks ?? 0) * (device.dram?.row_bytes ?? 0);
  const depthBeats = 2 ** Math.ceil(Math.log2(Math.max(bytes, banks, 4096) / beatBytes));
  return deviceMemory(device, { depthBeats, addressBits: 32, clockMhz, dataBits: 8 * beatBytes });
}

function nestNodes(
  plan: NetworkPlan,
  choices: readonly NestChoice[],
  cellsOf: (kernel: string) => CellCounts,
): readonly NestNode[] {
  const intervals = new Map(kernelIntervals(plan).map((kernel) => [kernel.name, kernel]));
  const names = kernelNames(choices.map(({ nest }) => nest));
  return choices.flatMap((choice, index) => {
    const name = at(names, index);
    if (name === names[index - 1]) return []; // another statement of the same kernel
    const interval = present(intervals.get(name), name);
    return [
      {
        name,
        loops: loopNodes(choice),
        ii: interval.ii,
        depth: interval.depth,
        iterations: choice.iterations,
        why: intervalSentence(interval.bound),
        ...placesOf(plan, name),
        cells: cellsOf(name),
      },
    ];
  });
}

function loopNodes({ nest: { loops, context }, candidate }: NestChoice): readonly LoopNode[] {
  const order = candidate?.schedule.order ?? loops.map((_, place) => place);
  return loops.map(({ counter }, place) => {
    const unroll = candidate?.lanes[place] ?? 1;
    return {
      dim: counter.name,
      trip: extentOf([...context, ...loops.slice(0, place + 1)]) ?? 1,
      tile: candidate?.schedule.tiles?.get(place) ?? unroll,
      unroll,
      order: order.indexOf(place),
    };
  });
}

/** Banks and storage of the arrays that a kernel touches, and the depths of the queues that it writes. */
function placesOf(plan: NetworkPlan, name: string): Pick<NestNode, "partition" | "placement" | "fifoDepths"> {
  const { connections } = present(
    plan.kernels.find((kernel) => kernel.name === name),
    name,
  );
  const buffers = connections.flatMap((value) => plan.buffers.get(value) ?? []);
  const streams = connections.flatMap((value) => plan.streams.get(value) ?? []);
  return {
    partition: Object.fromEntries(buffers.map(({ name: array, layout }) => [array, [...layout.factors]])),
    placement: Object.fromEntries(buffers.map(({ name: array, layout }) => [array, layout.storage])),
    fifoDepths: Object.fromEntries(streams.map(({ name: stream, depth }) => [stream, depth])),
  };
}
