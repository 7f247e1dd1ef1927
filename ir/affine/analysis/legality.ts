import { at, present } from "../../support/bug.ts";
import type { Statement } from "../model/program.ts";
import { type AffineSum, constantSum } from "../model/sum.ts";
import { type Dependence, relationOf } from "./dependences.ts";
import { addForms, ConstraintSystem, Instance } from "./instances.ts";

/**
 * When the iterations of a statement run: sums of its counters, compared one after the other; where all are equal, `order`
 * decides. Strip-mining is a dimension `floor(i / size)` (`floorSum`).
 */
export interface StatementSchedule {
  readonly times: readonly AffineSum[];
  readonly order: number;
}

/** The first dependence that the schedules would turn around; undefined where they keep all. */
export function violatedDependence(
  dependences: readonly Dependence[],
  scheduleOf: (statement: Statement) => StatementSchedule,
): Dependence | undefined {
  return dependences.find((dependence) => isViolated(dependence, scheduleOf));
}

/** Whether schedules keep all dependences. */
export function isLegal(
  dependences: readonly Dependence[],
  schedules: ReadonlyMap<Statement, StatementSchedule>,
): boolean {
  const scheduleOf = (statement: Statement): StatementSchedule =>
    present(schedules.get(statement), "the schedule of a statement");
  return violatedDependence(dependences, scheduleOf) === undefined;
}

function isViolated(
  dependence: Dependence,
  scheduleOf: (statement: Statement) => StatementSchedule,
): boolean {
  const [first, second] = [scheduleOf(dependence.source.statement), scheduleOf(dependence.target.statement)];
  const relation = relationOf(dependence);
  const depth = Math.max(first.times.length, second.times.length);
  const base = new ConstraintSystem(relation.system);
  const source = new Instance(base, relation.source.columns);
  const target = new Instance(base, relation.target.columns);
  const zero = constantSum(0);
  const steps = Array.from({ length: depth }, (_, index) =>
    addForms(source.form(first.times[index] ?? zero), target.form(second.times[index] ?? zero), -1),
  );
  for (let level = 0; level <= depth; level++) {
    const system = new ConstraintSystem(base);
    for (const step of steps.slice(0, level)) system.isZero(step);
    if (level === depth) {
      // The same time: the order of statements decides, and two iterations of one have none.
      return first.order >= second.order && system.isFeasible();
    }
    system.isNotNegative(addForms(at(steps, level), { terms: new Map(), constant: 1 }, -1));
    if (system.isFeasible()) return true;
  }
  return false;
}
