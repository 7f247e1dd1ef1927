import { at } from "../../support/bug.ts";

/**
 * Strongly connected components of a graph on 0 … count - 1 (Tarjan), in a topological order that keeps the order of the
 * numbers where edges allow it.
 */
export function orderedComponents(
  count: number,
  edges: readonly (readonly [number, number])[],
): readonly (readonly number[])[] {
  const successors = Array.from({ length: count }, (): number[] => []);
  for (const [from, to] of edges) at(successors, from).push(to);
  const components = componentsOf(successors);
  const componentOf = new Array<number>(count).fill(0);
  components.forEach((members, index) => {
    for (const member of members) componentOf[member] = index;
  });
  const waitsFor = components.map(() => new Set<number>());
  for (const [from, to] of edges) {
    const [a, b] = [at(componentOf, from), at(componentOf, to)];
    if (a !== b) at(waitsFor, b).add(a);
  }
  const left = new Set(components.keys());
  const out: (readonly number[])[] = [];
  while (left.size > 0) {
    const ready = [...left].filter((index) => [...at(waitsFor, index)].every((other) => !left.has(other)));
    const next = ready.reduce((best, index) =>
      Math.min(...at(components, index)) < Math.min(...at(components, best)) ? index : best,
    );
    left.delete(next);
    out.push([...at(components, next)].sort((a, b) => a - b));
  }
  return out;
}

function componentsOf(successors: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const [number, low] = [new Map<number, number>(), new Map<number, number>()];
  const stack: number[] = [];
  const out: number[][] = [];
  const visit = (node: number): void => {
    number.set(node, number.size);
    low.set(node, number.get(node) ?? 0);
    stack.push(node);
    for (const next of at(successors, node)) {
      if (!number.has(next)) visit(next);
      if (stack.includes(next)) low.set(node, Math.min(low.get(node) ?? 0, low.get(next) ?? 0));
    }
    if (low.get(node) !== number.get(node)) return;
    out.push(stack.splice(stack.indexOf(node)));
  };
  successors.forEach((_, node) => {
    if (!number.has(node)) visit(node);
  });
  return out;
}
