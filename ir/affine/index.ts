// Affine loops as a tree: reading, analysis, transformations, writing.

export {
  type Dependence,
  type Distance,
  dependencesOf,
  directionOf,
  distancesOf,
} from "./analysis/dependences.ts";
export { isFeasible, type Row } from "./analysis/integer-system.ts";
export { isLegal, type StatementSchedule, violatedDependence } from "./analysis/legality.ts";
export {
  contextOf,
  legalOrders,
  type Nest,
  nestAt,
  nestDependences,
  nestReductions,
  nestsOf,
  withoutReorderable,
} from "./analysis/nests.ts";
export { type Reduction, reductionLoops, reductionOf } from "./analysis/reductions.ts";
export * from "./model/program.ts";
export {
  type AffineSum,
  type Counter,
  constantSum,
  evaluateSum,
  factorOf,
  floorSum,
  printSum,
  sumConstant,
  variableSum,
  variablesOf,
} from "./model/sum.ts";
export type { Access, Constraint, Guard, LoadTerm, OperationTerm, Term } from "./model/term.ts";
export { loadsOf, subtermsOf } from "./model/term.ts";
export { type Closeness, firstDifference } from "./passes/compare-functions.ts";
export { AFFINE_PASSES, type AffinePass, reductionsOutward } from "./passes/pass-table.ts";
export { PassOptions } from "./passes/pass-text.ts";
export {
  closenessOf,
  findPass,
  insertFunction,
  loopFunctions,
  type ReadyPass,
  runOnFunction,
} from "./passes/run-passes.ts";
export { readProgram } from "./read/read-function.ts";
export { randomProgram as randomLoopProgram } from "./testing/random-program.ts";
export {
  type ArrayDirective,
  applyDirectives,
  type Directives,
  type LoopDirective,
  loopName,
} from "./transforms/directives.ts";
export { type DistributeOptions, distribute } from "./transforms/distribute.ts";
export { expandScalars, extentOf } from "./transforms/expand-scalars.ts";
export { forwardStores, removeDead } from "./transforms/forward-stores.ts";
export { type FuseInitOptions, fuseInit } from "./transforms/fuse-init.ts";
export { type FuseOptions, fuseNests } from "./transforms/fuse-nests.ts";
export { hoistInvariants } from "./transforms/hoist-invariants.ts";
export { type Interleaving, interleaveReduction } from "./transforms/interleave.ts";
export { mergeBranches } from "./transforms/merge-branches.ts";
export { isNormal, normalizeLoops } from "./transforms/normalize.ts";
export { perfectize } from "./transforms/perfectize.ts";
export { type NestSchedule, scheduleNest } from "./transforms/schedule-nest.ts";
export { unskewNests } from "./transforms/unskew.ts";
export { writeProgram } from "./write/write-function.ts";
