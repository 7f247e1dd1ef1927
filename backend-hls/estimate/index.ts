export { type ArrayCommand, firstArrayCommands } from "./array-commands.ts";
export type { PathCause, PathCycles } from "./critical-path.ts";
export type { CountedCycles } from "./cycle-counters.ts";
export { GraphEstimator } from "./graph-estimate.ts";
export type { StepBound } from "./step-bound.ts";
export {
  type EstimatedDesign,
  type EstimatedStep,
  type EstimateOptions,
  estimateStep,
  type StepBreakdown,
  StepEstimator,
} from "./step-estimator.ts";
export {
  type IntervalBound,
  intervalSentence,
  type KernelInterval,
  kernelIntervals,
} from "./why-interval.ts";
