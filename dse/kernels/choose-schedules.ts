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
  type Value,
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

/**
 * The nests that take longest choose first; the others agree with their banks. What they choose may leave another one without
 * lanes: then other turns and other schedules of the first are tried as well, and the quickest choice of all is the answer.
 */
export function chooseSchedules(
  program: LoopProgram,
  all: readonly OpenNest[],
  avoided: Avoided,
): readonly NestChoice[] {
  const nests = all.map(({ nest }) => nest);
  const open = all
    .map(({ nest, candidates, iterations }, index) => ({
      index,
      nest,
      iterations,
      candidates: candidates
        .filter((each) => avoided.get(index)?.has(candidateKey(each)) !== true)
        .slice(0, MOST_TRIED),
    }))
    .toSorted((a, b) => leastCycles(b) - leastCycles(a));
  const scene = { program, nests, written: writtenArrays(nests), buildable: new Map<Candidate, boolean>() };
  const least = open.reduce((sum, each) => sum + leastCycles(each), 0);
  const best = bestTurn(scene, open, GOOD_ENOUGH * least);
  return all.map(({ nest, iterations }, index) => {
    const candidate = best.chosen.get(index);
    return { nest, candidate, iterations: candidate?.iterations ?? iterations };
  });
}

/** The quickest choice of a few: nests that lost most to those before them choose first, the first one takes its next schedules. */
function bestTurn(scene: Scene, open: readonly TurnNest[], enough: number): TurnChoice {
  let best = chooseInTurn(scene, open);
  const orders = [open];
  const lossOf = (nest: TurnNest): number =>
    (best.chosen.get(nest.index)?.cycles ?? nest.iterations) - leastCycles(nest);
  const losers = open.toSorted((a, b) => lossOf(b) - lossOf(a)).slice(0, MOST_LOSERS);
  for (const loser of losers.filter((nest) => nest !== open[0])) {
    if (best.cycles <= enough) return best;
    const other = [loser, ...open.filter((nest) => nest !== loser)];
    const found = chooseInTurn(scene, other);
    if (found.cycles >= best.cycles) continue;
    best = found;
    orders.push(other);
  }
  for (const order of orders) {
    for (const first of (order[0]?.candidates ?? []).slice(1, 1 + MOST_FIRST)) {
      if (best.cycles <= enough || first.cycles >= best.cycles) break;
      const other = chooseInTurn(scene, order, first);
      if (other.cycles < best.cycles) best = other;
    }
  }
  return best;
}

/** Nests that are tried as the first one beside the slowest. */
const MOST_LOSERS = 3;
/** Schedules of the first nest that are tried beside its quickest one. */
const MOST_FIRST = 24;
/** A choice that takes this many times the cycles of the quickest schedules alone is not improved upon. */
const GOOD_ENOUGH = 1.02;

/** What choices are made for. */
interface Scene {
  readonly program: LoopProgram;
  readonly nests: readonly Nest[];
  readonly written: ReadonlySet<Value>;
  /** Which schedules can be built, as far as that was asked. */
  readonly buildable: Map<Candidate, boolean>;
}

interface TurnNest extends OpenNest {
  readonly index: number;
}

/** A choice for every nest with the cycles of all. */
interface TurnChoice {
  readonly chosen: ReadonlyMap<number, Candidate>;
  readonly cycles: number;
}

/** One nest after the other takes its quickest schedule that agrees with those before; the first one may be given. */
function chooseInTurn(scene: Scene, open: readonly TurnNest[], given?: Candidate): TurnChoice {
  const chosen = new Map<number, Candidate>();
  let demands: Demands = new Map();
  let cycles = 0;
  open.forEach(({ index, nest, candidates, iterations }, turn) => {
    const options = turn === 0 && given !== undefined ? [given] : candidates;
    const candidate = options.find((each) => fits(scene, { index, candidate: each }, { chosen, demands }));
    cycles += candidate?.cycles ?? iterations;
    if (candidate === undefined) return;
    chosen.set(index, candidate);
    demands = withDemands(demands, demandsOf(nest, candidate.lanes, scene.written));
  });
  return { chosen, cycles };
}

/** Whether a schedule can be built beside those that were chosen before. */
function fits(
  { program, nests, written, buildable }: Scene,
  { index, candidate }: { readonly index: number; readonly candidate: Candidate },
  { chosen, demands }: { readonly chosen: ReadonlyMap<number, Candidate>; readonly demands: Demands },
): boolean {
  const nest = at(nests, index);
  const { lanes, schedule } = candidate;
  const own = demandsOf(nest, lanes, written);
  if (!agree(own, demands)) return false;
  const joined = withDemands(demands, own);
  if (mostBanks(joined) > MOST_BANKS || bankSelections(nest, lanes, joined) > MOST_SELECTIONS) return false;
  for (const [other, { lanes: theirs }] of chosen)
    if (bankSelections(at(nests, other), theirs, joined) > MOST_SELECTIONS) return false;
  const known = buildable.get(candidate) ?? isBuildable(program, nest, schedule);
  buildable.set(candidate, known);
  return known;
}

function leastCycles({ candidates, iterations }: OpenNest): number {
  return candidates[0]?.cycles ?? iterations;
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
