// The only door of `backend-hls` for other folders.
export * from "./device/index.ts";
export * from "./shell/index.ts";
export { createOperatorLibrary, type OperatorLibrary } from "./library/operator-library.ts";
export type { DeviceFamily } from "./library/table-types.ts";
export { isRead, networkModule, type NetworkHardware } from "./network/network-module.ts";
export { planNetwork, type NetworkPlan, type PlannedKernel } from "./network/plan-network.ts";
export { pipelinedPrimitive, type PipelinedPrimitive } from "./primitives/pipelined-primitive.ts";
export type { ScheduledKernel, ScheduleMode } from "./pipeline/schedule-kernel.ts";
export * from "./accelerator/index.ts";
export * from "./area/index.ts";
export * from "./compile/index.ts";
export { systemModule, WATCHDOG_ERROR, type SystemHardware } from "./system/system-module.ts";
export { COUNTER_NAMES, systemRegisters } from "./system/registers.ts";
export { simulationTop } from "./system/simulation-top.ts";
export * from "./replay/index.ts";
