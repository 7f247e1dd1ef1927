import { at } from "../../ir/index.ts";
import { clockTime, cycleOf, psOf } from "./clock-time.ts";
import { buildGraph, type Edge, type Graph, occupiedCycles, readyTime } from "./graph.ts";
import type { OperationId, Problem } from "./problem.ts";
import type { Schedule } from "./schedule.ts";
import type { Violation } from "./violation.ts";

type Timing = Pick<Schedule, "ii" | "start" | "startPs" | "depthCycles">;

/** The rules that a schedule breaks, each with both ends and numbers; empty when it is right. */
export function verifySchedule(problem: Problem, schedule: Timing): Violation[] {
  const malformed = verifyForm(problem, schedule);
  if (malformed.length > 0) return malformed;
  const graph = buildGraph(problem);
  return [
    ...graph.edges.flatMap((edge) => verifyDependence(graph, edge, schedule)),
    ...problem.operations.flatMap(({ id }) => verifyFit(graph, id, schedule)),
    ...verifyResources(graph, schedule),
    ...verifyDepth(graph, schedule),
  ];
}

function verifyForm({ operations }: Problem, { ii, start, startPs }: Timing): Violation[] {
  const malformed = (message: string, ops: readonly number[] = []): Violation => ({
    rule: "malformed-schedule",
    message,
    ops,
  });
  if (!Number.isInteger(ii) || ii < 1)
    return [malformed(`the initiation interval is ${ii}; expected a whole number from 1`)];
  if (start.length !== operations.length || startPs.length !== operations.length) {
    return [
      malformed(
        `there are ${start.length} start cycles and ${startPs.length} start times for ${operations.length} operations`,
      ),
    ];
  }
  return operations
    .filter(({ id }) => !Number.isInteger(at(start, id)) || at(start, id) < 0 || !(at(startPs, id) >= 0))
    .map(({ id, name }) =>
      malformed(
        `"${name}" starts in t=${at(start, id)} at ${at(startPs, id)} ps; expected whole cycles and times from 0`,
        [id],
      ),
    );
}

function verifyDependence(graph: Graph, edge: Edge, { ii, start, startPs }: Timing): Violation[] {
  const { from, to, distance } = edge;
  const ready = readyTime(graph, edge, clockTime(at(start, from), at(startPs, from)));
  const begin = clockTime(at(start, to) + ii * distance, at(startPs, to));
  if (begin >= ready) return [];
  const what = edge.isData ? "result available" : "successor may start";
  const later =
    distance === 0
      ? ""
      : `, ${distance} iteration${distance === 1 ? "" : "s"} later: t=${at(start, to)} + ${distance} * II ${ii}`;
  const message =
    `from "${nameOf(graph, from)}" (starts in t=${at(start, from)}): ${what} in t=${cycleOf(ready)} at ${psOf(ready)} ps; ` +
    `to "${nameOf(graph, to)}": starts in t=${cycleOf(begin)} at ${psOf(begin)} ps${later}`;
  return [{ rule: "precedence", message, ops: [from, to] }];
}

function verifyFit(graph: Graph, op: OperationId, { start, startPs }: Timing): Violation[] {
  const end = at(startPs, op) + at(graph.entryPs, op);
  if (end <= graph.periodPs) return [];
  const message =
    `"${nameOf(graph, op)}" starts in t=${at(start, op)} at ${at(startPs, op)} ps and takes ${at(graph.entryPs, op)} ps: ` +
    `it ends at ${end} ps, the usable period is ${graph.periodPs} ps`;
  return [{ rule: "chaining", message, ops: [op] }];
}

function verifyResources({ problem, resource, size }: Graph, { ii, start }: Timing): Violation[] {
  const users = new Map<string, OperationId[]>();
  for (let op = 0; op < size; op++) {
    const index = at(resource, op);
    if (index < 0) continue;
    const key = `${index}:${at(start, op) % ii}`;
    users.set(key, [...(users.get(key) ?? []), op]);
  }
  return [...users].flatMap(([key, ops]): Violation[] => {
    const [index = 0, slot] = key.split(":").map(Number);
    const { name, units } = at(problem.resources, index);
    if (ops.length <= units) return [];
    const who = ops.map((op) => `"${at(problem.operations, op).name}" (t=${at(start, op)})`).join(", ");
    return [
      {
        rule: "overuse",
        message: `resource "${name}" has ${units} units, ${ops.length} starts in cycle ${slot} modulo II ${ii}: ${who}`,
        ops,
      },
    ];
  });
}

function verifyDepth(graph: Graph, { start, depthCycles }: Timing): Violation[] {
  const depth = depthOf(graph, start);
  if (depth === depthCycles) return [];
  return [
    {
      rule: "depth",
      message: `the depth is stated as ${depthCycles} cycles; the last operation ends after ${depth}`,
      ops: [],
    },
  ];
}

/** Cycles in which one iteration is in flight; at least 1. */
export function depthOf(graph: Graph, start: ArrayLike<number>): number {
  let depth = 1;
  for (let op = 0; op < graph.size; op++) depth = Math.max(depth, at(start, op) + occupiedCycles(graph, op));
  return depth;
}

function nameOf({ problem }: Graph, op: OperationId): string {
  return at(problem.operations, op).name;
}
