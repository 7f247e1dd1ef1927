import type { Attributes } from "../../core/attribute.ts";
import type { Loop, Placed, Statement } from "../model/program.ts";
import { mentions, sameSum, variableSum } from "../model/sum.ts";
import { type Access, type LoadTerm, loadsOf, type OperationTerm, type Term } from "../model/term.ts";
import { addForms, ConstraintSystem, Instance } from "./instances.ts";

/** `X[f] = X[f] op e`, or with the first iteration's start in place: `X[f] = select(first, start, X[f]) op e`. */
export interface Reduction {
  readonly operation: OperationTerm;
  readonly load: LoadTerm;
  /** The load, or the selection of it or a start value. */
  readonly accumulator: Term;
  readonly element: Term;
  /** `subf`, `subi`: the element is subtracted. */
  readonly isNegated: boolean;
  /** Whether the order of its terms may be changed: whole numbers, or a flag of the operation says so. */
  readonly mayReassociate: boolean;
  /** Whether the element is computed from other cells of the same array. */
  readonly readsOwnArray: boolean;
}

const REDUCIBLE: ReadonlySet<string> = new Set([
  "arith.addf",
  "arith.subf",
  "arith.mulf",
  "arith.maximumf",
  "arith.minimumf",
  "arith.addi",
  "arith.subi",
  "arith.muli",
  "arith.andi",
  "arith.ori",
  "arith.xori",
  "arith.maxsi",
  "arith.minsi",
]);
/** The element is taken away, not added. */
const SUBTRACTING: ReadonlySet<string> = new Set(["arith.subf", "arith.subi"]);
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
  const isNegated = SUBTRACTING.has(value.name);
  for (const [accumulator, element] of isNegated
    ? [[left, right] as const]
    : [[left, right] as const, [right, left] as const]) {
    const load = accumulatorLoad(accumulator, target);
    if (load === undefined || loadsCell(element, target)) continue;
    const mayReassociate =
      value.type.kind !== "float" || EXACT.has(value.name) || allowsReassociation(value.attributes);
    const readsOwnArray = loads(element, target);
    return { operation: value, load, accumulator, element, isNegated, mayReassociate, readsOwnArray };
  }
  return undefined;
}

function loads(term: Term, { array }: Access): boolean {
  return loadsOf([term]).some(({ access }) => access.array === array);
}

function loadsCell(term: Term, target: Access): boolean {
  return loadsOf([term]).some(({ access }) => sameAccess(access, target));
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

/**
 * Whether no element of a reduction is a cell that the same sum goes to, so that elements may be computed ahead of the
 * accumulations before them.
 */
export function elementsAreApart(placed: Placed, { element }: Reduction): boolean {
  const { target } = placed.statement;
  const over = reductionLoops(placed);
  return loadsOf([element])
    .filter(({ access }) => access.array === target.array)
    .every(({ access }) => {
      const system = new ConstraintSystem();
      const [one, other] = [new Instance(system), new Instance(system)];
      one.assumeRuns(placed);
      other.assumeRuns(placed);
      for (const { counter } of placed.loops.filter((loop) => !over.includes(loop)))
        system.isZero(addForms(one.form(variableSum(counter)), other.form(variableSum(counter)), -1));
      access.subscripts.forEach((sum, index) => {
        system.isZero(addForms(one.form(sum), other.form(target.subscripts[index] ?? sum), -1));
      });
      return !system.isFeasible();
    });
}
