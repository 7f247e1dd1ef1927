import { at, present } from "../../ir/index.ts";
import { hasEffect, type KernelNode, type Linear, type NodeId } from "./node.ts";

/** Drops nodes that no effect needs; ids are made dense again. */
export function withoutUnused(nodes: readonly KernelNode[]): readonly KernelNode[] {
  const used = new Set<NodeId>();
  const visit = (id: NodeId): void => {
    if (used.has(id)) return;
    used.add(id);
    const node = at(nodes, id);
    node.args.forEach(visit);
    if (node.predicate !== undefined) visit(node.predicate);
  };
  for (const node of nodes) if (hasEffect(node)) visit(node.id);
  const place = new Map<NodeId, NodeId>();
  const kept = nodes.filter((node) => used.has(node.id));
  kept.forEach((node, index) => {
    place.set(node.id, index);
  });
  const moved = (id: NodeId): NodeId => present(place.get(id), "a kept node");
  return kept.map((node) => ({
    ...node,
    id: moved(node.id),
    args: node.args.map(moved),
    predicate: node.predicate === undefined ? undefined : moved(node.predicate),
    op:
      node.op.kind === "load" || node.op.kind === "store"
        ? { ...node.op, subscripts: node.op.subscripts.map((linear) => renamed(linear, place)) }
        : node.op,
  }));
}

/** Opaque nodes under their new ids; those that were dropped stand under negative ones, so that they stay different. */
function renamed(linear: Linear, place: ReadonlyMap<NodeId, NodeId>): Linear {
  return {
    ...linear,
    opaque: new Map([...linear.opaque].map(([id, factor]) => [place.get(id) ?? -1 - id, factor])),
  };
}
