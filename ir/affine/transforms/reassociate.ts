import type { Type } from "../../core/type.ts";
import { at, CompilerBug, present } from "../../support/bug.ts";
import { type Reduction, reductionOf } from "../analysis/reductions.ts";
import { andTerms, constantTerm, constraintTerm } from "../model/build-term.ts";
import type { Statement } from "../model/program.ts";
import { type AffineSum, type Counter, constantSum, mentions } from "../model/sum.ts";
import { type Constraint, type Guard, type OperationTerm, type Term, TermRewriter } from "../model/term.ts";

/** Iterations of a reduction side by side. */
export interface Lane {
  readonly counter: Counter;
  readonly count: number;
}

/**
 * `for lanes: X[f] = X[f] op e(lane)` ==> `X[f] = X[f] op tree(e(0), e(1), …)`: the terms of all lanes in a balanced tree,
 * one accumulation. Lanes beyond the domain give the operation's neutral element. The statement must be a reduction over
 * the lanes that allows it.
 */
export function sumLanes(statement: Statement, lanes: readonly Lane[]): Statement {
  const reduction = present(reductionOf(statement), "a reduction");
  const { guards, perLane } = splitGuards(statement.guards, lanes);
  const terms = assignments(lanes).map((values) => laneTerm(reduction, perLane, values, statement));
  const [first] = assignments(lanes);
  const start = new TermRewriter({ counter: (counter) => first?.get(counter) }).term(reduction.accumulator);
  const tree = balanced(terms, treeOperation(reduction.operation));
  const [left] = reduction.operation.operands;
  const operands = left === reduction.accumulator ? [start, tree] : [tree, start];
  return { ...statement, guards, value: { ...reduction.operation, operands } };
}

/** Every combination of lanes, in the order of the loops. */
function assignments(lanes: readonly Lane[]): readonly ReadonlyMap<Counter, AffineSum>[] {
  return lanes.reduce<readonly ReadonlyMap<Counter, AffineSum>[]>(
    (all, { counter, count }) =>
      all.flatMap((values) =>
        Array.from({ length: count }, (_, lane) => new Map([...values, [counter, constantSum(lane)]])),
      ),
    [new Map()],
  );
}

/** Guards that hold for all lanes alike, and constraints that each lane has for itself. */
function splitGuards(
  guards: readonly Guard[],
  lanes: readonly Lane[],
): { readonly guards: readonly Guard[]; readonly perLane: readonly Constraint[] } {
  const perLane: Constraint[] = [];
  const kept = guards.flatMap((guard): readonly Guard[] => {
    if (guard.kind === "data") return [guard];
    const own = guard.constraints.filter(({ sum }) => lanes.some(({ counter }) => mentions(sum, counter)));
    perLane.push(...own);
    const constraints = guard.constraints.filter((each) => !own.includes(each));
    return constraints.length === 0 ? [] : [{ kind: "affine", constraints }];
  });
  return { guards: kept, perLane };
}

function laneTerm(
  reduction: Reduction,
  perLane: readonly Constraint[],
  values: ReadonlyMap<Counter, AffineSum>,
  { span }: Statement,
): Term {
  const rewriter = new TermRewriter({ counter: (counter) => values.get(counter) });
  const element = rewriter.term(reduction.element);
  const conditions = perLane
    .map(({ kind, sum }): Constraint => ({ kind, sum: rewriter.sum(sum) }))
    .filter(
      ({ kind, sum }) => sum.terms.size > 0 || (kind === "equal" ? sum.constant !== 0 : sum.constant < 0),
    );
  if (conditions.length === 0) return element;
  const { type } = reduction.operation;
  const condition = andTerms(
    conditions.map((each) => constraintTerm(each, span)),
    span,
  );
  const neutral = constantTerm(neutralOf(reduction.operation), type, span);
  return { kind: "choose", condition, whenTrue: element, whenFalse: neutral, type, span };
}

/** What the terms of a tree are joined by: what is subtracted one after the other is added first. */
export function treeOperation(operation: OperationTerm): (a: Term, b: Term) => OperationTerm {
  const name = operation.name.replace("arith.sub", "arith.add");
  return (a, b) => ({ ...operation, name, operands: [a, b] });
}

/** Pairs of neighbours, then pairs of pairs. */
export function balanced(terms: readonly Term[], join: (a: Term, b: Term) => Term): Term {
  let level = terms;
  while (level.length > 1) {
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, pair) => {
      const [a, b] = [at(level, 2 * pair), level[2 * pair + 1]];
      return b === undefined ? a : join(a, b);
    });
  }
  return at(level, 0);
}

/** What changes no accumulator: `x op neutral` is `x` to the bit. */
export function neutralOf({ name, type }: OperationTerm): number | bigint {
  switch (name) {
    case "arith.addf":
      return -0;
    case "arith.mulf":
      return 1;
    case "arith.maximumf":
      return Number.NEGATIVE_INFINITY;
    case "arith.minimumf":
      return Number.POSITIVE_INFINITY;
    case "arith.subf":
    case "arith.addi":
    case "arith.subi":
    case "arith.ori":
    case "arith.xori":
      return 0;
    case "arith.muli":
      return 1;
    case "arith.andi":
      return -1;
    case "arith.maxsi":
      return -(2n ** (widthOf(type) - 1n));
    case "arith.minsi":
      return 2n ** (widthOf(type) - 1n) - 1n;
    default:
      throw new CompilerBug(`${name} has no neutral element here`);
  }
}

function widthOf(type: Type): bigint {
  return BigInt(type.kind === "int" ? type.width : 32);
}
