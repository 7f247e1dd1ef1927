// The only door of `dse` for other folders.
export { graphCycles } from "./cost/graph-cycles.ts";
export { searchedStep } from "./cost/searched-step.ts";
export { type Workload, workCycles, workSteps } from "./cost/workload.ts";
export type { Evaluation } from "./evaluate/evaluate.ts";
export { type Evaluator, sameThread } from "./evaluate/evaluator.ts";
export { stepRows } from "./evaluate/replay-steps.ts";
export { openThreads } from "./evaluate/thread-pool.ts";
export type { UnitLimits } from "./kernels/candidates.ts";
export { chooseLoops, planLoops } from "./kernels/choose-loops.ts";
export { unitLimitsOf } from "./kernels/default-limits.ts";
export { type KernelEvaluation, replayLoops, unitsOf } from "./kernels/evaluate-kernel.ts";
export { exploreKernel, type KernelExploration } from "./kernels/explore-kernel.ts";
export { KERNEL_OBJECTIVES, type KernelExploreRequest } from "./kernels/kernel-request.ts";
export { type LoopRecipes, type NestRecipe, planRecipes } from "./kernels/loop-recipe.ts";
export { optimizeLoops } from "./kernels/optimize-loops.ts";
export { polishLoops } from "./kernels/polish-loops.ts";
export { exploreReport, type MeasuredDesign } from "./report/explore-report.ts";
export { kernelReport, kernelTable, type MeasuredKernel } from "./report/kernel-report.ts";
export { explorePage } from "./report/page/explore-page.ts";
export { kernelPage } from "./report/page/kernel-page.ts";
export { pointsTable } from "./report/points-table.ts";
export {
  type DesignPoint,
  type Exploration,
  type ExploreProgress,
  type ExploreRequest,
  type ExploreWatch,
  exploreDesigns,
  exploreHere,
} from "./search/explore.ts";
export { OBJECTIVES, type Objective } from "./search/objective.ts";
export type { Limits } from "./search/resources.ts";
export { usualRequest } from "./search/usual-request.ts";
export { type Design, designName, type Variant } from "./space/space.ts";
