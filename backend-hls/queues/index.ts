export { type DepthGround, floorOf, minimalDepths, type StepCosts } from "./minimal-depths.ts";
