export { type DepthGround, floorOf, minimalDepths, type StepCosts } from "./minimal-depths.ts";
export { type DeadlockFinding, type QueueTrace, QueueWitness } from "./queue-witness.ts";
