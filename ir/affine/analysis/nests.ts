import {
  type Loop,
  type LoopProgram,
  type Node,
  type Placed,
  perfectLoops,
  type Statement,
  statementsOf,
} from "../model/program.ts";
import { variableSum } from "../model/sum.ts";
import { type Dependence, dependencesOf } from "./dependences.ts";
import { violatedDependence } from "./legality.ts";
import { reductionLoops, reductionOf } from "./reductions.ts";

/** A nest of a program: a loop (or a statement outside of all loops) and what is in it. */
export interface Nest {
  readonly node: Node;
  /** The loops around it. */
  readonly context: readonly Loop[];
  /** The loops that hold one loop each, outermost first. */
  readonly loops: readonly Loop[];
  /** Whether the innermost of `loops` holds statements alone. */
  readonly isPerfect: boolean;
  readonly statements: readonly Placed[];
}

/** The nests that stand side by side in the function. */
export function nestsOf(program: LoopProgram): readonly Nest[] {
  return program.body.map((node) => nestAt(node, []));
}

/** A node as a nest. */
export function nestAt(node: Node, context: readonly Loop[]): Nest {
  const { loops, body } = node.kind === "loop" ? perfectLoops(node) : { loops: [], body: [node] };
  return {
    node,
    context,
    loops,
    isPerfect: body.every(({ kind }) => kind === "statement"),
    statements: statementsOf([node], context),
  };
}

/** The loops around a node of a program; undefined where it is not in it. */
export function contextOf(nodes: readonly Node[], node: Node): readonly Loop[] | undefined {
  for (const each of nodes) {
    if (each === node) return [];
    const inner = each.kind === "loop" ? contextOf(each.body, node) : undefined;
    if (inner !== undefined && each.kind === "loop") return [each, ...inner];
  }
  return undefined;
}

/** What the order of a nest's loops must keep: dependences within one iteration of the loops around it. */
export function nestDependences(nest: Nest): readonly Dependence[] {
  const outer = nest.context.length;
  return dependencesOf(nest.statements).filter(({ carrier }) => carrier === undefined || carrier >= outer);
}

/** Dependences without those of a reduction on itself, where its terms may be added in any order. */
export function withoutReorderable(dependences: readonly Dependence[]): readonly Dependence[] {
  return dependences.filter(({ source, target, sourceAccess, targetAccess }) => {
    if (source.statement !== target.statement) return true;
    const reduction = reductionOf(source.statement);
    const own = [source.statement.target, reduction?.load.access];
    return !(reduction?.mayReassociate === true && own.includes(sourceAccess) && own.includes(targetAccess));
  });
}

/** The loops (by their place in `nest.loops`) that each statement reduces over. */
export function nestReductions(nest: Nest): ReadonlyMap<Statement, readonly number[]> {
  return new Map(
    nest.statements.map((placed) => {
      const loops = reductionOf(placed.statement) === undefined ? [] : reductionLoops(placed);
      return [placed.statement, loops.flatMap((loop) => indexIn(nest.loops, loop))] as const;
    }),
  );
}

function indexIn(loops: readonly Loop[], loop: Loop): readonly number[] {
  const index = loops.indexOf(loop);
  return index < 0 ? [] : [index];
}

/**
 * All orders of a perfect nest's loops (old places, outermost first) that keep its dependences; with `reassociate`,
 * reductions that allow it may be reordered.
 */
export function legalOrders(
  nest: Nest,
  { reassociate = false }: { readonly reassociate?: boolean } = {},
): readonly (readonly number[])[] {
  if (!nest.isPerfect) return [nest.loops.map((_, index) => index)];
  const all = nestDependences(nest);
  const dependences = reassociate ? withoutReorderable(all) : all;
  return permutations(nest.loops.length).filter((order) => keepsOrder(nest, order, dependences));
}

/** Whether the loops of a perfect nest may be put into another order. */
function keepsOrder(nest: Nest, order: readonly number[], dependences: readonly Dependence[]): boolean {
  const times = [...nest.context, ...order.flatMap((index) => nest.loops[index] ?? [])].map(({ counter }) =>
    variableSum(counter),
  );
  const places = new Map(nest.statements.map(({ statement }, index) => [statement, index]));
  const scheduleOf = (statement: Statement) => ({ times, order: places.get(statement) ?? 0 });
  return violatedDependence(dependences, scheduleOf) === undefined;
}

function permutations(count: number): readonly (readonly number[])[] {
  if (count === 0) return [[]];
  return permutations(count - 1)
    .flatMap((rest) =>
      Array.from({ length: count }, (_, place) => [...rest.slice(0, place), count - 1, ...rest.slice(place)]),
    )
    .sort(compareLists);
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  const different = a.findIndex((value, index) => value !== b[index]);
  return different < 0 ? 0 : (a[different] ?? 0) - (b[different] ?? 0);
}
