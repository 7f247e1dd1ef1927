import { at } from "../../support/bug.ts";
import { dependencesOf } from "../analysis/dependences.ts";
import { violatedDependence } from "../analysis/legality.ts";
import {
  changeBodies,
  type Loop,
  type LoopProgram,
  type Node,
  perfectLoops,
  rootsOf,
  statementsOf,
  substituteCounter,
} from "../model/program.ts";
import { sameSum, variableSum } from "../model/sum.ts";
import { loadsOf } from "../model/term.ts";

/** Which nests are fused. */
export interface FuseOptions {
  /** Also nests that have no array in common. */
  readonly unrelated?: boolean;
}

/**
 * Perfect nests side by side with the same loops become one, where no dependence is turned around; a nest may move up over
 * others that it does not depend on.
 */
export function fuseNests(program: LoopProgram, { unrelated = false }: FuseOptions = {}): LoopProgram {
  const change = (nodes: readonly Node[], context: readonly Loop[]): readonly Node[] => {
    let list = nodes;
    for (let first = 0; first < list.length; first++) {
      for (let second = first + 1; second < list.length; second++) {
        const fused = fusedAt(list, { first, second }, { context, unrelated });
        if (fused === undefined) continue;
        list = fused;
        second = first;
      }
    }
    return list;
  };
  return { ...program, body: changeBodies(program.body, change) };
}

function fusedAt(
  nodes: readonly Node[],
  { first, second }: { readonly first: number; readonly second: number },
  { context, unrelated }: { readonly context: readonly Loop[]; readonly unrelated: boolean },
): readonly Node[] | undefined {
  const [a, b] = [at(nodes, first), at(nodes, second)];
  if (a.kind !== "loop" || b.kind !== "loop") return undefined;
  if (!unrelated && !shareArray(a, b)) return undefined;
  const between = nodes.slice(first + 1, second);
  if (between.some((node) => dependencesBetween(node, b, context).length > 0)) return undefined;
  const fused = fusePair(a, b, context);
  if (fused === undefined) return undefined;
  return [...nodes.slice(0, first), fused, ...between, ...nodes.slice(second + 1)];
}

function arraysOf(node: Node): ReadonlySet<unknown> {
  return new Set(
    statementsOf([node]).flatMap(({ statement }) => [
      statement.target.array,
      ...loadsOf(rootsOf(statement)).map(({ access }) => access.array),
    ]),
  );
}

function shareArray(a: Node, b: Node): boolean {
  const arrays = arraysOf(b);
  return [...arraysOf(a)].some((array) => arrays.has(array));
}

/** Dependences from one sibling to a later one, within an iteration of the loops around both. */
function dependencesBetween(a: Node, b: Node, context: readonly Loop[]) {
  const [from, to] = [a, b].map((node) => statementsOf([node], context));
  const sources = new Set(from?.map(({ statement }) => statement));
  const targets = new Set(to?.map(({ statement }) => statement));
  return dependencesOf([...(from ?? []), ...(to ?? [])]).filter(
    ({ source, target, carrier }) =>
      carrier === undefined && sources.has(source.statement) && targets.has(target.statement),
  );
}

function fusePair(a: Loop, b: Loop, context: readonly Loop[]): Loop | undefined {
  const [one, other] = [perfectLoops(a), perfectLoops(b)];
  const depth = one.loops.length;
  if (depth !== other.loops.length || ![...one.body, ...other.body].every(({ kind }) => kind === "statement"))
    return undefined;
  const renamed = one.loops.reduce<readonly Node[]>(
    (nodes, { counter }, index) =>
      substituteCounter(nodes, at(other.loops, index).counter, variableSum(counter)),
    [b],
  );
  const moved = at(renamed, 0);
  if (moved.kind !== "loop") return undefined;
  const target = perfectLoops(moved);
  if (!one.loops.every((loop, index) => sameBounds(loop, at(target.loops, index)))) return undefined;
  const times = new Map(
    [one, other].flatMap(({ loops, body }, order) =>
      body.map(
        (node) =>
          [
            node,
            { times: [...context, ...loops].map(({ counter }) => variableSum(counter)), order },
          ] as const,
      ),
    ),
  );
  const scheduleOf = (statement: Node) => times.get(statement) ?? { times: [], order: 0 };
  if (violatedDependence(dependencesBetween(a, b, context), scheduleOf) !== undefined) return undefined;
  return around(one.loops, [...one.body, ...target.body]);
}

function sameBounds(a: Loop, b: Loop): boolean {
  const same = (x: Loop["lower"], y: Loop["lower"]): boolean =>
    x.length === y.length && x.every((sum, index) => sameSum(sum, at(y, index)));
  return a.step === b.step && same(a.lower, b.lower) && same(a.upper, b.upper);
}

/** Loops around a body. */
export function around(loops: readonly Loop[], body: readonly Node[]): Loop | undefined {
  const [outer, ...inner] = loops;
  if (outer === undefined) return undefined;
  const nested = around(inner, body);
  return { ...outer, body: nested === undefined ? body : [nested] };
}
