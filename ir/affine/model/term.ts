import type { Attributes } from "../../core/attribute.ts";
import type { Value } from "../../core/operation.ts";
import type { Type } from "../../core/type.ts";
import type { Span } from "../../support/diagnostics.ts";
import { type AffineSum, type Counter, type Opaque, substituteSum } from "./sum.ts";

/** A cell of an array; the array is known by the value that it is in the function. */
export interface Access {
  readonly array: Value;
  readonly subscripts: readonly AffineSum[];
}

/** An operation without effect, with one result. */
export interface OperationTerm {
  readonly kind: "operation";
  readonly name: string;
  readonly operands: readonly Term[];
  readonly attributes: Attributes;
  readonly type: Type;
  readonly span: Span;
}
/** The content of a cell when the statement runs. */
export interface LoadTerm {
  readonly kind: "load";
  readonly access: Access;
  readonly type: Type;
  readonly span: Span;
}
/** An affine function of counters as a value. */
interface IndexTerm {
  readonly kind: "index";
  readonly sum: AffineSum;
}
/** A value that is defined outside of all loops: an argument. */
interface ValueTerm {
  readonly kind: "value";
  readonly value: Value;
}
/** One of two terms, of which only that one is evaluated (`scf.if` with results). */
interface ChooseTerm {
  readonly kind: "choose";
  readonly condition: Term;
  readonly whenTrue: Term;
  readonly whenFalse: Term;
  readonly type: Type;
  readonly span: Span;
}
/** What a statement computes. Terms are shared: one object is one value. */
export type Term = OperationTerm | LoadTerm | IndexTerm | ValueTerm | ChooseTerm;

/** A condition on counters: the sum is zero, or is at least zero. */
export interface Constraint {
  readonly kind: "equal" | "atLeast";
  readonly sum: AffineSum;
}

/** When a statement runs: where all constraints hold, or where data says so. */
export type Guard =
  | { readonly kind: "affine"; readonly constraints: readonly Constraint[] }
  | { readonly kind: "data"; readonly condition: Term; readonly holds: boolean };

/** The terms that a term is made of. */
function operandsOf(term: Term): readonly Term[] {
  switch (term.kind) {
    case "operation":
      return term.operands;
    case "choose":
      return [term.condition, term.whenTrue, term.whenFalse];
    case "load":
      return term.access.subscripts.flatMap(opaqueTerms);
    case "index":
      return opaqueTerms(term.sum);
    case "value":
      return [];
  }
}

/** The terms behind the opaque variables of a sum. */
function opaqueTerms(sum: AffineSum): readonly Term[] {
  return [...sum.terms.keys()].flatMap((variable) =>
    variable.kind === "opaque"
      ? [variable.term]
      : variable.kind === "quotient"
        ? opaqueTerms(variable.of)
        : [],
  );
}

/** Each term below and including `roots` once, operands first. */
export function subtermsOf(roots: readonly Term[]): readonly Term[] {
  const seen = new Set<Term>();
  const visit = (term: Term): void => {
    if (seen.has(term)) return;
    for (const operand of operandsOf(term)) visit(operand);
    seen.add(term);
  };
  for (const root of roots) visit(root);
  return [...seen];
}

/** All loads of `roots`. */
export function loadsOf(roots: readonly Term[]): readonly LoadTerm[] {
  return subtermsOf(roots).flatMap((term) => (term.kind === "load" ? [term] : []));
}

/** The operation on mapped operands; itself where none changes. */
export function mapOperation(term: OperationTerm, map: (operand: Term) => Term): OperationTerm {
  const operands = term.operands.map(map);
  return operands.every((operand, index) => operand === term.operands[index]) ? term : { ...term, operands };
}

/** The choice between mapped terms. */
export function mapChoice(term: ChooseTerm, map: (operand: Term) => Term): ChooseTerm {
  const { condition, whenTrue, whenFalse } = term;
  return { ...term, condition: map(condition), whenTrue: map(whenTrue), whenFalse: map(whenFalse) };
}

/** How {@link TermRewriter} changes what it meets; what is not given stays. */
export interface TermRewrite {
  readonly counter?: (counter: Counter) => AffineSum | undefined;
  /** A replacement of a load whose subscripts are rewritten already. */
  readonly load?: (load: LoadTerm) => Term | undefined;
  /** A replacement of an operation whose operands are rewritten already; `old` is as it was. */
  readonly operation?: (operation: OperationTerm, old: OperationTerm) => Term | undefined;
}

/** Rewrites terms and keeps what they share. */
export class TermRewriter {
  readonly #rewrite: TermRewrite;
  readonly #done = new Map<Term, Term>();

  constructor(rewrite: TermRewrite) {
    this.#rewrite = rewrite;
  }

  term(term: Term): Term {
    const known = this.#done.get(term);
    if (known !== undefined) return known;
    const made = this.#make(term);
    this.#done.set(term, made);
    return made;
  }

  #make(term: Term): Term {
    switch (term.kind) {
      case "operation": {
        const made = mapOperation(term, (operand) => this.term(operand));
        return this.#rewrite.operation?.(made, term) ?? made;
      }
      case "choose":
        return mapChoice(term, (operand) => this.term(operand));
      case "load": {
        const load = { ...term, access: this.access(term.access) };
        return this.#rewrite.load?.(load) ?? load;
      }
      case "index":
        return { kind: "index", sum: this.sum(term.sum) };
      case "value":
        return term;
    }
  }

  sum(sum: AffineSum): AffineSum {
    const { counter } = this.#rewrite;
    return substituteSum(sum, (variable) =>
      variable.kind === "counter" ? counter?.(variable) : this.#opaque(variable),
    );
  }

  #opaque(variable: Opaque): AffineSum | undefined {
    const term = this.term(variable.term);
    if (term === variable.term) return undefined;
    if (term.kind === "index") return term.sum;
    return { terms: new Map([[{ kind: "opaque", term }, 1]]), constant: 0 };
  }

  access(access: Access): Access {
    return { ...access, subscripts: access.subscripts.map((subscript) => this.sum(subscript)) };
  }

  guard(guard: Guard): Guard {
    if (guard.kind === "data") return { ...guard, condition: this.term(guard.condition) };
    return {
      kind: "affine",
      constraints: guard.constraints.map(({ kind, sum }) => ({ kind, sum: this.sum(sum) })),
    };
  }
}
