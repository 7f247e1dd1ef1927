import { at, bitWidth, type Value } from "../../../ir/index.ts";
import { hasEffect, type KernelGraph, type KernelNode, type NodeId } from "../../kernel/node.ts";
import type { NetworkPlan, PlannedKernel } from "../../network/plan-network.ts";

/** What of one kernel decides when something happens: its guards, and what it hands on to other kernels' commands and to bursts. */
interface KernelNeeds {
  /** Nodes of an iteration, in their order; effects among them. */
  readonly nodes: ReadonlySet<NodeId>;
}

/** What of a network's values decides about its times. */
export interface NetworkNeeds {
  readonly kernels: readonly KernelNeeds[];
  /** Fields of a stream's elements, by place; a stream that is not here carries data only. */
  readonly streams: ReadonlyMap<Value, ReadonlySet<number>>;
  /** Shared arrays, by the schedule's value. */
  readonly arrays: ReadonlySet<Value>;
}

/** Widths of the fields of a stream's elements; one field where it is no bundle. */
export function fieldWidths(stream: Value): readonly number[] {
  if (stream.type.kind !== "stream") return [];
  const { element } = stream.type;
  return element.kind === "bundle" ? element.fields.map(bitWidth) : [bitWidth(element)];
}

/**
 * Commands decide trip counts and guards, requests decide bursts, and all of these are made by few operations: they are
 * followed backwards over queues and arrays. What is left out, nearly everything, only computes.
 */
export function networkNeeds(plan: NetworkPlan): NetworkNeeds {
  return new NeedsFinder(plan).find();
}

class NeedsFinder {
  readonly #plan: NetworkPlan;
  readonly #kernels: readonly Set<NodeId>[];
  readonly #streams = new Map<Value, Set<number>>();
  readonly #arrays = new Set<Value>();
  readonly #localArrays: readonly Set<number>[];
  #grew = true;

  constructor(plan: NetworkPlan) {
    this.#plan = plan;
    this.#kernels = plan.kernels.map(() => new Set<NodeId>());
    this.#localArrays = plan.kernels.map(() => new Set<number>());
  }

  find(): NetworkNeeds {
    for (const { requests } of this.#plan.bursts) {
      fieldWidths(requests).forEach((_, field) => {
        this.#field(requests, field);
      });
    }
    while (this.#grew) {
      this.#grew = false;
      this.#plan.kernels.forEach((kernel, index) => {
        this.#kernel(kernel, index);
      });
    }
    return {
      kernels: this.#kernels.map((nodes) => ({ nodes })),
      streams: this.#streams,
      arrays: this.#arrays,
    };
  }

  #field(stream: Value, field: number): void {
    const fields = this.#streams.get(stream) ?? new Set<number>();
    this.#streams.set(stream, fields);
    if (fields.has(field)) return;
    fields.add(field);
    this.#grew = true;
  }

  #kernel(kernel: PlannedKernel, index: number): void {
    const { graph } = kernel.scheduled;
    for (const { trip } of graph.loops)
      if (trip.kind === "field") this.#field(at(kernel.connections, graph.command.argument), trip.index);
    for (const node of graph.nodes) if (hasEffect(node)) this.#effect(kernel, index, node);
  }

  /** Guards of streams always; a value only where somebody needs it. */
  #effect(kernel: PlannedKernel, index: number, node: KernelNode): void {
    const { graph } = kernel.scheduled;
    const { op } = node;
    if (op.kind === "store") {
      if (this.#hasArray(kernel, index, op.array)) this.#node(kernel, index, node.id);
      return;
    }
    if (op.kind === "done") return;
    if (node.predicate !== undefined && (op.kind === "read" || op.kind === "write"))
      this.#node(kernel, index, node.predicate);
    if (op.kind !== "write") return;
    const stream = at(kernel.connections, at(graph.streams, op.stream).argument);
    const wanted = this.#streams.get(stream);
    if (wanted === undefined || wanted.size === 0) return;
    this.#kernels[index]?.add(node.id);
    for (const id of argumentsOf(graph, node, fieldWidths(stream), wanted)) this.#node(kernel, index, id);
  }

  #hasArray(kernel: PlannedKernel, index: number, array: number): boolean {
    const { shared } = at(kernel.scheduled.graph.arrays, array);
    return shared === undefined
      ? at(this.#localArrays, index).has(array)
      : this.#arrays.has(at(kernel.connections, shared));
  }

  #array(kernel: PlannedKernel, index: number, array: number): void {
    if (this.#hasArray(kernel, index, array)) return;
    this.#grew = true;
    const { shared } = at(kernel.scheduled.graph.arrays, array);
    if (shared === undefined) at(this.#localArrays, index).add(array);
    else this.#arrays.add(at(kernel.connections, shared));
  }

  #node(kernel: PlannedKernel, index: number, id: NodeId): void {
    const nodes = at(this.#kernels, index);
    if (nodes.has(id)) return;
    nodes.add(id);
    this.#grew = true;
    const { graph } = kernel.scheduled;
    const { op, args, predicate } = at(graph.nodes, id);
    if (op.kind === "field") this.#field(at(kernel.connections, graph.command.argument), op.index);
    if (op.kind === "load") this.#array(kernel, index, op.array);
    if (op.kind === "read") {
      const stream = at(kernel.connections, at(graph.streams, op.stream).argument);
      fieldWidths(stream).forEach((_, field) => {
        this.#field(stream, field);
      });
    }
    for (const arg of args) this.#node(kernel, index, arg);
    if (predicate !== undefined) this.#node(kernel, index, predicate);
  }
}

/** A field of a written element: parts of a join that make it up, or bits of a whole value. */
export type FieldSource =
  | { readonly kind: "parts"; readonly parts: readonly NodeId[] }
  | { readonly kind: "bits"; readonly node: NodeId; readonly low: number };

/** Where the fields of the element that a write hands on come from. */
export function fieldSources(
  graph: KernelGraph,
  write: KernelNode,
  widths: readonly number[],
): readonly FieldSource[] {
  const value = at(write.args, 0);
  const { op, args } = at(graph.nodes, value);
  const parts = op.kind === "join" ? args : [value];
  let [next, low] = [0, 0];
  const sources: FieldSource[] = [];
  for (const width of widths) {
    const mine: NodeId[] = [];
    let got = 0;
    while (got < width && next < parts.length) {
      const part = at(parts, next++);
      mine.push(part);
      got += at(graph.nodes, part).width;
    }
    if (got !== width) return bitSources(value, widths);
    sources.push({ kind: "parts", parts: mine });
    low += width;
  }
  return next === parts.length && low > 0 ? sources : bitSources(value, widths);
}

function bitSources(node: NodeId, widths: readonly number[]): readonly FieldSource[] {
  let low = 0;
  return widths.map((width) => {
    const source: FieldSource = { kind: "bits", node, low };
    low += width;
    return source;
  });
}

function argumentsOf(
  graph: KernelGraph,
  write: KernelNode,
  widths: readonly number[],
  wanted: ReadonlySet<number>,
): readonly NodeId[] {
  return fieldSources(graph, write, widths).flatMap((source, field) => {
    if (!wanted.has(field)) return [];
    return source.kind === "parts" ? source.parts : [source.node];
  });
}
