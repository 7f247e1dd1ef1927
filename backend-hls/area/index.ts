export { type CellCounts } from "./counts.ts";
export { planArea, type PlanArea } from "./plan-area.ts";
