import type { Value } from "../../core/operation.ts";
import { at } from "../../support/bug.ts";
import { type Loop, type Placed, rootsOf } from "../model/program.ts";
import { variableSum } from "../model/sum.ts";
import { type Access, loadsOf, type Term } from "../model/term.ts";
import { addForms, ConstraintSystem, type Form, Instance } from "./instances.ts";
import { project } from "./integer-system.ts";

/** An ordered pair of accesses to one cell, at least one of them a store, in two iterations. */
export interface Dependence {
  readonly kind: "flow" | "anti" | "output";
  readonly source: Placed;
  readonly target: Placed;
  readonly sourceAccess: Access;
  readonly targetAccess: Access;
  /** How many loops are around both. */
  readonly common: number;
  /** The common loop whose iterations it goes from one to a later one, counted from outside; undefined within one iteration of all. */
  readonly carrier: number | undefined;
}

/** The cells that a statement may touch, those that its loops' bounds are read from too. */
function accessesOf({ statement, loops }: Placed): {
  readonly loads: readonly Access[];
  readonly store: Access;
} {
  const bounds = loops
    .flatMap(({ lower, upper }) => [...lower, ...upper])
    .map((sum): Term => ({ kind: "index", sum }));
  return {
    loads: loadsOf([...rootsOf(statement), ...bounds]).map(({ access }) => access),
    store: statement.target,
  };
}

/** The number of loops around both. */
export function commonLoops(a: readonly Loop[], b: readonly Loop[]): number {
  let count = 0;
  while (count < a.length && a[count] === b[count]) count++;
  return count;
}

/** All dependences between statements, given in program order; exact for affine accesses and guards (`isFeasible`). */
export function dependencesOf(placed: readonly Placed[]): readonly Dependence[] {
  const accesses = placed.map(accessesOf);
  const arrays = accesses.map(
    ({ loads, store }) => new Set<Value>([store.array, ...loads.map(({ array }) => array)]),
  );
  const out: Dependence[] = [];
  placed.forEach((source, from) => {
    placed.forEach((target, to) => {
      const [a, b] = [at(accesses, from), at(accesses, to)];
      if (!at(arrays, to).has(a.store.array) && !at(arrays, from).has(b.store.array)) return;
      const pairs: readonly (readonly [Dependence["kind"], Access, Access])[] = [
        ["output", a.store, b.store],
        ...b.loads.map((load) => ["flow", a.store, load] as const),
        ...a.loads.map((load) => ["anti", load, b.store] as const),
      ];
      for (const [kind, sourceAccess, targetAccess] of pairs) {
        if (sourceAccess.array !== targetAccess.array) continue;
        const pair = { kind, source, target, sourceAccess, targetAccess };
        out.push(...levelsOf(pair, from < to));
      }
    });
  });
  return out;
}

function levelsOf(pair: Omit<Dependence, "common" | "carrier">, isBefore: boolean): readonly Dependence[] {
  const common = commonLoops(pair.source.loops, pair.target.loops);
  const out: Dependence[] = [];
  for (let carrier = 0; carrier < common; carrier++) {
    const dependence = { ...pair, common, carrier };
    if (relationOf(dependence).system.isFeasible()) out.push(dependence);
  }
  const independent = { ...pair, common, carrier: undefined };
  if (isBefore && relationOf(independent).system.isFeasible()) out.push(independent);
  return out;
}

/** The pairs of iterations of a dependence. */
interface Relation {
  readonly system: ConstraintSystem;
  readonly source: Instance;
  readonly target: Instance;
}

/** Both run, touch one cell, and the common loops say which is first. */
export function relationOf(dependence: Dependence): Relation {
  const system = new ConstraintSystem();
  const [source, target] = [new Instance(system), new Instance(system)];
  source.assumeRuns(dependence.source);
  target.assumeRuns(dependence.target);
  dependence.sourceAccess.subscripts.forEach((subscript, index) => {
    const other = at(dependence.targetAccess.subscripts, index);
    system.isZero(addForms(source.form(subscript), target.form(other), -1));
  });
  const { carrier, common } = dependence;
  for (let loop = 0; loop < (carrier ?? common); loop++)
    system.isZero(stepForm(dependence, { source, target }, loop));
  if (carrier !== undefined)
    system.isNotNegative(addForms(stepForm(dependence, { source, target }, carrier), oneForm, -1));
  return { system, source, target };
}

const oneForm: Form = { terms: new Map(), constant: 1 };

/** How much later a common loop's counter is in the target. */
function stepForm(
  dependence: Dependence,
  { source, target }: Pick<Relation, "source" | "target">,
  loop: number,
): Form {
  const sum = variableSum(at(dependence.source.loops, loop).counter);
  return addForms(target.form(sum), source.form(sum), -1);
}

/** The smallest and largest difference that a common loop's counter has in a dependence. */
export interface Distance {
  readonly min: number | undefined;
  readonly max: number | undefined;
}

/** How far apart the two iterations are in each common loop, in counters; equal ends are a constant distance. */
export function distancesOf(dependence: Dependence): readonly Distance[] {
  return Array.from({ length: dependence.common }, (_, loop) => {
    const relation = relationOf(dependence);
    return rangeOf(relation.system, stepForm(dependence, relation, loop));
  });
}

/** The values that a form may take, as far as its rational hull says. */
export function rangeOf(system: ConstraintSystem, form: Form): Distance {
  const { equalities, inequalities } = system.rows();
  const front = (row: readonly number[]): readonly number[] => [0, ...row];
  const width = system.columns;
  const definition = new Array<number>(width + 2).fill(0);
  definition[0] = -1;
  for (const [column, factor] of form.terms) definition[column + 1] = factor;
  definition[width + 1] = form.constant;
  const rows = project(
    { equalities: [...equalities.map(front), definition], inequalities: inequalities.map(front) },
    1,
  );
  let [min, max]: [number | undefined, number | undefined] = [undefined, undefined];
  for (const [factor = 0, constant = 0] of rows ?? []) {
    if (factor > 0) min = Math.max(min ?? -Infinity, Math.ceil(-constant / factor));
    if (factor < 0) max = Math.min(max ?? Infinity, Math.floor(constant / -factor));
  }
  return { min, max };
}

/** `<`, `=` or `>` where a distance has one sign, else `*`. */
export function directionOf({ min, max }: Distance): "<" | "=" | ">" | "*" {
  if (min === 0 && max === 0) return "=";
  if (min !== undefined && min > 0) return "<";
  return max !== undefined && max < 0 ? ">" : "*";
}
