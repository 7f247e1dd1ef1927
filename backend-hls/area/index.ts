export type { CellCounts } from "./counts.ts";
export { type PlanArea, planArea } from "./plan-area.ts";
