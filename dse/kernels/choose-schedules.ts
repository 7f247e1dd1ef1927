import {
  type AffineSum,
  at,
  type LoopProgram,
  loadsOf,
  type Nest,
  type NestSchedule,
  nestsOf,
  type Placed,
  rootsOf,
  scheduleNest,
  variablesOf,
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
import { type Candidate, candidateKey } from "./candidates.ts";

/** A nest with its schedules, quickest first; none where it stays as it is. */
export interface OpenNest {
  readonly nest: Nest;
  /** Of the nest as it is. */
  readonly iterations: number;
  readonly candidates: readonly Candidate[];
}

/** What was decided about one nest. */
export interface NestChoice {
  readonly nest: Nest;
  /** Absent where the nest stays as it is. */
  readonly candidate: Candidate | undefined;
  readonly iterations: number;
}

/** Schedules that are not to be taken, by nest. */
export type Avoided = ReadonlyMap<number, ReadonlySet<string>>;

/** Banks of an array that nests write, at most, and selections among banks at run time that one nest may need. */
const MOST_BANKS = 1024;
const MOST_SELECTIONS = 512;

/** The nests that take longest choose first; the others agree with their banks. */
export function chooseSchedules(
  program: LoopProgram,
  all: readonly OpenNest[],
  avoided: Avoided,
): readonly NestChoice[] {
  const nests = all.map(({ nest }) => nest);
  const written = writtenArrays(nests);
  const open = all.map(({ nest, candidates }, index) => ({
    index,
    nest,
    candidates: candidates.filter((each) => avoided.get(index)?.has(candidateKey(each)) !== true),
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
  return all.map(({ nest, iterations }, index) => {
    const candidate = chosen.get(index);
    return { nest, candidate, iterations: candidate?.iterations ?? iterations };
  });
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
