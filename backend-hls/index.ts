// The only door of `backend-hls` for other folders.

export * from "./accelerator/index.ts";
export * from "./area/index.ts";
export * from "./compile/index.ts";
export * from "./device/index.ts";
export * from "./estimate/index.ts";
export * from "./graph/index.ts";
export { createOperatorLibrary, multiplierOf, type OperatorLibrary } from "./library/operator-library.ts";
export type { DeviceFamily } from "./library/table-types.ts";

export { isRead, type NetworkHardware, networkModule } from "./network/network-module.ts";
export { type NetworkPlan, type PlannedKernel, planNetwork, withDepths } from "./network/plan-network.ts";
export { LIMIT_BITS, QUEUE_LIMITS } from "./network/queue-limits.ts";
export type { ScheduledKernel, ScheduleMode } from "./pipeline/schedule-kernel.ts";
export { POOL_CYCLES } from "./pipeline/unit-pool.ts";
export { type PipelinedPrimitive, pipelinedPrimitive } from "./primitives/pipelined-primitive.ts";
export * from "./queues/index.ts";
export * from "./replay/index.ts";
export * from "./shell/index.ts";
export { AXI_RULES, axiChecker } from "./system/axi-checker.ts";
export type { ClusterOptions } from "./system/cluster.ts";
export { FAULT_INPUTS, FAULT_KINDS, type FaultKind } from "./system/fault-injector.ts";
export { beatCounter, COUNTER_NAMES, systemRegisters } from "./system/registers.ts";
export {
  memberName,
  type SimulatedProduct,
  type SimulationTopOptions,
  simulationTop,
} from "./system/simulation-top.ts";
export { type SystemHardware, systemModule } from "./system/system-module.ts";
