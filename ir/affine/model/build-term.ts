import { i1, type Type } from "../../core/type.ts";
import { CompilerBug } from "../../support/bug.ts";
import type { Span } from "../../support/diagnostics.ts";
import { type AffineSum, scaleSum } from "./sum.ts";
import type { Constraint, OperationTerm, Term } from "./term.ts";

/** The type of a term's value. */
export function typeOfTerm(term: Term): Type {
  if (term.kind === "index") return { kind: "index" };
  return term.kind === "value" ? term.value.type : term.type;
}

function operation(name: string, operands: readonly Term[], type: Type, span: Span): OperationTerm {
  return { kind: "operation", name, operands, attributes: {}, type, span };
}

/** `arith.select`. */
export function selectTerm(condition: Term, whenTrue: Term, whenFalse: Term, span: Span): Term {
  return operation("arith.select", [condition, whenTrue, whenFalse], typeOfTerm(whenTrue), span);
}

/** Whether a constraint holds, as a value; what is subtracted stands on the other side, as indices are not negative. */
export function constraintTerm({ kind, sum }: Constraint, span: Span): Term {
  const [left, right] = bothSides(sum).map((side): Term => ({ kind: "index", sum: side }));
  if (left === undefined || right === undefined) throw new CompilerBug("a comparison has two sides");
  return compareTerm(kind === "equal" ? EQ : SGE, left, right, span);
}

/** MLIR's numbers of `arith.cmpi` predicates. */
const EQ = 0n;
const SGE = 5n;

function compareTerm(predicate: bigint, left: Term, right: Term, span: Span): Term {
  return {
    ...operation("arith.cmpi", [left, right], i1, span),
    attributes: { predicate: { kind: "int", value: predicate, type: { kind: "int", width: 64 } } },
  };
}

/** A sum as the difference of two without negative factors. */
function bothSides(sum: AffineSum): readonly [AffineSum, AffineSum] {
  const part = (sign: 1 | -1): AffineSum => ({
    terms: new Map([...sum.terms].filter(([, factor]) => factor * sign > 0)),
    constant: sum.constant * sign > 0 ? sum.constant : 0,
  });
  return [part(1), scaleSum(part(-1), -1)];
}

/** Whether all terms of type i1 are set; of none: always. */
export function andTerms(terms: readonly Term[], span: Span): Term {
  const [first, ...rest] = terms;
  if (first === undefined) return constantTerm(1, i1, span);
  return rest.reduce((all, next) => operation("arith.andi", [all, next], i1, span), first);
}

/** Whether all sums are zero, as a value. */
export function allZeroTerm(sums: readonly AffineSum[], span: Span): Term {
  return andTerms(
    sums.map((sum) => constraintTerm({ kind: "equal", sum }, span)),
    span,
  );
}

/** A constant of a scalar type. */
export function constantTerm(value: number | bigint, type: Type, span: Span): Term {
  const attribute =
    type.kind === "float"
      ? ({ kind: "float", value: Number(value), type } as const)
      : ({ kind: "int", value: BigInt(value), type } as const);
  return { ...operation("arith.constant", [], type, span), attributes: { value: attribute } };
}
