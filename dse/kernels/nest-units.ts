import {
  type FloatPrimitiveName,
  type Placed,
  reductionOf,
  subtermsOf,
  type Term,
  variablesOf,
} from "../../ir/index.ts";
import type { NestShape } from "./nest-shape.ts";

/** A float operation of one iteration, and the loops (by place) that its value depends on. */
export interface UnitUse {
  readonly primitive: FloatPrimitiveName;
  readonly loops: readonly number[];
}

/** Float primitives by the operations that want a unit for them. */
const PRIMITIVES: ReadonlyMap<string, FloatPrimitiveName> = new Map([
  ["arith.addf", "add"],
  ["arith.subf", "sub"],
  ["arith.mulf", "mul"],
  ["arith.divf", "div"],
  ["math.sqrt", "sqrt"],
  ["math.exp", "exp"],
  ["math.rsqrt", "rsqrt"],
]);

/** The primitive behind an operation, where it takes a unit. */
export function primitiveOf(term: Term): FloatPrimitiveName | undefined {
  return term.kind === "operation" ? PRIMITIVES.get(term.name) : undefined;
}

/** Float operations of all statements; lanes that compute the same share one, which the loops tell. */
export function unitUses({ nest }: NestShape): readonly UnitUse[] {
  const statements = nest.statements.map(({ statement }) => statement);
  const accumulations = new Set<Term | undefined>(statements.map((each) => reductionOf(each)?.operation));
  return subtermsOf(statements.map(({ value }) => value)).flatMap((term) => {
    const primitive = primitiveOf(term);
    if (primitive === undefined) return [];
    const loops = accumulations.has(term) ? [...nest.loops.keys()] : loopsUnder(term, nest.loops);
    return [{ primitive, loops }];
  });
}

/** Loops whose counters occur below a term. */
function loopsUnder(term: Term, loops: Placed["loops"]): readonly number[] {
  const below = subtermsOf([term]);
  const sums = below.flatMap((each) =>
    each.kind === "load" ? each.access.subscripts : each.kind === "index" ? [each.sum] : [],
  );
  const counters = new Set(sums.flatMap((sum) => variablesOf(sum)));
  return loops.flatMap(({ counter }, place) => (counters.has(counter) ? [place] : []));
}

/** Units of each primitive that an iteration of this many lanes uses. */
export function countUses(
  uses: readonly UnitUse[],
  lanes: readonly number[],
): ReadonlyMap<FloatPrimitiveName, number> {
  const counts = new Map<FloatPrimitiveName, number>();
  for (const { primitive, loops } of uses) {
    const copies = loops.reduce((product, place) => product * (lanes[place] ?? 1), 1);
    counts.set(primitive, (counts.get(primitive) ?? 0) + copies);
  }
  return counts;
}
