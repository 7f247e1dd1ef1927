import {
  commandIterations,
  type Phase,
  type PlannedGraph,
  type PlannedKernel,
  startFields,
} from "../../backend-hls/index.ts";
import { at, type MemoryParameters, present, type Value } from "../../ir/index.ts";

import { type ArraySize, MemoryBursts } from "./memory-bursts.ts";

/** What a start of a graph of loops takes, by what it is asked for; without phases everything is `run`. */
export type PhaseCycles = Readonly<Record<Phase, number>>;

/** Cycles of a queue, and from a command being taken to the first iteration. */
const QUEUE = 1;
const TAKE = 1;
/** From the start pulse to the first step of the program, and from its last step to the end of the run. */
const BEGIN = 2;
const END = 2;

/** One step of the program: a kernel that runs once. */
interface Task {
  readonly kernel: PlannedKernel;
  readonly phase: Phase;
  readonly kind: "nest" | "load" | "store";
  readonly iterations: number;
  readonly touched: readonly Value[];
  readonly written: readonly Value[];
}

/**
 * Cycles of a function of loops in closed form, from intervals, depths and trip counts of its scheduled kernels: the program's steps
 * in order, each begun when what it waits for has ended, arrays moved at a cell a cycle or as the port gives beats.
 */
export function graphCycles(planned: PlannedGraph, memory: MemoryParameters, start = 0): PhaseCycles {
  const { lowered } = planned;
  const tasks = tasksOf(planned);
  const hasPhases = startFields(lowered.schedule).length > 1;
  const walk = (asked: Phase): number => walkTasks({ tasks, asked, memory, hasPhases, start });
  return {
    load: hasPhases ? walk("load") : 0,
    run: walk("run"),
    unload: hasPhases ? walk("unload") : 0,
  };
}

function tasksOf({ network, lowered }: PlannedGraph): readonly Task[] {
  const onChip = new Set(
    lowered.memory.regions.flatMap((region) =>
      region.kind !== "cache" && (region.kind === "weight" || region.interface === "ram")
        ? [`load_${region.name}`, `store_${region.name}`]
        : [],
    ),
  );
  const hasPhases = startFields(lowered.schedule).length > 1;
  return network.kernels.flatMap((kernel): readonly Task[] => {
    const { graph } = kernel.scheduled;
    if (network.outside.includes(commandOf(kernel))) return []; // the program itself
    const burst = network.bursts.find(({ data }) => kernel.connections.includes(data));
    const kind = burst === undefined ? "nest" : burst.kind === "read" ? "load" : "store";
    const isApart = hasPhases && onChip.has(kernel.name);
    const arrays = (effect?: "store"): readonly Value[] => [
      ...new Set(
        graph.nodes.flatMap(({ op }) => {
          if (op.kind !== "store" && (op.kind !== "load" || effect === "store")) return [];
          const { shared } = at(graph.arrays, op.array);
          return shared === undefined ? [] : [at(kernel.connections, shared)];
        }),
      ),
    ];
    return [
      {
        kernel,
        kind,
        phase: !isApart ? "run" : kind === "load" ? "load" : "unload",
        iterations: commandIterations(graph),
        touched: arrays(),
        written: arrays("store"),
      },
    ];
  });
}

function commandOf({ connections, scheduled: { graph } }: PlannedKernel): Value {
  return at(connections, graph.command.argument);
}

interface Walk {
  readonly tasks: readonly Task[];
  readonly asked: Phase;
  readonly memory: MemoryParameters;
  readonly hasPhases: boolean;
  readonly start: number;
}

/** The program's steps one after the other; those of other phases pass in a cycle. */
function walkTasks({ tasks, asked, memory, hasPhases, start }: Walk): number {
  const ready = new Map<Value, number>();
  const port = new MemoryBursts(memory);
  let [time, turn, last] = [start + BEGIN, 0, 0];
  for (const task of tasks) {
    time += 1;
    if (task.phase !== asked) continue;
    const { kernel, kind, touched, written } = task;
    if (kind === "load") {
      port.load(time + QUEUE, sizeOf(task), (end) => {
        for (const array of written) ready.set(array, end + behind(kernel));
        last = Math.max(last, end + behind(kernel));
      });
      continue;
    }
    port.settle();
    time = Math.max(time, ...touched.map((array) => ready.get(array) ?? 0), kind === "nest" ? turn : 0);
    const end = kind === "nest" ? nestEnd(task, time) : storeEnd(task, time, port);
    for (const array of written) ready.set(array, end);
    if (kind === "nest") turn = end;
    last = Math.max(last, end);
  }
  port.settle();
  const betweenPhases = hasPhases ? 2 : 0;
  return Math.round(Math.max(time + 1, last) + betweenPhases + END) - start;
}

/** When the program sees the end of a nest that it starts at `time`. */
function nestEnd({ kernel, iterations }: Task, time: number): number {
  const { schedule, exclusive } = kernel.scheduled;
  const pacing = schedule.ii > 1 && !exclusive ? (schedule.ii - 1) / 2 : 0; // on the average: the interval's beat goes on
  return time + QUEUE + TAKE + pacing + (iterations - 1) * schedule.ii + behind(kernel);
}

/** The same of a store, which memory acknowledges. */
function storeEnd(task: Task, time: number, port: MemoryBursts): number {
  const { kernel, iterations } = task;
  const { ii, depthCycles } = kernel.scheduled.schedule;
  const { cells, bits } = sizeOf(task);
  return port.store(time + QUEUE + TAKE + (iterations - 1) * ii + depthCycles, { cells, bits });
}

/** From a kernel's last iteration to the program that waits for it. */
function behind({ scheduled: { graph, schedule } }: PlannedKernel): number {
  const done = graph.nodes.find(({ op }) => op.kind === "done");
  return (done === undefined ? schedule.depthCycles : at(schedule.start, done.id)) + QUEUE;
}

function sizeOf({ kernel, iterations }: Task): ArraySize {
  const { graph } = kernel.scheduled;
  const array = graph.arrays.find(({ shared }) => shared !== undefined);
  return { cells: iterations, bits: present(array, "the array that is moved").width };
}
