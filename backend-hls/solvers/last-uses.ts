import { at } from "../../ir/index.ts";
import { cycleOf } from "../problem/clock-time.ts";
import type { Edge, Graph } from "../problem/graph.ts";
import type { OperationId } from "../problem/problem.ts";

interface LastUse {
  /** Counted from the iteration that produces the value. */
  readonly cycle: number;
  readonly edge: Edge;
  /** The last use by any other dependence. */
  readonly otherCycle: number | undefined;
}

/** For each result, the last cycle in which it is used, kept up to date while operations move. */
export class LastUses {
  private readonly graph: Graph;
  private readonly start: Float64Array;
  private readonly ii: number;
  private readonly lastUse: (LastUse | undefined)[];

  /** `start` is read again at every refresh: the caller moves operations in place. */
  constructor(graph: Graph, start: Float64Array, ii: number) {
    this.graph = graph;
    this.start = start;
    this.ii = ii;
    this.lastUse = graph.outgoing.map((edges) => this.find(edges));
  }

  of(op: OperationId): number | undefined {
    return this.lastUse[op]?.cycle;
  }

  /** The last use of the result that `edge` carries by any other dependence. */
  otherThan(edge: Edge): number | undefined {
    const last = this.lastUse[edge.from];
    return last?.edge === edge ? last.otherCycle : last?.cycle;
  }

  /** To be called after `op` moved: the last uses of its operands may have changed. */
  refresh(op: OperationId): void {
    for (const edge of at(this.graph.incoming, op)) {
      this.lastUse[edge.from] = this.find(at(this.graph.outgoing, edge.from));
    }
    if (at(this.graph.outgoing, op).some((edge) => edge.to === op))
      this.lastUse[op] = this.find(at(this.graph.outgoing, op));
  }

  private find(edges: readonly Edge[]): LastUse | undefined {
    let last: { cycle: number; edge: Edge } | undefined;
    let otherCycle: number | undefined;
    for (const edge of edges) {
      if (!edge.isData) continue;
      const cycle = cycleOf(at(this.start, edge.to)) + this.ii * edge.distance;
      if (last === undefined || cycle > last.cycle) {
        otherCycle = last?.cycle;
        last = { cycle, edge };
      } else {
        otherCycle = Math.max(cycle, otherCycle ?? -Infinity);
      }
    }
    return last === undefined ? undefined : { ...last, otherCycle };
  }
}
