import { at } from "../../support/bug.ts";
import { type AffineSum, constantSum, offsetSum, subtractSums } from "../model/sum.ts";
import type { Constraint, Guard, Term } from "../model/term.ts";

const EQ = 0;
const SLT = 2;
const SLE = 3;
const SGT = 4;
const SGE = 5;

/** The condition of a branch as a guard: constraints on counters where it is a conjunction of signed comparisons of indices. */
export function guardOf(condition: Term, holds: boolean): Guard {
  const constraints = constraintsOf(condition);
  if (constraints === undefined) return { kind: "data", condition, holds };
  if (holds) return { kind: "affine", constraints };
  const negated = constraints.length === 1 ? negate(at(constraints, 0)) : undefined;
  return negated === undefined
    ? { kind: "data", condition, holds }
    : { kind: "affine", constraints: [negated] };
}

/** The opposite of a constraint; of an equality there is none. */
function negate({ kind, sum }: Constraint): Constraint | undefined {
  return kind === "equal" ? undefined : { kind, sum: offsetSum(subtractSums(constantSum(0), sum), -1) };
}

function constraintsOf(term: Term): readonly Constraint[] | undefined {
  if (term.kind !== "operation") return undefined;
  if (term.name === "arith.andi") {
    const sides = term.operands.map(constraintsOf);
    return sides.every((side) => side !== undefined) ? sides.flat() : undefined;
  }
  if (term.name !== "arith.cmpi") return undefined;
  const [left, right] = term.operands;
  const predicate = term.attributes["predicate"];
  if (left?.kind !== "index" || right?.kind !== "index" || predicate?.kind !== "int") return undefined;
  return comparison(Number(predicate.value), left.sum, right.sum);
}

function comparison(predicate: number, left: AffineSum, right: AffineSum): readonly Constraint[] | undefined {
  const atLeast = (a: AffineSum, b: AffineSum, by: number): readonly Constraint[] => [
    { kind: "atLeast", sum: offsetSum(subtractSums(a, b), -by) },
  ];
  switch (predicate) {
    case EQ:
      return [{ kind: "equal", sum: subtractSums(left, right) }];
    case SLT:
      return atLeast(right, left, 1);
    case SLE:
      return atLeast(right, left, 0);
    case SGT:
      return atLeast(left, right, 1);
    case SGE:
      return atLeast(left, right, 0);
    default:
      return undefined;
  }
}
