import { at } from "../../support/bug.ts";
import { arrayType } from "../model/arrays.ts";
import type { Loop } from "../model/program.ts";
import { constantSum, offsetSum, subtractSums } from "../model/sum.ts";
import type { Access } from "../model/term.ts";
import { isImplied } from "./instances.ts";

/** Whether an access is inside of its array in every iteration of some loops. */
export function isInside({ array, subscripts }: Access, loops: readonly Loop[]): boolean {
  const { shape } = arrayType(array);
  return subscripts.every((sum, index) => {
    const last = offsetSum(subtractSums(constantSum(at(shape, index)), sum), -1);
    return [sum, last].every((each) => isImplied({ kind: "atLeast", sum: each }, [], loops));
  });
}
