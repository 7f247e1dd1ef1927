import { at } from "../../ir/index.ts";
import { type KernelGraph, type KernelNode, mostTrips, type NodeId } from "../kernel/node.ts";
import type { OperatorLibrary } from "../library/operator-library.ts";
import { streamUses } from "../pipeline/ports.ts";
import type { ScheduledKernel } from "../pipeline/schedule-kernel.ts";
import { pipelinedPrimitive } from "../primitives/pipelined-primitive.ts";
import { addCells, type CellCounts, NO_CELLS } from "./counts.ts";
import { bankArea } from "./storage-area.ts";

/** One scheduled kernel: units, pipeline registers, its own banks, issue control. */
export function kernelArea(
  library: OperatorLibrary,
  kernel: ScheduledKernel,
  depthOf: (argument: number) => number,
): CellCounts {
  const parts = [
    floatUnits(library, kernel),
    operators(kernel),
    pipelineCells(kernel),
    ownBanks(library, kernel.graph),
    controlArea(kernel, depthOf),
  ];
  return parts.reduce<CellCounts>((sum, part) => addCells(sum, part), NO_CELLS);
}

/** Float units as binding makes them: operations of one kind that start in different slots of the interval share one. */
function floatUnits(library: OperatorLibrary, { graph, schedule }: ScheduledKernel): CellCounts {
  const slots = new Map<string, number>();
  let sum = NO_CELLS;
  const unitCounts = new Map<string, number>();
  for (const { id, op } of graph.nodes) {
    if (op.kind !== "float") continue;
    const { characteristics } = pipelinedPrimitive(library, op.primitive);
    const slot = `${op.primitive}@${String(at(schedule.start, id) % schedule.ii)}`;
    const inSlot = (slots.get(slot) ?? 0) + 1;
    slots.set(slot, inSlot);
    const isNew = characteristics.latencyCycles === 0 || inSlot > (unitCounts.get(op.primitive) ?? 0);
    if (isNew) unitCounts.set(op.primitive, inSlot);
    sum = addCells(sum, isNew ? characteristics.area : { lut: SHARING_LUTS });
  }
  return sum;
}

/** Selection in front of a shared unit: two operands of 32 bits. */
const SHARING_LUTS = 64;

/** Integer operators, each with a unit of its own. */
function operators({ graph, timing }: ScheduledKernel): CellCounts {
  return graph.nodes.reduce<CellCounts>(
    (sum, { id, op }) => (op.kind === "float" ? sum : addCells(sum, at(timing, id).area)),
    NO_CELLS,
  );
}

/** A chain of registers at least this long without a tap becomes shift-register LUTs of 32 stages (Yosys `shreg -minlen 3`). */
const SHIFT_REGISTER = { least: 3, stages: 32 } as const;

/** What carries values from the cycle in which they appear to those in which they are used; one chain serves all users. */
function pipelineCells(kernel: ScheduledKernel): Pick<CellCounts, "lut" | "ff"> {
  const { graph, schedule, timing } = kernel;
  const uses = new Map<NodeId, Set<number>>();
  for (const node of graph.nodes) {
    for (const source of sourcesOf(node))
      uses.set(source, (uses.get(source) ?? new Set()).add(at(schedule.start, node.id)));
  }
  let [lut, ff] = [0, 2 * schedule.depthCycles];
  const chain = (width: number, length: number): void => {
    if (length >= SHIFT_REGISTER.least) lut += width * Math.ceil(length / SHIFT_REGISTER.stages);
    else ff += width * length;
  };
  for (const { id, op, width } of graph.nodes) {
    if (op.kind === "constant") continue;
    const { latencyCycles } = at(timing, id);
    if (op.kind === "binary" || op.kind === "compare" || op.kind === "select") ff += width * latencyCycles;
    let reached = at(schedule.start, id) + latencyCycles;
    for (const use of [...(uses.get(id) ?? [])].toSorted((x, y) => x - y)) {
      if (use <= reached) continue;
      chain(width, use - reached);
      reached = use;
    }
  }
  return { lut, ff };
}

function sourcesOf({ args, predicate }: KernelNode): readonly NodeId[] {
  return predicate === undefined ? args : [...args, predicate];
}

/** Arrays that only this kernel uses. */
function ownBanks(library: OperatorLibrary, graph: KernelGraph): CellCounts {
  return graph.arrays.reduce((sum, { shared, width }, index) => {
    const layout = at(graph.layouts, index);
    return shared === undefined
      ? addCells(sum, bankArea(library, width, layout, { readers: 1, writers: 1 }), layout.banks)
      : sum;
  }, NO_CELLS);
}

/** Command fields, loop counters (compare, increment, reset) and a credit counter for every written queue. */
function controlArea(
  { graph, schedule }: ScheduledKernel,
  depthOf: (argument: number) => number,
): CellCounts {
  const fields = graph.fields.reduce((sum, width) => sum + width, 0);
  const counters = graph.loops.reduce((sum, loop) => sum + bitsOf(mostTrips(loop)), 0);
  const credits = streamUses(graph).reduce(
    (sum, { direction, stream }) =>
      sum + (direction === "read" ? 0 : bitsOf(depthOf(at(graph.streams, stream).argument))),
    0,
  );
  const pace = schedule.ii > 1 ? bitsOf(schedule.ii) : 0;
  return {
    lut: 3 * counters + 2 * credits + 2 * pace + 16,
    ff: fields + counters + credits + pace + 4,
    dsp: 0,
    bram18: 0,
  };
}

function bitsOf(value: number): number {
  return Math.max(1, value.toString(2).length);
}
