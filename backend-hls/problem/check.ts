import { CYCLE } from "./clock-time.ts";
import { entryDelayPs } from "./graph.ts";
import type { Dependence, OperatorType, Problem } from "./problem.ts";
import { orderWithinIteration } from "./topological-order.ts";
import type { Violation, ViolationRule } from "./violation.ts";

/** What makes a problem unsolvable or meaningless before any solver looks at it; empty when sound. */
export function checkProblem(problem: Problem): Violation[] {
  const violations = [
    ...checkPeriod(problem),
    ...checkTypes(problem),
    ...checkResources(problem),
    ...checkOperations(problem),
    ...checkDependences(problem),
  ];
  return violations.length > 0 ? violations : checkCycles(problem);
}

function checkPeriod({ periodPs }: Problem): Violation[] {
  if (periodPs > 0 && periodPs < CYCLE) return [];
  return [broken("negative", `the period is ${periodPs} ps; expected more than 0 and less than ${CYCLE}`)];
}

function checkTypes(problem: Problem): Violation[] {
  const resources = new Set(problem.resources.map(({ name }) => name));
  const violations = duplicates(
    "operator type",
    problem.types.map(({ name }) => name),
  );
  for (const type of problem.types) {
    violations.push(...checkTiming(type, problem.periodPs));
    if (type.resource !== undefined && !resources.has(type.resource)) {
      violations.push(
        broken(
          "dangling",
          `operator type "${type.name}" uses resource "${type.resource}", which is not declared`,
        ),
      );
    }
  }
  return violations;
}

function checkTiming(type: OperatorType, periodPs: number): Violation[] {
  const { name, latencyCycles, inputDelayPs, outputDelayPs } = type;
  if (!isCount(latencyCycles) || !(inputDelayPs >= 0) || !(outputDelayPs >= 0)) {
    return [
      broken(
        "negative",
        `operator type "${name}" has latency ${latencyCycles}, input delay ${inputDelayPs} ps, ` +
          `output delay ${outputDelayPs} ps; expected a whole latency and delays from 0`,
      ),
    ];
  }
  const slowest = Math.max(entryDelayPs(type), outputDelayPs);
  if (slowest <= periodPs) return [];
  return [
    broken(
      "too-slow",
      `operator type "${name}" needs ${slowest} ps in one cycle; the usable period is ${periodPs} ps`,
    ),
  ];
}

function checkResources({ resources }: Problem): Violation[] {
  return [
    ...duplicates(
      "resource",
      resources.map(({ name }) => name),
    ),
    ...resources
      .filter(({ units }) => !isCount(units) || units === 0)
      .map(({ name, units }) =>
        broken("negative", `resource "${name}" has ${units} units; expected at least 1`),
      ),
  ];
}

function checkOperations({ operations, types }: Problem): Violation[] {
  const known = new Set(types.map(({ name }) => name));
  const violations = duplicates(
    "operation",
    operations.map(({ name }) => name),
  );
  operations.forEach((op, place) => {
    if (op.id !== place)
      violations.push(
        broken("dangling", `operation "${op.name}" has id ${op.id} but stands at place ${place}`),
      );
    if (!known.has(op.type))
      violations.push(
        broken("dangling", `operation "${op.name}" is of type "${op.type}", which is not declared`, [place]),
      );
    if (!((op.resultBits ?? 0) >= 0))
      violations.push(broken("negative", `operation "${op.name}" has ${op.resultBits} result bits`, [place]));
  });
  return violations;
}

function checkDependences({ operations, dependences }: Problem): Violation[] {
  const violations: Violation[] = [];
  for (const dependence of dependences) {
    const { from, to, distance } = dependence;
    if (operations[from] === undefined || operations[to] === undefined) {
      violations.push(
        broken(
          "dangling",
          `a dependence leads from operation ${from} to ${to}; there are ${operations.length} operations`,
        ),
      );
    } else if (!isCount(distance) || !isCount(minCyclesOf(dependence))) {
      violations.push(
        broken(
          "negative",
          `the dependence from "${operations[from].name}" to "${operations[to].name}" has distance ${distance} ` +
            `and at least ${minCyclesOf(dependence)} cycles; expected whole numbers from 0`,
          [from, to],
        ),
      );
    }
  }
  return violations;
}

function checkCycles({ operations, dependences }: Problem): Violation[] {
  const result = orderWithinIteration(operations.length, dependences);
  if (result.kind === "order") return [];
  const names = result.ops.map((op) => operations[op]?.name).join(" -> ");
  return [
    broken(
      "zero-distance-cycle",
      `operations wait for each other within one iteration: ${names} -> ${operations[result.ops[0] ?? 0]?.name}`,
      result.ops,
    ),
  ];
}

function minCyclesOf(dependence: Dependence): number {
  return dependence.kind === "order" ? dependence.minCycles : 0;
}

function duplicates(what: string, names: readonly string[]): Violation[] {
  const seen = new Set<string>();
  const violations: Violation[] = [];
  for (const name of names) {
    if (seen.has(name)) violations.push(broken("duplicate", `${what} "${name}" is declared twice`));
    seen.add(name);
  }
  return violations;
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}

function broken(rule: ViolationRule, message: string, ops: readonly number[] = []): Violation {
  return { rule, message, ops };
}
