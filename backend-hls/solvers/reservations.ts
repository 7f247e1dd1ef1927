import { at } from "../../ir/index.ts";
import { type Graph, NO_RESOURCE } from "../problem/graph.ts";
import type { OperationId } from "../problem/problem.ts";

/** How many units of each resource are taken in each cycle modulo II. */
export class Reservations {
  private readonly graph: Graph;
  private readonly ii: number;
  private readonly taken: Int32Array;

  constructor(graph: Graph, ii: number) {
    this.graph = graph;
    this.ii = ii;
    this.taken = new Int32Array(graph.problem.resources.length * ii);
  }

  /** True when `op` needs no unit or one is free in `cycle`. */
  isFree(op: OperationId, cycle: number): boolean {
    const resource = at(this.graph.resource, op);
    if (resource === NO_RESOURCE) return true;
    return at(this.taken, this.slot(resource, cycle)) < at(this.graph.problem.resources, resource).units;
  }

  take(op: OperationId, cycle: number): void {
    this.add(op, cycle, 1);
  }

  release(op: OperationId, cycle: number): void {
    this.add(op, cycle, -1);
  }

  private add(op: OperationId, cycle: number, count: number): void {
    const resource = at(this.graph.resource, op);
    if (resource === NO_RESOURCE) return;
    const slot = this.slot(resource, cycle);
    this.taken[slot] = at(this.taken, slot) + count;
  }

  private slot(resource: number, cycle: number): number {
    return resource * this.ii + (((cycle % this.ii) + this.ii) % this.ii);
  }
}
