// The only door of `runtime-host` for other folders.
export { type Allocation, type BlockId, BlockPool, NULL_BLOCK } from "./blocks/block-pool.ts";
export type {
  Device,
  DeviceCapabilities,
  Emission,
  Emit,
  KvPort,
  Recovery,
  RowDescriptor,
  StallCycles,
  StepCounters,
  StepResult,
  TransferredBytes,
} from "./device.ts";
export type { DeviceFault } from "./devices/diagnostics.ts";
export type { MemoryImage } from "./devices/member-memories.ts";
export {
  createReferenceDevice,
  type ReferenceDeviceOptions,
  type SequenceDecoder,
} from "./devices/reference.ts";
export { restartableDevice } from "./devices/restartable.ts";
export {
  type AcceleratorProgram,
  type ClusterProgram,
  type EncodedStep,
  type KvPlaces,
  openSimulatedAccelerator,
  type RegisterValue,
  type SimulatedDeviceOptions,
} from "./devices/simulated.ts";
export { Engine, type EngineLoad, type EngineOptions, type RequestListener } from "./engine.ts";
export { type Generation, type GenerationRequest, type GenerationWatch, generate } from "./generate.ts";
export { DiskStore } from "./movement/disk-store.ts";
export { HostStore } from "./movement/host-store.ts";
export { rankLogits } from "./rank-logits.ts";
export { type FinishReason, GREEDY, type SamplingParameters, type ServingRequest } from "./request.ts";
export type { ChosenToken, TokenLogprobs } from "./sampling/sample.ts";
export { firstRows, slotOf } from "./scheduling/rows.ts";
export type { StepRecord } from "./scheduling/step-record.ts";
export { createServer, type ServerLimits } from "./server/create-server.ts";
export { EngineLoop } from "./server/engine-loop.ts";
export { ServerMetrics, type StepMeter } from "./server/metrics.ts";
export type { ChatTemplate, ServedModel } from "./server/served-model.ts";
