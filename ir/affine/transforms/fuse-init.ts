import { at } from "../../support/bug.ts";
import { guardConstraints, isImplied, loopConstraints, oppositesOf } from "../analysis/instances.ts";
import { type Reduction, reductionOf } from "../analysis/reductions.ts";
import { allZeroTerm, selectTerm } from "../model/build-term.ts";
import {
  changeBodies,
  type Loop,
  type LoopProgram,
  type Node,
  type Placed,
  perfectLoops,
  replaceNode,
  rootsOf,
  type Statement,
  statementsOf,
  touches,
} from "../model/program.ts";
import {
  type AffineSum,
  type Counter,
  constantSum,
  factorOf,
  mentions,
  sameSum,
  substituteSum,
  subtractSums,
  variableSum,
} from "../model/sum.ts";
import { type Constraint, loadsOf, subtermsOf, type Term, TermRewriter } from "../model/term.ts";
import { around } from "./fuse-nests.ts";
import { isNormal, normalizeNodes, withConstraints } from "./normalize.ts";
import { scanDomain } from "./scan-domain.ts";

/** What may be folded. */
export interface FuseInitOptions {
  /** Also start values with float arithmetic, which then takes units in every iteration of the reduction. */
  readonly compute?: boolean;
}

/**
 * `for … X[f] = start; for … X[g] = X[g] op e` ==> `for … X[g] = select(first iteration of the reduction, start, X[g]) op e`,
 * where both nests touch the same cells and every cell has a first iteration. Loops have to be normal.
 */
export function fuseInit(program: LoopProgram, { compute = false }: FuseInitOptions = {}): LoopProgram {
  const change = (nodes: readonly Node[], context: readonly Loop[]): readonly Node[] => {
    let list = nodes;
    for (let index = 0; index < list.length; ) {
      const folded = foldFirst(list.slice(index), context, compute);
      if (folded === undefined) index++;
      else list = [...list.slice(0, index), ...folded];
    }
    return list;
  };
  return { ...program, body: changeBodies(program.body, change) };
}

/** The nodes behind the first one with it folded into one of them; undefined where that cannot be. */
function foldFirst(
  nodes: readonly Node[],
  context: readonly Loop[],
  compute: boolean,
): readonly Node[] | undefined {
  const [head, ...rest] = nodes;
  const init = head === undefined ? undefined : initOf(head, compute);
  if (init === undefined) return undefined;
  const { array } = init.statement.target;
  const position = rest.findIndex((node) =>
    statementsOf([node]).some(({ statement }) => touches(statement, array)),
  );
  const node = rest[position];
  if (node === undefined || rest.slice(0, position + 1).some((each) => disturbs(each, init.statement)))
    return undefined;
  const users = statementsOf([node]).filter(({ statement }) => touches(statement, array));
  const folded = users.length === 1 ? foldIntoNode(node, at(users, 0), init, context) : undefined;
  if (folded === undefined) return undefined;
  return [...folded.left, ...rest.slice(0, position), folded.node, ...rest.slice(position + 1)];
}

/** A nest with the start value inside, and what is left of the initial stores: cells that no iteration accumulates to. */
interface Folded {
  readonly node: Node;
  readonly left: readonly Node[];
}

function foldIntoNode(node: Node, user: Placed, init: Placed, context: readonly Loop[]): Folded | undefined {
  if (user.statement.target.array !== init.statement.target.array) return undefined;
  const reduction = reductionOf(user.statement);
  if (reduction === undefined || reduction.accumulator !== reduction.load || reduction.readsOwnArray)
    return undefined;
  const folded = foldInto({ user, reduction, init, context });
  if (folded === undefined) return undefined;
  const [changed = node] = replaceNode([node], user.statement, [folded.statement]);
  return { node: changed, left: folded.left };
}

/** A nest of one statement that stores what does not depend on the array. */
function initOf(node: Node, compute: boolean): Placed | undefined {
  const loops = node.kind === "loop" ? perfectLoops(node) : { loops: [], body: [node] };
  const [statement] = loops.body;
  if (loops.body.length !== 1 || statement?.kind !== "statement" || statement.guards.length > 0)
    return undefined;
  if (loadsOf(rootsOf(statement)).some(({ access }) => access.array === statement.target.array))
    return undefined;
  if (!compute && subtermsOf([statement.value]).some(isFloatArithmetic)) return undefined;
  return loops.loops.every(isNormal) ? { statement, loops: loops.loops } : undefined;
}

function isFloatArithmetic(term: Term): boolean {
  return (
    term.kind === "operation" &&
    term.operands.length > 0 &&
    term.name !== "arith.select" &&
    (term.type.kind === "float" || term.name === "arith.cmpf")
  );
}

/** Whether a node stores to what the start value is loaded from. */
function disturbs(node: Node, init: Statement): boolean {
  const read = new Set(loadsOf(rootsOf(init)).map(({ access }) => access.array));
  return statementsOf([node]).some(({ statement }) => read.has(statement.target.array));
}

interface Fold {
  readonly user: Placed;
  readonly reduction: Reduction;
  readonly init: Placed;
  /** Loops around both nests. */
  readonly context: readonly Loop[];
}

function foldInto({
  user,
  reduction,
  init,
  context,
}: Fold): { readonly statement: Statement; readonly left: readonly Node[] } | undefined {
  const { statement, loops } = user;
  if (!loops.every(isNormal) || statement.guards.some(({ kind }) => kind === "data")) return undefined;
  const [from, to] = [init.statement.target.subscripts, statement.target.subscripts];
  const inReduction = loops.filter(({ counter }) => to.every((sum) => !mentions(sum, counter)));
  const kept = loops.filter((loop) => !inReduction.includes(loop));
  const initCounters = solveCounters(init.loops, from, to);
  const userCounters = solveCounters(kept, to, from);
  if (initCounters === undefined || userCounters === undefined) return undefined;
  const toUser = substitution(initCounters);
  if (!from.every((sum, index) => sameSum(toUser(sum), to[index] ?? constantSum(0)))) return undefined;
  for (const { counter } of inReduction) userCounters.set(counter, constantSum(0));
  const toInit = substitution(userCounters);
  const userDomain = [...loops.flatMap(loopConstraints), ...guardConstraints(statement)];
  const initDomain = init.loops.flatMap(loopConstraints);
  if (!initDomain.every(({ kind, sum }) => isImplied({ kind, sum: toUser(sum) }, userDomain, context)))
    return undefined;
  const [missing, ...more] = userDomain
    .map(({ kind, sum }): Constraint => ({ kind, sum: toInit(sum) }))
    .filter((constraint) => !isImplied(constraint, initDomain, context));
  const left = missing === undefined ? [] : remaining(init, missing, context);
  if (more.length > 0 || left === undefined) return undefined;
  const start = new TermRewriter({ counter: (counter) => initCounters.get(counter) }).term(
    init.statement.value,
  );
  return { statement: withStart(statement, reduction, start, inReduction), left };
}

/** The initial stores where a constraint does not hold. */
function remaining(init: Placed, missing: Constraint, context: readonly Loop[]): readonly Node[] | undefined {
  const [opposite, other] = oppositesOf(missing);
  if (opposite === undefined || other !== undefined) return undefined;
  const domain = [...init.loops.flatMap(loopConstraints), opposite];
  const { loops, guards } = scanDomain(domain, init.loops, context);
  const nest = around(loops, [withConstraints(init.statement, guards)]);
  const normal = nest === undefined ? undefined : normalizeNodes([nest], context);
  return normal?.kind === "ok" ? normal.value : undefined;
}

/**
 * The counters of `loops` as sums, from subscripts `from` that are to equal `to`: one subscript after the other that holds
 * one counter not known yet, once.
 */
function solveCounters(
  loops: readonly Loop[],
  from: readonly AffineSum[],
  to: readonly AffineSum[],
): Map<Counter, AffineSum> | undefined {
  const out = new Map<Counter, AffineSum>();
  const unknown = new Set(loops.map(({ counter }) => counter));
  const solve = (): boolean =>
    from.some((sum, index) => {
      const [counter, ...others] = [...unknown].filter((each) => mentions(sum, each));
      const other = to[index];
      if (counter === undefined || others.length > 0 || other === undefined) return false;
      const factor = factorOf(sum, counter);
      if (factor !== 1 || mentions(subtractSums(sum, variableSum(counter)), counter)) return false;
      const rest = substitution(out)(subtractSums(sum, variableSum(counter)));
      out.set(counter, subtractSums(other, rest));
      unknown.delete(counter);
      return true;
    });
  while (unknown.size > 0) if (!solve()) return undefined;
  return out;
}

function substitution(values: ReadonlyMap<Counter, AffineSum>): (sum: AffineSum) => AffineSum {
  return (sum) =>
    substituteSum(sum, (variable) => (variable.kind === "counter" ? values.get(variable) : undefined));
}

function withStart(
  statement: Statement,
  { operation, load, accumulator, element, isNegated }: Reduction,
  start: Term,
  inReduction: readonly Loop[],
): Statement {
  const { span } = statement;
  const first = inReduction.map(({ counter }) => variableSum(counter));
  const begun = first.length === 0 ? start : selectTerm(allZeroTerm(first, span), start, load, span);
  const [left] = operation.operands;
  const operands = isNegated || left === accumulator ? [begun, element] : [element, begun];
  return { ...statement, value: { ...operation, operands } };
}
