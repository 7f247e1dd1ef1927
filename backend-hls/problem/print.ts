import { at } from "../../ir/index.ts";
import type { Dependence, Operation, OperatorType, Problem } from "./problem.ts";
import type { Schedule } from "./schedule.ts";

/**
 * The text form of a problem; {@link parseProblem} reads it back.
 *
 *     period 1000
 *     resource port 2
 *     type load latency 1 in 200 out 500 on port
 *     type add latency 0 in 0 out 400
 *     op a load
 *     op sum add bits 32
 *     a -> sum
 *     sum -> sum @1
 *     sum => a @1 min 2
 *
 * `->` passes data, `=>` only orders; `@` is the distance in iterations.
 */
export function printProblem(problem: Problem): string {
  const name = (id: number): string => at(problem.operations, id).name;
  return [
    `period ${problem.periodPs}`,
    ...problem.resources.map((resource) => `resource ${resource.name} ${resource.units}`),
    ...problem.types.map(printType),
    ...problem.operations.map(printOperation),
    ...problem.dependences.map((dependence) => printDependence(dependence, name)),
    "",
  ].join("\n");
}

function printType({ name, latencyCycles, inputDelayPs, outputDelayPs, resource }: OperatorType): string {
  const on = resource === undefined ? "" : ` on ${resource}`;
  return `type ${name} latency ${latencyCycles} in ${inputDelayPs} out ${outputDelayPs}${on}`;
}

function printOperation({ name, type, resultBits }: Operation): string {
  return `op ${name} ${type}${resultBits === undefined ? "" : ` bits ${resultBits}`}`;
}

function printDependence(dependence: Dependence, name: (id: number) => string): string {
  const { kind, from, to, distance } = dependence;
  const carried = distance === 0 ? "" : ` @${distance}`;
  const least = dependence.kind === "order" ? ` min ${dependence.minCycles}` : "";
  return `${name(from)} ${kind === "data" ? "->" : "=>"} ${name(to)}${carried}${least}`;
}

/** A schedule as text: its figures, its bound, then one line per operation in the order of starts. */
export function printSchedule(problem: Problem, schedule: Schedule): string {
  const order = problem.operations
    .map(({ id }) => id)
    .sort(
      (a, b) =>
        at(schedule.start, a) - at(schedule.start, b) ||
        at(schedule.startPs, a) - at(schedule.startPs, b) ||
        a - b,
    );
  return [
    `ii ${schedule.ii} depth ${schedule.depthCycles}`,
    `bound ${printBound(problem, schedule.bound)}`,
    ...order.map(
      (id) => `t=${at(schedule.start, id)} ${at(schedule.startPs, id)}ps ${at(problem.operations, id).name}`,
    ),
    "",
  ].join("\n");
}

/** Why an initiation interval is not smaller, in words. */
export function printBound(problem: Problem, bound: Schedule["bound"]): string {
  switch (bound.kind) {
    case "none":
      return "none";
    case "resource":
      return `resource ${bound.name}: ${bound.uses} uses of ${bound.units} units`;
    case "combined":
      return `combined: ${bound.bounds.map((part) => printBound(problem, part)).join("; ")}`;
    case "recurrence": {
      const names = bound.ops.map((op) => at(problem.operations, op).name).join(" -> ");
      return `recurrence ${names}: ${bound.cycles} cycles over ${bound.distance} iterations`;
    }
  }
}
