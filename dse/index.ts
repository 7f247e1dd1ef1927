// The only door of `dse` for other folders.
export type { DesignCost, Workload } from "./cost/design-cost.ts";
export { exploreReport, type ReportSubject } from "./report/explore-report.ts";
export { type DesignPoint, type Exploration, type ExploreOptions, exploreDesigns } from "./search/explore.ts";
