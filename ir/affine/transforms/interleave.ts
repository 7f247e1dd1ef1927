import type { Operation } from "../../core/operation.ts";
import { at } from "../../support/bug.ts";
import { fail, ok, type Result } from "../../support/result.ts";
import { isImplied } from "../analysis/instances.ts";
import { contextOf, type Nest, nestAt } from "../analysis/nests.ts";
import { type Reduction, reductionLoops, reductionOf } from "../analysis/reductions.ts";
import { cannotTransform } from "../diagnostics.ts";
import { newArray } from "../model/arrays.ts";
import { allZeroTerm, constantTerm, selectTerm } from "../model/build-term.ts";
import {
  type Loop,
  type LoopProgram,
  type Node,
  type Placed,
  replaceNode,
  type Statement,
} from "../model/program.ts";
import {
  addSums,
  type Counter,
  constantSum,
  newCounter,
  offsetSum,
  substituteSum,
  variableSum,
} from "../model/sum.ts";
import { type Access, type Term, TermRewriter } from "../model/term.ts";
import { extentOf } from "./expand-scalars.ts";
import { around } from "./fuse-nests.ts";
import { isNormal, normalizeNodes, withConstraints } from "./normalize.ts";
import { balanced, neutralOf, treeOperation } from "./reassociate.ts";
import { domainOf, scanDomain, type WantedLoop } from "./scan-domain.ts";

/** Which loop of a nest, and how many partial sums take turns. */
export interface Interleaving {
  readonly place: number;
  readonly count: number;
}

/**
 * `for k: X[f] = X[f] op e(k)` ==> `for k, l: P[f, l] = P[f, l] op e(p * k + l); X[f] = X[f] op tree(P[f, 0], …)`: p partial
 * sums take turns, so that an addition may take p cycles. Only where the operation allows another order.
 */
export function interleaveReduction(
  program: LoopProgram,
  node: Loop,
  interleaving: Interleaving,
): Result<LoopProgram> {
  const refuse = (reason: string): Result<never> =>
    fail(cannotTransform(node.span, { pass: "affine-interleave", reason }));
  const context = contextOf(program.body, node);
  if (context === undefined) return refuse("the nest is not part of the program");
  const nest = nestAt(node, context);
  const placed = nest.statements[0];
  const reduction = placed === undefined ? undefined : reductionOf(placed.statement);
  if (placed === undefined || reduction === undefined) return refuse("the nest is no reduction");
  const problem = problemOf(nest, placed, reduction, interleaving);
  if (problem !== undefined) return refuse(problem);
  const { nodes, array } = interleaved(nest, placed, reduction, interleaving);
  const normal = normalizeNodes(nodes, context);
  if (normal.kind === "error") return normal;
  const body = replaceNode(program.body, node, normal.value);
  return ok({ ...program, arrays: [...program.arrays, array], body });
}

function problemOf(
  nest: Nest,
  placed: Placed,
  reduction: Reduction,
  { place, count }: Interleaving,
): string | undefined {
  const loop = nest.loops[place];
  const over = reductionLoops(placed).filter((each) => nest.loops.includes(each));
  if (!nest.isPerfect || nest.statements.length !== 1 || !nest.loops.every(isNormal))
    return "the nest is no perfect nest of one statement with normal loops";
  if (loop === undefined || !over.includes(loop)) return `loop ${String(place)} is not reduced over`;
  if (placed.statement.guards.length > 0) return "the reduction is guarded";
  if (!reduction.mayReassociate) return "the order of its sum is fixed (no fastmath<reassoc>)";
  if (reduction.readsOwnArray) return "its terms are computed from the same array";
  const short = over.find((each) => !hasTrips(nest, each, each === loop ? count : 1));
  return short === undefined
    ? undefined
    : `loop ${short.counter.name} may have fewer iterations than partial sums need`;
}

function hasTrips({ loops, context }: Nest, loop: Loop, count: number): boolean {
  const outer = [...context, ...loops.slice(0, loops.indexOf(loop))];
  return loop.upper.every((sum) => isImplied({ kind: "atLeast", sum: offsetSum(sum, -count) }, [], outer));
}

function interleaved(
  nest: Nest,
  placed: Placed,
  reduction: Reduction,
  { place, count }: Interleaving,
): { readonly nodes: readonly Node[]; readonly array: Operation } {
  const over = reductionLoops(placed).filter((each) => nest.loops.includes(each));
  const kept = nest.loops.filter((each) => !over.includes(each));
  const wanted = (loops: readonly Loop[]): readonly WantedLoop[] =>
    loops.map(({ counter, attributes, span }) => ({ counter, attributes, span }));
  const domain = domainOf(nest.loops);
  const outside = scanDomain(domain, wanted([...kept, ...over]), nest.context).loops.slice(0, kept.length);
  const extents = outside.map((_, index) => extentOf([...nest.context, ...outside.slice(0, index + 1)]) ?? 1);
  const array = newArray("partial", [...extents, count], reduction.operation.type);
  const cell = (lane: ReturnType<typeof constantSum>): Access => ({
    array: array.result,
    subscripts: [...kept.map(({ counter }) => variableSum(counter)), lane],
  });
  const main = mainNest(nest, placed.statement, { reduction, place, count, over, cell });
  const last = lastStatement(placed.statement, reduction, { count, over, cell });
  return { nodes: [main, around(outside, [last]) ?? last], array };
}

interface Parts {
  readonly count: number;
  readonly over: readonly Loop[];
  readonly cell: (lane: ReturnType<typeof constantSum>) => Access;
}

function mainNest(
  nest: Nest,
  statement: Statement,
  { reduction, place, count, over, cell }: Parts & { readonly reduction: Reduction; readonly place: number },
): Node {
  const old = at(nest.loops, place);
  const [turn, lane] = [newCounter(old.counter.name), newCounter(`${old.counter.name}p`)];
  const value = addSums(variableSum(turn, count), variableSum(lane));
  const counter = (found: Counter) => (found === old.counter ? value : undefined);
  const domain = domainOf(nest.loops).map(({ kind, sum }) => ({
    kind,
    sum: substituteSum(sum, (variable) => (variable.kind === "counter" ? counter(variable) : undefined)),
  }));
  const wanted = nest.loops.flatMap((loop): readonly WantedLoop[] =>
    loop === old
      ? [
          { counter: turn, attributes: loop.attributes, span: loop.span },
          { counter: lane, attributes: {}, span: loop.span, count },
        ]
      : [{ counter: loop.counter, attributes: loop.attributes, span: loop.span }],
  );
  const { loops, guards } = scanDomain(domain, wanted, nest.context);
  const { operation } = reduction;
  const { span } = statement;
  const target = cell(variableSum(lane));
  const load: Term = { kind: "load", access: target, type: operation.type, span };
  const first = over.map((loop) => variableSum(loop === old ? turn : loop.counter));
  const join = treeOperation(operation);
  const neutral = constantTerm(neutralOf(join(load, load)), operation.type, span);
  const start = selectTerm(allZeroTerm(first, span), neutral, load, span);
  const element = new TermRewriter({ counter }).term(reduction.element);
  const body = withConstraints({ ...statement, target, value: join(start, element) }, guards);
  return around(loops, [body]) ?? body;
}

/** One accumulation of the tree of partial sums, in what would be the first iteration of the reduction. */
function lastStatement(statement: Statement, reduction: Reduction, { count, over, cell }: Parts): Statement {
  const { operation, accumulator } = reduction;
  const zero = new Map(over.map(({ counter }) => [counter, constantSum(0)]));
  const start = new TermRewriter({ counter: (counter) => zero.get(counter) }).term(accumulator);
  const terms = Array.from(
    { length: count },
    (_, lane): Term => ({
      kind: "load",
      access: cell(constantSum(lane)),
      type: operation.type,
      span: statement.span,
    }),
  );
  const tree = balanced(terms, treeOperation(operation));
  const [left] = operation.operands;
  const operands = left === accumulator ? [start, tree] : [tree, start];
  return { ...statement, value: { ...operation, operands } };
}
