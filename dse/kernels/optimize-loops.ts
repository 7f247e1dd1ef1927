import {
  at,
  distribute,
  expandScalars,
  FuncOp,
  fuseInit,
  type LoopProgram,
  mergeBranches,
  type Nest,
  nestsOf,
  normalizeLoops,
  type Operation,
  ok,
  parseModule,
  perfectize,
  present,
  printModule,
  type Result,
  readProgram,
  scheduleNest,
  writeProgram,
} from "../../ir/index.ts";
import { agree, type Demands, demandsOf, withDemands, writtenArrays } from "./array-demands.ts";
import { type Candidate, type CandidateOptions, candidatesOf } from "./candidates.ts";
import { shapeOf } from "./nest-shape.ts";

/** What was decided about one nest. */
export interface NestChoice {
  readonly nest: Nest;
  /** Absent where the nest stays as it is. */
  readonly candidate: Candidate | undefined;
}

/** A function of loops made ready for hardware. */
export interface OptimizedLoops {
  /** A module that holds the function alone (and the module's constants). */
  readonly module: Operation;
  readonly choices: readonly NestChoice[];
}

/**
 * A function of loops ==> the same function in perfect nests with chosen orders, tiles and lanes: normal loops, scalars expanded,
 * nests distributed, initial stores folded in, what cannot be distributed made perfect; then the quickest schedule of each nest within the limits.
 */
export function optimizeLoops(
  module: Operation,
  functionName: string,
  options: CandidateOptions,
): Result<OptimizedLoops> {
  const func = functionOf(module, functionName);
  const program = perfectNests(func);
  if (program.kind === "error") return program;
  const choices = chooseSchedules(nestsOf(program.value), options);
  let current = program.value;
  for (const { nest, candidate } of choices) {
    if (candidate === undefined || nest.node.kind !== "loop") continue;
    const scheduled = scheduleNest(current, nest.node, candidate.schedule);
    if (scheduled.kind === "error") return scheduled;
    current = scheduled.value;
  }
  const changed = withFunction(module, functionName, writeProgram(current));
  return changed.kind === "ok" ? ok({ module: changed.value, choices }) : changed;
}

/** A function of loops in perfect nests, in which nothing else is chosen. */
export function perfectNests(func: Operation): Result<LoopProgram> {
  const read = readProgram(func);
  const normal = read.kind === "ok" ? normalizeLoops(read.value) : read;
  if (normal.kind === "error") return normal;
  const perfect = perfectize(fuseInit(distribute(expandScalars(normal.value))));
  return perfect.kind === "ok" ? ok(mergeBranches(perfect.value)) : perfect;
}

/** The nests that take longest choose first; the others agree with their banks. */
function chooseSchedules(nests: readonly Nest[], options: CandidateOptions): readonly NestChoice[] {
  const written = writtenArrays(nests);
  const open = nests.map((nest, index) => ({
    index,
    nest,
    candidates: nest.isPerfect && nest.loops.length > 0 ? candidatesOf(shapeOf(nest), options) : [],
  }));
  const chosen = new Map<number, Candidate>();
  let demands: Demands = new Map();
  for (const { index, nest, candidates } of open.toSorted(
    (a, b) => work(b.candidates) - work(a.candidates),
  )) {
    const candidate = candidates.find(({ lanes }) => agree(demandsOf(nest, lanes, written), demands));
    if (candidate === undefined) continue;
    chosen.set(index, candidate);
    demands = withDemands(demands, demandsOf(nest, candidate.lanes, written));
  }
  return nests.map((nest, index) => ({ nest, candidate: chosen.get(index) }));
}

function work(candidates: readonly Candidate[]): number {
  return candidates[0]?.cycles ?? 0;
}

function functionOf(module: Operation, name: string): Operation {
  const found = [...module.walk()].find((op) => FuncOp.match(op)?.attrs.sym_name === name);
  return present(found, `@${name}`);
}

/** A copy of the module with another body for one function. */
function withFunction(module: Operation, name: string, func: Operation): Result<Operation> {
  const copy = parseModule(printModule(module), module.span.file);
  if (copy.kind === "error") return copy;
  const old = functionOf(copy.value, name);
  at(copy.value.regions, 0).block.insertBefore(func, old);
  old.erase();
  return copy;
}
