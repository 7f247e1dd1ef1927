import type { OperatorLibrary, ScheduleMode } from "../../backend-hls/index.ts";
import {
  type AffineSum,
  at,
  distribute,
  expandScalars,
  FuncOp,
  fuseInit,
  type LoopProgram,
  loadsOf,
  mergeBranches,
  type Nest,
  type NestSchedule,
  nestsOf,
  normalizeLoops,
  type Operation,
  ok,
  type Placed,
  parseModule,
  perfectize,
  present,
  printModule,
  type Result,
  readProgram,
  rewriteNodes,
  rootsOf,
  scheduleNest,
  type Term,
  variablesOf,
  writeProgram,
} from "../../ir/index.ts";
import {
  agree,
  bankSelections,
  type Demands,
  demandsOf,
  mostBanks,
  withDemands,
  writtenArrays,
} from "./array-demands.ts";
import {
  type Candidate,
  type CandidateOptions,
  candidateKey,
  candidatesOf,
  type UnitLimits,
} from "./candidates.ts";
import { shapeOf } from "./nest-shape.ts";
import { unitTiming } from "./unit-timing.ts";

/** What the loops of a function are made for. */
export interface LoopTarget {
  readonly library: OperatorLibrary;
  readonly limits: UnitLimits;
  /** `sequential` and `pipelined` keep one lane and the program's order inside of each nest. */
  readonly schedule: ScheduleMode;
}

/** Schedules that are not to be taken, by nest. */
export type Avoided = ReadonlyMap<number, ReadonlySet<string>>;

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
  { library, limits, schedule }: LoopTarget,
  avoided: Avoided = new Map(),
): Result<OptimizedLoops> {
  const func = functionOf(module, functionName);
  const program = perfectNests(func);
  if (program.kind === "error") return program;
  const nests = nestsOf(program.value);
  const options = { limits, timing: unitTiming(library), mostLanes: mostLanes(limits) };
  const choices =
    schedule === "optimized"
      ? chooseSchedules(program.value, nests, options, avoided)
      : nests.map((nest) => ({ nest, candidate: undefined }));
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
function perfectNests(func: Operation): Result<LoopProgram> {
  const read = readProgram(func);
  const normal = read.kind === "ok" ? normalizeLoops(read.value) : read;
  if (normal.kind === "error") return normal;
  const perfect = perfectize(fuseInit(distribute(expandScalars(normal.value))));
  return perfect.kind === "ok" ? ok(withoutSubtraction(mergeBranches(perfect.value))) : perfect;
}

/** a - b ==> a + (-b): the same bits, and one kind of unit for both. */
function withoutSubtraction(program: LoopProgram): LoopProgram {
  const body = rewriteNodes(program.body, {
    operation: (operation) => {
      if (operation.name !== "arith.subf") return undefined;
      const [left, right] = operation.operands;
      if (left === undefined || right === undefined) return undefined;
      const negated: Term = { ...operation, name: "arith.negf", operands: [right] };
      return { ...operation, name: "arith.addf", operands: [left, negated] };
    },
  });
  return { ...program, body };
}

/** Lanes of a nest at most: as many as the most numerous units. */
function mostLanes(limits: UnitLimits): number {
  return Math.max(1, ...Object.values(limits));
}

/** Banks of an array that nests write, at most, and selections among banks at run time that one nest may need. */
const MOST_BANKS = 1024;
const MOST_SELECTIONS = 512;

/** The nests that take longest choose first; the others agree with their banks. */
function chooseSchedules(
  program: LoopProgram,
  nests: readonly Nest[],
  options: CandidateOptions,
  avoided: Avoided,
): readonly NestChoice[] {
  const written = writtenArrays(nests);
  const open = nests.map((nest, index) => ({
    index,
    nest,
    candidates:
      nest.isPerfect && nest.loops.length > 0
        ? candidatesOf(shapeOf(nest), options).filter(
            (candidate) => avoided.get(index)?.has(candidateKey(candidate)) !== true,
          )
        : [],
  }));
  const chosen = new Map<number, Candidate>();
  let demands: Demands = new Map();
  for (const { index, nest, candidates } of open.toSorted(
    (a, b) => work(b.candidates) - work(a.candidates),
  )) {
    const candidate = candidates.slice(0, MOST_TRIED).find(({ lanes, schedule }) => {
      const own = demandsOf(nest, lanes, written);
      if (!agree(own, demands)) return false;
      const joined = withDemands(demands, own);
      if (mostBanks(joined) > MOST_BANKS || bankSelections(nest, lanes, joined) > MOST_SELECTIONS)
        return false;
      return (
        [...chosen].every(
          ([other, { lanes: theirs }]) => bankSelections(at(nests, other), theirs, joined) <= MOST_SELECTIONS,
        ) && isBuildable(program, nest, schedule)
      );
    });
    if (candidate === undefined) continue;
    chosen.set(index, candidate);
    demands = withDemands(demands, demandsOf(nest, candidate.lanes, written));
  }
  return nests.map((nest, index) => ({ nest, candidate: chosen.get(index) }));
}

/** Candidates of a nest that are looked at before it stays as it is. */
const MOST_TRIED = 2000;

/** Whether a schedule is legal and leaves bounds and subscripts that counters can follow: no quotients but those of a bound. */
function isBuildable(program: LoopProgram, nest: Nest, schedule: NestSchedule): boolean {
  if (nest.node.kind !== "loop") return false;
  const scheduled = scheduleNest({ ...program, body: [nest.node] }, nest.node, schedule);
  return (
    scheduled.kind === "ok" && nestsOf(scheduled.value).every(({ statements }) => statements.every(isAffine))
  );
}

function isAffine({ statement, loops }: Placed): boolean {
  const accesses = [statement.target, ...loadsOf(rootsOf(statement)).map(({ access }) => access)];
  const sums = accesses.flatMap(({ subscripts }) => subscripts);
  return sums.every((sum) => !hasQuotient(sum)) && loops.flatMap(({ upper }) => upper).every(isCountable);
}

function hasQuotient(sum: AffineSum): boolean {
  return variablesOf(sum).some(({ kind }) => kind === "quotient");
}

/** A sum of counters, or one quotient of such a sum plus whole multiples of its divisor. */
function isCountable(sum: AffineSum): boolean {
  const quotients = [...sum.terms].filter(([variable]) => variable.kind === "quotient");
  return quotients.every(
    ([variable, factor]) =>
      factor === 1 && quotients.length === 1 && variable.kind === "quotient" && !hasQuotient(variable.of),
  );
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
