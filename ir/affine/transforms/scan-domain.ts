import type { Attributes } from "../../core/attribute.ts";
import type { Span } from "../../support/diagnostics.ts";
import { ConstraintSystem, Instance, isImplied, loopConstraints } from "../analysis/instances.ts";
import { project, type Row, type Rows } from "../analysis/integer-system.ts";
import type { Loop } from "../model/program.ts";
import {
  type AffineSum,
  addSums,
  type Counter,
  constantSum,
  floorSum,
  offsetSum,
  scaleSum,
  type Variable,
  variableSum,
} from "../model/sum.ts";
import type { Constraint } from "../model/term.ts";

/** A loop that is to be made. */
export interface WantedLoop {
  readonly counter: Counter;
  readonly attributes: Attributes;
  readonly span: Span;
  /** A constant number of iterations, whatever the domain; absent: the bounds that the domain leaves. */
  readonly count?: number;
}

/** Loops without bodies, and what is left to be checked in the innermost one. */
interface Scan {
  readonly loops: readonly Loop[];
  readonly guards: readonly Constraint[];
}

/**
 * Loops that run over the whole points of a domain in the order of `wanted` (Ancourt and Irigoin): the bounds of each are
 * the domain's shadow on it and the loops outside; what the bounds do not say is left as guards.
 */
export function scanDomain(
  domain: readonly Constraint[],
  wanted: readonly WantedLoop[],
  context: readonly Loop[],
): Scan {
  const loops: Loop[] = [];
  const given = [
    ...domain,
    ...wanted.flatMap(({ counter, count }) => (count === undefined ? [] : countConstraints(counter, count))),
  ];
  wanted.forEach(({ counter, attributes, span, count }, depth) => {
    const head = { kind: "loop", counter, step: 1, attributes, span, body: [] } as const;
    if (count !== undefined) {
      loops.push({ ...head, lower: [constantSum(0)], upper: [constantSum(count)] });
      return;
    }
    const outer = [...context, ...loops];
    const inner = wanted.slice(depth + 1).map((each) => each.counter);
    const { lower, upper } = boundsOf(given, counter, inner, outer);
    loops.push({ ...head, lower, upper });
  });
  const guards = domain.reduce<readonly Constraint[]>(
    (left, constraint) =>
      isImplied(
        constraint,
        left.filter((each) => each !== constraint),
        [...context, ...loops],
      )
        ? left.filter((each) => each !== constraint)
        : left,
    domain,
  );
  return { loops, guards };
}

function countConstraints(counter: Counter, count: number): readonly Constraint[] {
  return [
    { kind: "atLeast", sum: variableSum(counter) },
    { kind: "atLeast", sum: variableSum(counter, -1, count - 1) },
  ];
}

interface Bounds {
  readonly lower: readonly AffineSum[];
  readonly upper: readonly AffineSum[];
}

function boundsOf(
  domain: readonly Constraint[],
  counter: Counter,
  inner: readonly Counter[],
  outer: readonly Loop[],
): Bounds {
  const all: Bounds = { lower: [], upper: [] };
  const found = shadowOf(domain, inner).reduce<Bounds>(({ lower, upper }, sum) => {
    const factor = sum.terms.get(counter) ?? 0;
    const rest = addSums(sum, variableSum(counter), -factor);
    if (factor > 0)
      return { lower: [...lower, floorSum(offsetSum(scaleSum(rest, -1), factor - 1), factor)], upper };
    if (factor < 0) return { lower, upper: [...upper, offsetSum(floorSum(rest, -factor), 1)] };
    return { lower, upper };
  }, all);
  return {
    lower: strongest(found.lower, outer, (sum, other) => addSums(other, sum, -1)),
    upper: strongest(found.upper, outer, (sum, other) => addSums(sum, other, -1)),
  };
}

/** Bounds without those that another one makes superfluous. */
function strongest(
  sums: readonly AffineSum[],
  outer: readonly Loop[],
  slack: (sum: AffineSum, other: AffineSum) => AffineSum,
): readonly AffineSum[] {
  return sums.reduce<readonly AffineSum[]>((kept, sum) => {
    const rest = kept.filter((other) => other !== sum);
    return rest.some((other) => isImplied({ kind: "atLeast", sum: slack(sum, other) }, [], outer))
      ? rest
      : kept;
  }, sums);
}

/** Sums that are at least zero wherever some values of the `inner` counters satisfy the domain. */
function shadowOf(domain: readonly Constraint[], inner: readonly Counter[]): readonly AffineSum[] {
  const system = new ConstraintSystem();
  const instance = new Instance(system);
  for (const constraint of domain) instance.assume(constraint);
  const known = [...instance.columns, ...system.shared];
  const kept = known.filter(
    ([variable]) => variable.kind === "opaque" || (variable.kind === "counter" && !inner.includes(variable)),
  );
  const columns = kept.map(([, column]) => column);
  const rest = Array.from({ length: system.columns }, (_, column) => column).filter(
    (column) => !columns.includes(column),
  );
  const rows = project(reordered(system.rows(), [...columns, ...rest]), kept.length) ?? [];
  return rows.map((row) =>
    sumOfRow(
      row,
      kept.map(([variable]) => variable),
    ),
  );
}

function reordered({ equalities, inequalities }: Rows, order: readonly number[]): Rows {
  const move = (row: Row): Row => [...order.map((column) => row[column] ?? 0), row[row.length - 1] ?? 0];
  return { equalities: equalities.map(move), inequalities: inequalities.map(move) };
}

function sumOfRow(row: Row, variables: readonly Variable[]): AffineSum {
  return variables.reduce(
    (sum, variable, index) => addSums(sum, variableSum(variable), row[index] ?? 0),
    constantSum(row[row.length - 1] ?? 0),
  );
}

/** Everything that loops say of their counters. */
export function domainOf(loops: readonly Loop[]): readonly Constraint[] {
  return loops.flatMap(loopConstraints);
}
