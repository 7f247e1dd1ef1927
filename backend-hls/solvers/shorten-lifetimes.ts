import { at } from "../../ir/index.ts";
import { type ClockTime, CYCLE, clockTime, cycleOf, psOf } from "../problem/clock-time.ts";
import {
  type Edge,
  type Graph,
  NO_RESOURCE,
  occupiedCycles,
  placeTime,
  readyTime,
} from "../problem/graph.ts";
import type { OperationId } from "../problem/problem.ts";
import { depthOf } from "../problem/verify.ts";
import { LastUses } from "./last-uses.ts";
import { Reservations } from "./reservations.ts";

/** Sweeps over all operations; they alternate in direction and stop early when nothing moves. */
const MAX_SWEEPS = 6;

export interface ShortenOptions {
  readonly ii: number;
  /** Ranks of operations, dependences leading forward except in recurrences. */
  readonly opByRank: ArrayLike<OperationId>;
  /** Operations that must stay where they are, for example arguments that all arrive in cycle 0. */
  readonly isAnchored: (op: OperationId) => boolean;
}

/**
 * Moves operations between their neighbours so that fewer bits wait in registers, without making
 * the schedule deeper: an operation goes late when its result is narrower than what it keeps
 * waiting, and early when it is wider. Local descent: each move is the best one for one operation
 * while the others stand still. Values without cost (constants, indices computed early) end up
 * beside their first use.
 */
export function shortenLifetimes(graph: Graph, start: Float64Array, options: ShortenOptions): Float64Array {
  const mover = new Mover(graph, Float64Array.from(start), options);
  let idleSweeps = 0;
  for (let sweep = 0; sweep < MAX_SWEEPS && idleSweeps < 2; sweep++) {
    const moved = sweep % 2 === 0 ? mover.sweepBackward(options) : mover.sweepForward(options);
    idleSweeps = moved ? 0 : idleSweeps + 1;
  }
  mover.sweepForward({ ...options, isAnchored: () => true });
  return mover.start;
}

class Mover {
  readonly start: Float64Array;
  private readonly graph: Graph;
  private readonly ii: number;
  private readonly depth: number;
  private readonly reservations: Reservations;
  private readonly lastUses: LastUses;

  constructor(graph: Graph, start: Float64Array, { ii }: ShortenOptions) {
    this.graph = graph;
    this.start = start;
    this.ii = ii;
    this.depth = depthOf(graph, start.map(cycleOf));
    this.reservations = new Reservations(graph, ii);
    this.lastUses = new LastUses(graph, start, ii);
    for (let op = 0; op < graph.size; op++) this.reservations.take(op, cycleOf(at(start, op)));
  }

  /** Users first; each one then starts as late within its cycle as it can, to let operands chain. */
  sweepBackward({ opByRank, isAnchored }: ShortenOptions): boolean {
    let moved = false;
    for (let rank = this.graph.size - 1; rank >= 0; rank--) {
      const op = at(opByRank, rank);
      if (!isAnchored(op)) moved = this.improve(op) || moved;
      if (!this.feedsItself(op)) this.start[op] = this.latestWithinCycle(op);
    }
    return moved;
  }

  /** Operands first; each one then starts as early within its cycle as it can, to let users chain. */
  sweepForward({ opByRank, isAnchored }: ShortenOptions): boolean {
    let moved = false;
    for (let rank = 0; rank < this.graph.size; rank++) {
      const op = at(opByRank, rank);
      if (!isAnchored(op)) moved = this.improve(op) || moved;
      const cycleStart = cycleOf(at(this.start, op)) * CYCLE;
      if (!this.feedsItself(op)) this.start[op] = Math.max(this.earliestStart(op), cycleStart);
    }
    return moved;
  }

  /** Moves `op` to its cheapest cycle; false when it is there. */
  private improve(op: OperationId): boolean {
    const current = cycleOf(at(this.start, op));
    const earliest = this.earliestStart(op);
    const keptPs = this.keptPs(op);
    const first = cycleOf(earliest) + (keptPs !== undefined && psOf(earliest) > keptPs ? 1 : 0);
    const last = this.latestCycle(op, keptPs ?? 0);
    this.reservations.release(op, current);
    const best = this.cheapestCycle(op, current, this.candidates(op, first, last));
    this.reservations.take(op, best);
    if (best === current) return false;
    this.start[op] = best === first && keptPs === undefined ? earliest : clockTime(best, keptPs ?? 0);
    this.lastUses.refresh(op);
    return true;
  }

  private cheapestCycle(op: OperationId, current: number, candidates: readonly number[]): number {
    let best = current;
    let bestCost = this.cost(op, current);
    for (const candidate of candidates) {
      const cost = this.cost(op, candidate);
      const isBetter = cost < bestCost || (cost === bestCost && candidate > best && this.isFreeToWait(op));
      if (isBetter) [best, bestCost] = [candidate, cost];
    }
    return best;
  }

  /** Nothing waits for it and it does not cost anything itself: the later the better. */
  private isFreeToWait(op: OperationId): boolean {
    return at(this.graph.incoming, op).length === 0 && at(this.graph.resultBits, op) === 0;
  }

  private earliestStart(op: OperationId): ClockTime {
    let ready = -Infinity;
    for (const edge of at(this.graph.incoming, op)) {
      if (edge.from === op) continue;
      ready = Math.max(
        ready,
        readyTime(this.graph, edge, at(this.start, edge.from)) - this.ii * edge.distance * CYCLE,
      );
    }
    return ready === -Infinity ? 0 : placeTime(this.graph, op, Math.max(ready, 0));
  }

  /** An operation that feeds itself moves by whole cycles only: the place suits its own result. */
  private keptPs(op: OperationId): number | undefined {
    return this.feedsItself(op) ? psOf(at(this.start, op)) : undefined;
  }

  private feedsItself(op: OperationId): boolean {
    return at(this.graph.outgoing, op).some(({ to }) => to === op);
  }

  /** Latest moment in the cycle of `op` that its own delay and its users in the same cycle allow. */
  private latestWithinCycle(op: OperationId): ClockTime {
    const { graph, start, ii } = this;
    const cycleStart = cycleOf(at(start, op)) * CYCLE;
    let latest = cycleStart + graph.periodPs - at(graph.entryPs, op);
    for (const { to, distance, isData } of at(graph.outgoing, op)) {
      const use = at(start, to) + ii * distance * CYCLE;
      const isChained = isData && at(graph.latency, op) === 0 && use < cycleStart + CYCLE;
      if (isChained) latest = Math.min(latest, use - at(graph.exitPs, op));
    }
    return latest;
  }

  /** Last cycle in which a start at `startPs` surely serves all successors. */
  private latestCycle(op: OperationId, startPs: number): number {
    let last = this.depth - occupiedCycles(this.graph, op);
    for (const edge of at(this.graph.outgoing, op)) {
      if (edge.to === op) continue;
      const exitPs = edge.isData ? at(this.graph.exitPs, op) : 0;
      const use = at(this.start, edge.to) + this.ii * edge.distance * CYCLE;
      last = Math.min(last, cycleOf(use - exitPs - startPs) - edge.cycles);
    }
    return last;
  }

  /** The cost is convex and linear in between: its minimum is at an end or where an operand's last use changes. */
  private candidates(op: OperationId, first: number, last: number): number[] {
    const corners = [first, last];
    for (const edge of at(this.graph.incoming, op)) {
      const other = this.lastUses.otherThan(edge);
      if (edge.isData && other !== undefined) corners.push(other - this.ii * edge.distance);
    }
    return corners.flatMap((corner) => this.freeCyclesNear(op, corner, first, last));
  }

  private freeCyclesNear(op: OperationId, corner: number, first: number, last: number): number[] {
    if (last < first) return [];
    const target = Math.min(Math.max(corner, first), last);
    if (at(this.graph.resource, op) === NO_RESOURCE) return [target];
    const found: number[] = [];
    for (let cycle = target; cycle <= Math.min(last, target + this.ii - 1); cycle++) {
      if (this.reservations.isFree(op, cycle)) {
        found.push(cycle);
        break;
      }
    }
    for (let cycle = target - 1; cycle >= Math.max(first, target - this.ii + 1); cycle--) {
      if (this.reservations.isFree(op, cycle)) {
        found.push(cycle);
        break;
      }
    }
    return found;
  }

  /** Register bits per iteration that depend on the cycle of `op`: its result's and its operands'. */
  private cost(op: OperationId, cycle: number): number {
    const lastUse = this.lastUses.of(op);
    const own = lastUse === undefined ? 0 : at(this.graph.resultBits, op) * (lastUse - cycle);
    return at(this.graph.incoming, op).reduce((sum, edge) => sum + this.operandCost(edge, cycle), own);
  }

  private operandCost(edge: Edge, cycle: number): number {
    if (!edge.isData || edge.from === edge.to) return 0;
    const use = cycle + this.ii * edge.distance;
    const waits =
      Math.max(use, this.lastUses.otherThan(edge) ?? -Infinity) - cycleOf(at(this.start, edge.from));
    return at(this.graph.resultBits, edge.from) * waits;
  }
}

/** Register bits that wait per iteration: what {@link shortenLifetimes} makes small. */
export function waitingBits(graph: Graph, start: ArrayLike<number>, ii: number): number {
  let bits = 0;
  for (let op = 0; op < graph.size; op++) {
    const available = at(start, op) + at(graph.latency, op);
    let waits = 0;
    for (const { to, distance, isData } of at(graph.outgoing, op)) {
      if (isData) waits = Math.max(waits, at(start, to) + ii * distance - available);
    }
    bits += waits * at(graph.resultBits, op);
  }
  return bits;
}
