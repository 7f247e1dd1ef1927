import type { Operation, Value } from "../../core/operation.ts";
import { at } from "../../support/bug.ts";
import { commonLoops, rangeOf } from "../analysis/dependences.ts";
import { ConstraintSystem, Instance } from "../analysis/instances.ts";
import { arrayType, newArray } from "../model/arrays.ts";
import {
  isPrivate,
  type Loop,
  type LoopProgram,
  type Placed,
  rewriteNodes,
  rootsOf,
  statementsOf,
  touches,
} from "../model/program.ts";
import { variableSum } from "../model/sum.ts";
import { type Access, type Constraint, loadsOf } from "../model/term.ts";
import { isNormal } from "./normalize.ts";

/**
 * A private cell that each iteration of some loops writes before it reads ==> an array over these loops, so that nothing
 * but the values themselves holds the iterations together. Cells that live in one innermost body stay as they are: they
 * are wires. Loops have to be normal.
 */
export function expandScalars(program: LoopProgram): LoopProgram {
  return program.arrays.reduce((current, op) => {
    const loops =
      isPrivate(program, op.result) && arrayType(op.result).shape.length === 0
        ? expandableLoops(statementsOf(current.body), op.result)
        : [];
    const extents = loops.map((_, index) => extentOf(loops.slice(0, index + 1)));
    return loops.length === 0 || extents.includes(undefined)
      ? current
      : expanded(current, op, loops, extents as readonly number[]); // none is undefined
  }, program);
}

/** The loops around all accesses of a cell, where the first access in each iteration is a store that always happens. */
function expandableLoops(placed: readonly Placed[], array: Value): readonly Loop[] {
  const users = placed.filter(({ statement }) => touches(statement, array));
  const [first] = users;
  if (first === undefined) return [];
  const count = users.reduce(
    (least, { loops }) => Math.min(least, commonLoops(first.loops, loops)),
    first.loops.length,
  );
  const loops = first.loops.slice(0, count);
  const { statement } = first;
  const isFirstStore =
    statement.target.array === array &&
    statement.guards.length === 0 &&
    first.loops.length === count &&
    !loadsOf(rootsOf(statement)).some(({ access }) => access.array === array);
  const isWire = users.every((user) => user.loops.length === count);
  return isFirstStore && !isWire && loops.every(isNormal) ? loops : [];
}

/** The largest trip count of the innermost of `loops`, where some constraints hold; at least 1. */
export function extentOf(loops: readonly Loop[], given: readonly Constraint[] = []): number | undefined {
  const system = new ConstraintSystem();
  const instance = new Instance(system);
  instance.assumeLoops(loops);
  for (const constraint of given) instance.assume(constraint);
  const counter = at(loops, loops.length - 1).counter;
  if (!system.isFeasible()) return 1;
  const { max } = rangeOf(system, instance.form(variableSum(counter)));
  return max === undefined ? undefined : Math.max(1, max + 1);
}

function expanded(
  program: LoopProgram,
  op: Operation,
  loops: readonly Loop[],
  extents: readonly number[],
): LoopProgram {
  const name = op.result.hint ?? "scalar";
  const array = newArray(name, extents, arrayType(op.result).element);
  const move = (access: Access): Access =>
    access.array === op.result
      ? { array: array.result, subscripts: loops.map(({ counter }) => variableSum(counter)) }
      : access;
  return {
    ...program,
    arrays: program.arrays.map((each) => (each === op ? array : each)),
    body: moveAccesses(program.body, move),
  };
}

/** Nodes with every access changed. */
function moveAccesses(nodes: LoopProgram["body"], move: (access: Access) => Access): LoopProgram["body"] {
  const loaded = rewriteNodes(nodes, { load: (load) => ({ ...load, access: move(load.access) }) });
  const visit = (list: LoopProgram["body"]): LoopProgram["body"] =>
    list.map((node) =>
      node.kind === "loop" ? { ...node, body: visit(node.body) } : { ...node, target: move(node.target) },
    );
  return visit(loaded);
}
