export type { CellCounts } from "./counts.ts";
export { type DesignCells, designCells } from "./design-cells.ts";
export { type BuiltDesign, type PlanArea, planArea } from "./plan-area.ts";
