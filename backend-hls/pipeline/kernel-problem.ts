import { at } from "../../ir/index.ts";
import type { KernelGraph, KernelNode, Linear, NodeId } from "../kernel/node.ts";
import type { Characteristics } from "../library/operator.ts";
import type { OperatorLibrary } from "../library/operator-library.ts";
import type { Dependence, OperatorType, Problem, Resource } from "../problem/problem.ts";
import { characterizeNode } from "./characterize-node.ts";
import { findMeeting } from "./dependence.ts";
import { guardFacts } from "./guard-facts.ts";
import { guardedLoops } from "./guarded-loops.ts";

/** A kernel as a scheduling problem, with the timing of its nodes. */
export interface KernelProblem {
  readonly problem: Problem;
  readonly timing: readonly Characteristics[];
  /** Whether some order between accesses of different commands had to be respected. */
  readonly crossesCommands: boolean;
}

/** Operations are the kernel's nodes, in their order; resources are the ports of memory banks and, where the kernel need not begin an iteration every cycle, float units. */
export function kernelProblem(
  library: OperatorLibrary,
  graph: KernelGraph,
  acrossCommands: boolean,
): KernelProblem {
  const timing = graph.nodes.map((node) => characterizeNode(library, graph, node));
  const types = new Map<string, OperatorType>();
  const resources = new Map<string, Resource>();
  const units = sharedUnits(graph, timing);
  const operations = graph.nodes.map((node, id) => {
    const unit = node.op.kind === "float" ? units.get(node.op.primitive) : undefined;
    const resource = unit?.name ?? portOf(graph, node);
    if (resource !== undefined)
      resources.set(resource, unit ?? { name: resource, units: portsOf(graph, node) });
    const { latencyCycles, inputDelayPs, outputDelayPs } = at(timing, id);
    const type = `${String(latencyCycles)}_${String(inputDelayPs)}_${String(outputDelayPs)}${resource === undefined ? "" : `_${resource}`}`;
    types.set(type, {
      name: type,
      latencyCycles,
      inputDelayPs,
      outputDelayPs,
      ...(resource === undefined ? {} : { resource }),
    });
    return {
      id,
      name: `${node.op.kind}${String(id)}`,
      type,
      resultBits: node.op.kind === "constant" ? 0 : node.width,
    };
  });
  const memory = memoryOrder(graph, acrossCommands);
  const problem: Problem = {
    operations,
    types: [...types.values()],
    resources: [...resources.values()],
    dependences: [...dataDependences(graph), ...memory.dependences, ...tokenOrder(graph)],
    periodPs: library.usablePeriodPs,
  };
  return { problem, timing, crossesCommands: memory.crossesCommands };
}

/** Float units of a kernel with time to share them: as few as its uses need in `targetIi` cycles. */
function sharedUnits(
  { nodes, targetIi }: KernelGraph,
  timing: readonly Characteristics[],
): ReadonlyMap<string, Resource> {
  const uses = new Map<string, number>();
  if (targetIi > 1) {
    for (const { id, op } of nodes) {
      if (op.kind === "float" && at(timing, id).latencyCycles > 0)
        uses.set(op.primitive, (uses.get(op.primitive) ?? 0) + 1);
    }
  }
  return new Map(
    [...uses].map(([name, count]) => [name, { name: `unit_${name}`, units: Math.ceil(count / targetIi) }]),
  );
}

/** The bank port that an access occupies; registers can be read any number of times. */
function portOf(graph: KernelGraph, { op }: KernelNode): string | undefined {
  if (op.kind === "store") return `write_${at(graph.arrays, op.array).name}_${String(op.bank)}`;
  if (op.kind !== "load" || at(graph.layouts, op.array).storage === "reg") return undefined;
  return `read_${at(graph.arrays, op.array).name}_${String(op.bank)}`;
}

/** How many accesses the bank port takes at a time. */
function portsOf(graph: KernelGraph, { op }: KernelNode): number {
  return op.kind === "load" ? at(graph.layouts, op.array).readPorts : 1;
}

function dataDependences(graph: KernelGraph): readonly Dependence[] {
  return graph.nodes.flatMap((node) => {
    const sources = node.predicate === undefined ? node.args : [...node.args, node.predicate];
    return [...new Set(sources)].map(
      (from): Dependence => ({ kind: "data", from, to: node.id, distance: 0 }),
    );
  });
}

/**
 * A token says that the accesses before it have been made: whoever receives it may read what was stored, and overwrite what
 * was loaded. So `done` and elements without data stand behind every access of a shared array that comes before them, in
 * their own iteration and in earlier ones.
 */
function tokenOrder(graph: KernelGraph): readonly Dependence[] {
  const accesses = graph.nodes.filter(
    ({ op }) =>
      (op.kind === "load" || op.kind === "store") && at(graph.arrays, op.array).shared !== undefined,
  );
  return graph.nodes
    .filter((node) => isToken(graph, node))
    .flatMap((token) =>
      accesses.map(
        ({ id }): Dependence => ({
          kind: "order",
          from: id,
          to: token.id,
          distance: id < token.id ? 0 : 1, // what an earlier iteration does behind its token
          minCycles: 0,
        }),
      ),
    );
}

function isToken(graph: KernelGraph, { op }: KernelNode): boolean {
  return op.kind === "done" || (op.kind === "write" && at(graph.streams, op.stream).width === 0);
}

interface MemoryAccess {
  readonly id: number;
  readonly predicate: NodeId | undefined;
  readonly kind: "load" | "store";
  readonly subscripts: readonly Linear[];
  /** What its guard says of the counters. */
  readonly facts: readonly Linear[];
}

/** A written word can be read a cycle later; a word may be overwritten in the cycle in which it is read. */
function cyclesBetween(first: MemoryAccess): number {
  return first.kind === "store" ? 1 : 0;
}

interface MemoryOrder {
  readonly dependences: readonly Dependence[];
  readonly crossesCommands: boolean;
}

function memoryOrder(graph: KernelGraph, acrossCommands: boolean): MemoryOrder {
  const orders = accessesByBank(graph).flatMap((accesses) =>
    orderedPairs(accesses).map((pair) => orderOfPair(graph, pair, acrossCommands)),
  );
  return {
    dependences: orders.flatMap((order) => order.dependences),
    crossesCommands: orders.some((order) => order.crossesCommands),
  };
}

/** Accesses of each bank in program order. */
function accessesByBank(graph: KernelGraph): readonly (readonly MemoryAccess[])[] {
  const banks = new Map<string, MemoryAccess[]>();
  for (const { id, op, predicate } of graph.nodes) {
    if (op.kind !== "load" && op.kind !== "store") continue;
    const key = `${String(op.array)}:${String(op.bank)}`;
    const list = banks.get(key) ?? [];
    banks.set(key, list);
    list.push({
      id,
      predicate,
      kind: op.kind,
      subscripts: op.subscripts,
      facts: guardFacts(graph, predicate),
    });
  }
  return [...banks.values()];
}

type Pair = readonly [MemoryAccess, MemoryAccess];

/** All pairs of which at least one is a store. */
function orderedPairs(accesses: readonly MemoryAccess[]): readonly Pair[] {
  return accesses.flatMap((first) =>
    accesses
      .filter((second) => first.kind === "store" || second.kind === "store")
      .map((second): Pair => [first, second]),
  );
}

/** What must come between `first` and `second`, in the same iteration and in later ones. */
function orderOfPair(graph: KernelGraph, [first, second]: Pair, acrossCommands: boolean): MemoryOrder {
  const minCycles = cyclesBetween(first);
  const loops = guardedLoops(graph, first.predicate);
  const meeting = findMeeting(loops, first, second, acrossCommands);
  const ends = { kind: "order" as const, from: first.id, to: second.id, minCycles };
  const same: readonly Dependence[] =
    meeting.sameIteration && first.id < second.id ? [{ ...ends, distance: 0 }] : [];
  if (meeting.carried === undefined || first === second) return { dependences: same, crossesCommands: false }; // a pipeline keeps the order of one operation's starts
  const crossesCommands =
    acrossCommands && findMeeting(loops, first, second, false).carried !== meeting.carried;
  return { dependences: [...same, { ...ends, distance: meeting.carried }], crossesCommands };
}
