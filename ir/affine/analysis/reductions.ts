import type { Attributes } from "../../core/attribute.ts";
import type { Loop, Placed, Statement } from "../model/program.ts";
import { mentions, sameSum } from "../model/sum.ts";
import { type Access, type LoadTerm, loadsOf, type OperationTerm, type Term } from "../model/term.ts";

/** `X[f] = X[f] op e`, or with the first iteration's start in place: `X[f] = select(first, start, X[f]) op e`. */
export interface Reduction {
  readonly operation: OperationTerm;
  readonly load: LoadTerm;
  /** The load, or the selection of it or a start value. */
  readonly accumulator: Term;
  readonly element: Term;
  /** `subf`: the element is subtracted. */
  readonly isNegated: boolean;
  /** Whether the order of its terms may be changed: whole numbers, or a flag of the operation says so. */
  readonly mayReassociate: boolean;
}

const REDUCIBLE: ReadonlySet<string> = new Set([
  "arith.addf",
  "arith.subf",
  "arith.mulf",
  "arith.maximumf",
  "arith.minimumf",
  "arith.addi",
  "arith.muli",
  "arith.andi",
  "arith.ori",
  "arith.xori",
  "arith.maxsi",
  "arith.minsi",
]);
/** Exact in any order. */
const EXACT: ReadonlySet<string> = new Set(["arith.maximumf", "arith.minimumf"]);

/** Whether two accesses are the same expression on the same array. */
export function sameAccess(a: Access, b: Access): boolean {
  return (
    a.array === b.array &&
    a.subscripts.length === b.subscripts.length &&
    a.subscripts.every((sum, index) => {
      const other = b.subscripts[index];
      return other !== undefined && sameSum(sum, other);
    })
  );
}

/** The reduction that a statement is, if it is one. */
export function reductionOf({ value, target, guards }: Statement): Reduction | undefined {
  if (value.kind !== "operation" || !REDUCIBLE.has(value.name)) return undefined;
  const [left, right] = value.operands;
  if (left === undefined || right === undefined) return undefined;
  if (guards.some((guard) => guard.kind === "data" && loads(guard.condition, target))) return undefined;
  const isNegated = value.name === "arith.subf";
  for (const [accumulator, element] of isNegated
    ? [[left, right] as const]
    : [[left, right] as const, [right, left] as const]) {
    const load = accumulatorLoad(accumulator, target);
    if (load === undefined || loads(element, target)) continue;
    const mayReassociate =
      value.type.kind !== "float" || EXACT.has(value.name) || allowsReassociation(value.attributes);
    return { operation: value, load, accumulator, element, isNegated, mayReassociate };
  }
  return undefined;
}

function loads(term: Term, { array }: Access): boolean {
  return loadsOf([term]).some(({ access }) => access.array === array);
}

/** The load of the target: bare, or as one side of a selection. */
function accumulatorLoad(term: Term, target: Access): LoadTerm | undefined {
  if (term.kind === "load") return sameAccess(term.access, target) ? term : undefined;
  if (term.kind !== "operation" || term.name !== "arith.select") return undefined;
  const [condition, start, load] = term.operands;
  if (condition === undefined || start === undefined || load?.kind !== "load") return undefined;
  return sameAccess(load.access, target) && !loads(condition, target) && !loads(start, target)
    ? load
    : undefined;
}

function allowsReassociation({ fastmath }: Attributes): boolean {
  if (fastmath?.kind !== "opaque") return false;
  return /[<,]\s*(?:reassoc|fast)\s*[,>]/u.test(fastmath.text);
}

/** The loops that a statement's target does not depend on: a reduction runs over these. */
export function reductionLoops({ statement, loops }: Placed): readonly Loop[] {
  return loops.filter(({ counter }) => statement.target.subscripts.every((sum) => !mentions(sum, counter)));
}
