import { at } from "../../support/bug.ts";
import { violatedDependence } from "../analysis/legality.ts";
import { type Nest, nestAt, nestDependences, nestsOf } from "../analysis/nests.ts";
import {
  type Loop,
  type LoopProgram,
  type Node,
  type Placed,
  replaceNode,
  rewriteStatement,
  rootsOf,
  type Statement,
} from "../model/program.ts";
import {
  type AffineSum,
  addSums,
  type Counter,
  factorOf,
  newCounter,
  substituteSum,
  variableSum,
} from "../model/sum.ts";
import { loadsOf, TermRewriter } from "../model/term.ts";
import { isNormal, normalizeNodes } from "./normalize.ts";
import { domainOf, scanDomain } from "./scan-domain.ts";

/**
 * A counter that is only met together with an outer one becomes their sum, outside of the other:
 * `for i = 0 to n { for j = 0 to n - i { x[i + j, i] } }` ==> `for k = 0 to n { for i = 0 to k + 1 { x[k, i] } }`.
 * That is what `for i, for j = i to n` is before and after its bounds are made normal: each subscript has a counter of its
 * own again, so that lanes of one have banks that are known. Only where dependences allow the order and all lower bounds
 * are numbers.
 */
export function unskewNests(program: LoopProgram): LoopProgram {
  let current = program;
  for (const { node } of nestsOf(program)) {
    if (node.kind !== "loop") continue;
    let found: Node = node;
    for (let better = unskewed(found); better !== undefined; better = unskewed(found)) {
      current = { ...current, body: replaceNode(current.body, found, [better]) };
      found = better;
    }
  }
  return current;
}

/** Two loops of a nest by their places: the inner counter plus `factor` times the outer one becomes a counter. */
interface Skew {
  readonly outer: number;
  readonly inner: number;
  readonly factor: number;
}

/** The nest with one skew less; undefined where none can be taken away. */
function unskewed(node: Node): Node | undefined {
  const nest = nestAt(node, []);
  if (!nest.isPerfect || !nest.loops.every((loop) => isNormal(loop) && !hasDirective(loop))) return undefined;
  for (const skew of skewsOf(nest)) {
    const made = withoutSkew(nest, skew);
    if (made !== undefined && termCount(nestAt(made, [])) < termCount(nest)) return made;
  }
  return undefined;
}

/** Whether a loop's place was chosen already. */
function hasDirective({ attributes }: Loop): boolean {
  return ["unroll", "ii", "tile", "order"].some((name) => attributes[name] !== undefined);
}

/** Pairs of counters that some subscript adds, of which the outer one bounds the inner one. */
function skewsOf({ loops, statements }: Nest): readonly Skew[] {
  const sums = statements.flatMap(subscriptsOf);
  const skews = new Map<string, Skew>();
  for (const sum of sums) {
    loops.forEach(({ counter, upper }, inner) => {
      const own = factorOf(sum, counter);
      if (own === 0) return;
      for (const [outer, { counter: other }] of loops.slice(0, inner).entries()) {
        const factor = factorOf(sum, other) / own;
        if (factor === 0 || !Number.isInteger(factor)) continue;
        if (!upper.some((bound) => factorOf(bound, other) !== 0)) continue;
        skews.set(`${String(outer)} ${String(inner)} ${String(factor)}`, { outer, inner, factor });
      }
    });
  }
  return [...skews.values()];
}

function subscriptsOf({ statement }: Placed): readonly AffineSum[] {
  const accesses = [statement.target, ...loadsOf(rootsOf(statement)).map(({ access }) => access)];
  return accesses.flatMap(({ subscripts }) => subscripts);
}

/** Counters in subscripts. */
function termCount({ statements }: Nest): number {
  return statements.flatMap(subscriptsOf).reduce((count, { terms }) => count + terms.size, 0);
}

function withoutSkew(nest: Nest, { outer, inner, factor }: Skew): Node | undefined {
  const [other, own] = [at(nest.loops, outer), at(nest.loops, inner)];
  const sum = newCounter(own.counter.name);
  const difference = addSums(variableSum(sum), variableSum(other.counter), -factor);
  const time = addSums(variableSum(own.counter), variableSum(other.counter), factor);
  const order = nest.loops.toSpliced(inner, 1).toSpliced(outer, 0, own);
  const times = order.map((loop) => (loop === own ? time : variableSum(loop.counter)));
  if (isViolated(nest, times)) return undefined;
  const replace = (counter: Counter): AffineSum | undefined =>
    counter === own.counter ? difference : undefined;
  const domain = domainOf(nest.loops).map(({ kind, sum: bound }) => ({
    kind,
    sum: substituteSum(bound, (variable) => (variable.kind === "counter" ? replace(variable) : undefined)),
  }));
  const wanted = order.map(({ counter, attributes, span }) => ({
    counter: counter === own.counter ? sum : counter,
    attributes,
    span,
  }));
  const { loops, guards } = scanDomain(domain, wanted, []);
  if (guards.length > 0 || !loops.every(beginsAtNumber)) return undefined;
  const rewriter = new TermRewriter({ counter: replace });
  const body = nest.statements.map(({ statement }) => rewriteStatement(statement, rewriter));
  const made = loops.reduceRight<readonly Node[]>((nodes, loop) => [{ ...loop, body: nodes }], body);
  const normal = normalizeNodes(made, []);
  return normal.kind === "ok" ? normal.value[0] : undefined;
}

function beginsAtNumber({ lower }: Loop): boolean {
  return lower.length === 1 && lower.every(({ terms }) => terms.size === 0);
}

function isViolated(nest: Nest, times: readonly AffineSum[]): boolean {
  const places = new Map(nest.statements.map(({ statement }, index) => [statement, index]));
  const scheduleOf = (statement: Statement) => ({ times, order: places.get(statement) ?? 0 });
  return violatedDependence(nestDependences(nest), scheduleOf) !== undefined;
}
