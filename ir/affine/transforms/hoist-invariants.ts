import type { Operation } from "../../core/operation.ts";
import { at } from "../../support/bug.ts";
import { isInside } from "../analysis/inside.ts";
import { guardConstraints } from "../analysis/instances.ts";
import { newArray } from "../model/arrays.ts";
import { typeOfTerm } from "../model/build-term.ts";
import {
  type Loop,
  type LoopProgram,
  type Node,
  perfectLoops,
  rewriteStatement,
  type Statement,
} from "../model/program.ts";
import { type Counter, variableSum, variablesOf } from "../model/sum.ts";
import {
  type Access,
  loadsOf,
  type OperationTerm,
  subtermsOf,
  type Term,
  TermRewriter,
} from "../model/term.ts";
import { extentOf } from "./expand-scalars.ts";
import { around } from "./fuse-nests.ts";
import { isNormal, normalizeNodes } from "./normalize.ts";
import { domainOf, scanDomain } from "./scan-domain.ts";

/**
 * Float arithmetic of a perfect nest that does not depend on all of its loops is computed once, by a nest of its own in
 * front, into an array over the loops that it does depend on: `alpha * A[i, k]` within i, j, k takes i * k products.
 */
export function hoistInvariants(program: LoopProgram): LoopProgram {
  const arrays: Operation[] = [];
  const body = program.body.flatMap((node): readonly Node[] =>
    node.kind === "loop" ? hoistFrom(node, arrays) : [node],
  );
  return { ...program, arrays: [...program.arrays, ...arrays], body };
}

function hoistFrom(nest: Loop, arrays: Operation[]): readonly Node[] {
  const { loops, body } = perfectLoops(nest);
  const statements = body.flatMap((node) => (node.kind === "statement" ? [node] : []));
  if (statements.length < body.length || !loops.every(isNormal)) return [nest];
  const stored = new Set(statements.map(({ target }) => target.array));
  const before: Node[] = [];
  const moved = statements.map((statement) => {
    if (statement.guards.some(({ kind }) => kind === "data")) return statement;
    const replacements = new Map<Term, Term>();
    for (const term of candidates(statement, loops)) {
      if (loadsOf([term]).some(({ access }) => stored.has(access.array))) continue;
      const made = computedAhead(term, { statement, loops }, `ahead${String(arrays.length)}`);
      if (made === undefined) continue;
      arrays.push(made.array);
      before.push(made.nest);
      replacements.set(term, made.load);
    }
    if (replacements.size === 0) return statement;
    const operation = (_: OperationTerm, old: OperationTerm): Term | undefined => replacements.get(old);
    return rewriteStatement(statement, new TermRewriter({ operation }));
  });
  const changed = around(loops, moved);
  return before.length === 0 || changed === undefined ? [nest] : [...before, changed];
}

/** The largest invariant terms that take a unit. */
function candidates(statement: Statement, loops: readonly Loop[]): readonly OperationTerm[] {
  const all = subtermsOf([statement.value]);
  const invariant = all.filter(
    (term): term is OperationTerm =>
      term.kind === "operation" &&
      term.operands.length > 0 &&
      term.type.kind === "float" &&
      term.name !== "arith.select" &&
      loops.some(({ counter }) => !countersOf(term).has(counter)),
  );
  const below = new Set(invariant.flatMap((term) => subtermsOf(term.operands)));
  return invariant.filter((term) => !below.has(term));
}

function countersOf(term: Term): ReadonlySet<Counter> {
  const sums = subtermsOf([term]).flatMap((each) =>
    each.kind === "load" ? each.access.subscripts : each.kind === "index" ? [each.sum] : [],
  );
  return new Set(sums.flatMap(variablesOf).flatMap((each) => (each.kind === "counter" ? [each] : [])));
}

interface Ahead {
  readonly array: Operation;
  readonly nest: Node;
  readonly load: Term;
}

function computedAhead(
  term: OperationTerm,
  { statement, loops }: { readonly statement: Statement; readonly loops: readonly Loop[] },
  name: string,
): Ahead | undefined {
  const counters = countersOf(term);
  const kept = loops.filter(({ counter }) => counters.has(counter));
  const dropped = loops.filter((loop) => !kept.includes(loop));
  const domain = [...domainOf(loops), ...guardConstraints(statement)];
  const wanted = [...kept, ...dropped].map(({ counter, attributes, span }) => ({
    counter,
    attributes,
    span,
  }));
  const scan = scanDomain(domain, wanted, []);
  const own = scan.loops.slice(0, kept.length);
  const extents = own.map((_, index) => extentOf(own.slice(0, index + 1)));
  if (extents.includes(undefined)) return undefined;
  if (!loadsOf([term]).every(({ access }) => isInside(access, own))) return undefined;
  const array = newArray(name, extents as readonly number[], typeOfTerm(term)); // none is undefined
  const target: Access = { array: array.result, subscripts: own.map(({ counter }) => variableSum(counter)) };
  const store: Statement = { kind: "statement", guards: [], target, value: term, span: statement.span };
  const load: Term = { kind: "load", access: target, type: term.type, span: term.span };
  const nest = normalizeNodes([around(own, [store]) ?? store], []);
  return nest.kind === "ok" ? { array, nest: at(nest.value, 0), load } : undefined;
}
