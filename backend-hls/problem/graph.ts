import { at } from "../../ir/index.ts";
import { type ClockTime, CYCLE, cycleOf } from "./clock-time.ts";
import type { OperationId, OperatorType, Problem } from "./problem.ts";

/** A checked problem with names resolved and neighbours indexed: what the solvers work on. */
export interface Graph {
  readonly problem: Problem;
  readonly size: number;
  readonly periodPs: number;
  /** By operation. */
  readonly latency: Int32Array;
  /** Delay that must fit into the rest of the start cycle, by operation. */
  readonly entryPs: Float64Array;
  /** Delay in the cycle in which the result becomes available, by operation. */
  readonly exitPs: Float64Array;
  /** Index into `problem.resources` or {@link NO_RESOURCE}, by operation. */
  readonly resource: Int32Array;
  readonly resultBits: Float64Array;
  readonly edges: readonly Edge[];
  readonly outgoing: readonly (readonly Edge[])[];
  readonly incoming: readonly (readonly Edge[])[];
}

export const NO_RESOURCE = -1;

export interface Edge {
  readonly from: OperationId;
  readonly to: OperationId;
  readonly distance: number;
  /** From the start cycle of `from` to the cycle in which `to` may start. */
  readonly cycles: number;
  /** True when the value also takes `exitPs` within that cycle. */
  readonly isData: boolean;
}

/** Indexes a problem that {@link checkProblem} accepts. */
export function buildGraph(problem: Problem): Graph {
  const size = problem.operations.length;
  const typeByName = new Map(problem.types.map((type) => [type.name, type]));
  const types = problem.operations.map((op) => mustGet(typeByName, op.type));
  const resourceByName = new Map(problem.resources.map((resource, index) => [resource.name, index]));
  const outgoing: Edge[][] = Array.from({ length: size }, () => []);
  const incoming: Edge[][] = Array.from({ length: size }, () => []);
  const edges = problem.dependences.map((dependence): Edge => {
    const { from, to, distance, kind } = dependence;
    const cycles = kind === "data" ? at(types, from).latencyCycles : dependence.minCycles;
    return { from, to, distance, cycles, isData: kind === "data" };
  });
  for (const edge of edges) {
    at(outgoing, edge.from).push(edge);
    at(incoming, edge.to).push(edge);
  }
  return {
    problem,
    size,
    edges,
    outgoing,
    incoming,
    periodPs: problem.periodPs,
    latency: Int32Array.from(types, (type) => type.latencyCycles),
    entryPs: Float64Array.from(types, entryDelayPs),
    exitPs: Float64Array.from(types, (type) => type.outputDelayPs),
    resource: Int32Array.from(types, ({ resource }) =>
      resource === undefined ? NO_RESOURCE : mustGet(resourceByName, resource),
    ),
    resultBits: Float64Array.from(problem.operations, (op) => op.resultBits ?? 1),
  };
}

/** The delay of an operation that must fit into the rest of the cycle it starts in. */
export function entryDelayPs(type: OperatorType): number {
  return type.latencyCycles === 0 ? type.outputDelayPs : type.inputDelayPs;
}

/** Earliest moment at which `edge.to` may start when `edge.from` starts at `start`, same iteration. */
export function readyTime(graph: Graph, edge: Edge, start: ClockTime): ClockTime {
  if (!edge.isData) return (cycleOf(start) + edge.cycles) * CYCLE;
  if (edge.cycles === 0) return start + at(graph.exitPs, edge.from);
  return (cycleOf(start) + edge.cycles) * CYCLE + at(graph.exitPs, edge.from);
}

/** The first moment from `ready` on at which an operation's delay fits into the cycle. */
export function placeTime(graph: Graph, op: OperationId, ready: ClockTime): ClockTime {
  const cycle = Math.floor(ready / CYCLE);
  const ps = ready - cycle * CYCLE;
  return ps + at(graph.entryPs, op) <= graph.periodPs ? ready : (cycle + 1) * CYCLE;
}

/** Cycles that an operation occupies: its latency, and one when combinational. */
export function occupiedCycles(graph: Graph, op: OperationId): number {
  return Math.max(at(graph.latency, op), 1);
}

function mustGet<V>(map: ReadonlyMap<string, V>, key: string): V {
  const value = map.get(key);
  if (value === undefined)
    throw new RangeError(`"${key}" is not declared: check the problem before solving it`);
  return value;
}
