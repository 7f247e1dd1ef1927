import type { OperatorLibrary, ScheduleMode } from "../../backend-hls/index.ts";
import {
  at,
  FuncOp,
  type LoopProgram,
  nestsOf,
  type Operation,
  ok,
  parseModule,
  present,
  printModule,
  type Result,
  scheduleNest,
  writeProgram,
} from "../../ir/index.ts";
import { candidatesOf, type UnitLimits } from "./candidates.ts";
import { type Avoided, chooseSchedules, type NestChoice, type OpenNest } from "./choose-schedules.ts";
import { countBlocks, type NestShape, shapeOf } from "./nest-shape.ts";
import { perfectNests } from "./perfect-nests.ts";
import { unitTiming } from "./unit-timing.ts";

/** What the loops of a function are made for. */
export interface LoopTarget {
  readonly library: OperatorLibrary;
  readonly limits: UnitLimits;
  /** `sequential` and `pipelined` keep one lane and the program's order inside of each nest. */
  readonly schedule: ScheduleMode;
  /** Lanes for each unit of the most numerous kind, at most (default: 1); more take turns. */
  readonly lanesPerUnit?: number | undefined;
  /** Lanes of each loop that are looked at in a nest; absent: all. */
  readonly lanesOf?: ((shape: NestShape) => readonly (readonly number[])[]) | undefined;
}

/** A function of loops made ready for hardware. */
export interface OptimizedLoops {
  /** A module that holds the function alone (and the module's constants). */
  readonly module: Operation;
  readonly choices: readonly NestChoice[];
}

/** A function in perfect nests with all that may become of them. */
export interface OpenLoops {
  readonly module: Operation;
  readonly functionName: string;
  readonly program: LoopProgram;
  readonly nests: readonly OpenNest[];
}

/**
 * A function of loops ==> the same function in perfect nests with chosen orders, tiles and lanes: normal loops, scalars expanded,
 * nests distributed, initial stores folded in, what cannot be distributed made perfect; then the quickest schedule of each nest within the limits.
 */
export function optimizeLoops(
  module: Operation,
  functionName: string,
  target: LoopTarget,
): Result<OptimizedLoops> {
  const open = openLoops(module, functionName, target);
  return open.kind === "ok" ? closeLoops(open.value) : open;
}

/** The perfect nests of a function with their schedules within the limits. */
export function openLoops(
  module: Operation,
  functionName: string,
  { library, limits, schedule, lanesOf, lanesPerUnit = 1 }: LoopTarget,
): Result<OpenLoops> {
  const program = perfectNests(functionOf(module, functionName), schedule);
  if (program.kind === "error") return program;
  const options = { limits, timing: unitTiming(library), mostLanes: lanesPerUnit * mostLanes(limits) };
  const nests = nestsOf(program.value).map((nest): OpenNest => {
    if (schedule !== "optimized" || nest.loops.length === 0) return { nest, iterations: 1, candidates: [] };
    const shape = shapeOf(nest);
    const oneByOne = shape.extents.map(() => 1);
    return {
      nest,
      iterations: countBlocks(shape, oneByOne),
      candidates: candidatesOf(shape, { ...options, lanes: lanesOf?.(shape) }),
    };
  });
  return ok({ module, functionName, program: program.value, nests });
}

/** The function with a schedule chosen for each nest. */
export function closeLoops(
  { module, functionName, program, nests }: OpenLoops,
  avoided: Avoided = new Map(),
): Result<OptimizedLoops> {
  const choices = chooseSchedules(program, nests, avoided);
  let current = program;
  for (const { nest, candidate } of choices) {
    if (candidate === undefined || nest.node.kind !== "loop") continue;
    const scheduled = scheduleNest(current, nest.node, candidate.schedule);
    if (scheduled.kind === "error") return scheduled;
    current = scheduled.value;
  }
  const changed = withFunction(module, functionName, writeProgram(current));
  return changed.kind === "ok" ? ok({ module: changed.value, choices }) : changed;
}

/** Lanes of a nest at most: as many as the most numerous units. */
function mostLanes(limits: UnitLimits): number {
  return Math.max(1, ...Object.values(limits));
}

/** The function of a module by its name. */
export function functionOf(module: Operation, name: string): Operation {
  const found = [...module.walk()].find((op) => FuncOp.match(op)?.attrs.sym_name === name);
  return present(found, `@${name}`);
}

/** A copy of the module with another body for one function. */
export function withFunction(module: Operation, name: string, func: Operation): Result<Operation> {
  const copy = parseModule(printModule(module), module.span.file);
  if (copy.kind === "error") return copy;
  const old = functionOf(copy.value, name);
  at(copy.value.regions, 0).block.insertBefore(func, old);
  old.erase();
  return copy;
}
