import { at } from "../../ir/index.ts";
import { type ClockTime, CYCLE, cycleOf } from "../problem/clock-time.ts";
import { type Edge, type Graph, placeTime, readyTime } from "../problem/graph.ts";
import type { OperationId } from "../problem/problem.ts";
import type { Component, RankedOperations } from "./components.ts";

/** No cycle modulo II has been chosen for the operation yet. */
const UNPINNED = -1;

/**
 * The earliest start of every operation at one initiation interval: the least solution of all
 * dependences, chaining included, and of the cycles modulo II that were pinned so far.
 *
 * Every rule has the form "not before a monotone function of another start", so that the least
 * solution is found by raising starts until nothing changes (Bellman-Ford on clock times), one
 * recurrence after the other. A recurrence that does not settle within a number of trips that any
 * solvable one needs has no solution: the state is then left as it was.
 */
export class EarliestTimes {
  readonly start: Float64Array;
  readonly ii: number;
  /** Dependences looked at so far: the measure of work that searches budget with. */
  work = 0;
  private readonly graph: Graph;
  private readonly ranked: RankedOperations;
  private readonly residue: Int32Array;
  private readonly dirty: Uint8Array;
  /** The dependence that last raised an operation by a cycle, for finding the recurrence that diverges. */
  private readonly raisedBy: (Edge | undefined)[];
  private lastDirty = 0;
  private redoFrom = Infinity;
  private readonly trailOps: number[] = [];
  private readonly trailStarts: number[] = [];

  constructor(graph: Graph, ranked: RankedOperations, ii: number) {
    this.graph = graph;
    this.ranked = ranked;
    this.ii = ii;
    this.start = new Float64Array(graph.size);
    this.residue = new Int32Array(graph.size).fill(UNPINNED);
    this.dirty = new Uint8Array(graph.size);
    this.raisedBy = Array.from({ length: graph.size }, () => undefined);
  }

  /** Settles all operations; false when a recurrence does not fit the interval. */
  settleAll(): boolean {
    this.dirty.fill(1);
    return this.settle(0, this.graph.size - 1) === undefined;
  }

  /** Settles one component as if it stood alone; a diverging cycle of dependences when it cannot. */
  settleComponent(component: number): readonly Edge[] | undefined {
    const { firstRank, lastRank } = at(this.ranked.components, component);
    this.dirty.fill(1, firstRank, lastRank + 1);
    const diverging = this.settle(firstRank, lastRank, lastRank);
    return diverging === undefined ? undefined : this.traceCycle(diverging);
  }

  /** Binds an operation to a cycle modulo II; false, and nothing changed, when that is impossible. */
  pin(op: OperationId, residue: number): boolean {
    const mark = this.mark();
    this.residue[op] = residue;
    this.raise(op, at(this.start, op), undefined);
    const rank = at(this.ranked.rankByOp, op);
    this.dirty[rank] = 1;
    if (this.settle(rank, rank) === undefined) return true;
    this.unpin(op, mark);
    return false;
  }

  /** A moment to return to with {@link unpin}. */
  mark(): number {
    return this.trailOps.length;
  }

  /** Takes back the pin of `op` and everything since `mark`. */
  unpin(op: OperationId, mark: number): void {
    while (this.trailOps.length > mark) {
      const raised = this.trailOps.pop();
      const start = this.trailStarts.pop();
      if (raised !== undefined && start !== undefined) this.start[raised] = start;
    }
    this.residue[op] = UNPINNED;
  }

  /** Settles the components from that of rank `low` on; an operation of one that diverges, if any. */
  private settle(low: number, high: number, limit = this.graph.size - 1): OperationId | undefined {
    this.lastDirty = high;
    for (let rank = low; rank <= this.lastDirty; ) {
      const component = at(this.ranked.components, this.componentAt(rank));
      const diverging = this.circle(component, rank, limit);
      if (diverging !== undefined) {
        this.dirty.fill(0, component.firstRank, Math.max(this.lastDirty, component.lastRank) + 1);
        return diverging;
      }
      rank = component.lastRank + 1;
    }
    return undefined;
  }

  /** Goes through the dirty ranks of one component again and again until there are none. */
  private circle(component: Component, from: number, limit: number): OperationId | undefined {
    let begin = from;
    for (let trip = 0; begin <= component.lastRank; trip++) {
      if (trip > 4 * component.backEdges + 8) return at(this.ranked.opByRank, begin);
      this.redoFrom = Infinity;
      for (let rank = begin; rank <= component.lastRank; rank++) {
        if (at(this.dirty, rank) === 0) continue;
        this.dirty[rank] = 0;
        this.relax(rank, limit);
      }
      begin = this.redoFrom;
    }
    return undefined;
  }

  /** Raises the successors of the operation at `rank`, up to rank `limit`. */
  private relax(rank: number, limit: number): void {
    const op = at(this.ranked.opByRank, rank);
    const edges = at(this.graph.outgoing, op);
    this.work += edges.length;
    for (const edge of edges) {
      const target = at(this.ranked.rankByOp, edge.to);
      if (target > limit) continue;
      const ready = readyTime(this.graph, edge, at(this.start, op)) - this.ii * edge.distance * CYCLE;
      if (!this.raise(edge.to, ready, edge)) continue;
      this.dirty[target] = 1;
      if (target <= rank) this.redoFrom = Math.min(this.redoFrom, target);
      else this.lastDirty = Math.max(this.lastDirty, target);
    }
  }

  /** Moves a start to the first allowed moment from `ready` on; false when it is there already. */
  private raise(op: OperationId, ready: ClockTime, edge: Edge | undefined): boolean {
    const before = at(this.start, op);
    if (edge !== undefined && ready <= before) return false;
    const placed = this.alignToPin(op, placeTime(this.graph, op, ready));
    if (placed <= before) return false;
    this.trailOps.push(op);
    this.trailStarts.push(before);
    this.start[op] = placed;
    if (cycleOf(placed) > cycleOf(before)) this.raisedBy[op] = edge;
    return true;
  }

  private alignToPin(op: OperationId, time: ClockTime): ClockTime {
    const residue = at(this.residue, op);
    if (residue === UNPINNED) return time;
    const cycle = Math.floor(time / CYCLE);
    const wait = (((residue - cycle) % this.ii) + this.ii) % this.ii;
    return wait === 0 ? time : (cycle + wait) * CYCLE;
  }

  private componentAt(rank: number): number {
    return at(this.ranked.componentByOp, at(this.ranked.opByRank, rank));
  }

  /** Follows the dependences that raised a diverging operation back until they close. */
  private traceCycle(diverging: OperationId): readonly Edge[] {
    const seen = new Map<OperationId, number>();
    const path: Edge[] = [];
    for (let op = diverging; !seen.has(op); ) {
      seen.set(op, path.length);
      const edge = this.raisedBy[op];
      if (edge === undefined) return [];
      path.push(edge);
      op = edge.from;
    }
    const last = at(path, path.length - 1);
    return path.slice(seen.get(last.from)).reverse();
  }
}
