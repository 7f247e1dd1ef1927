// The only door of `runtime-host` for other folders.
export { type Allocation, type BlockId, BlockPool, NULL_BLOCK } from "./blocks/block-pool.ts";
export type {
  Device,
  DeviceCapabilities,
  Emission,
  Emit,
  RowDescriptor,
  StallCycles,
  StepCounters,
  StepResult,
  TransferredBytes,
} from "./device.ts";
export {
  createReferenceDevice,
  type ReferenceDeviceOptions,
  type SequenceDecoder,
} from "./devices/reference.ts";
export {
  type AcceleratorProgram,
  type EncodedStep,
  type MemoryImage,
  openSimulatedAccelerator,
  type SimulatedDeviceOptions,
} from "./devices/simulated.ts";
export { Engine, type Generation, type GenerationWatch, type StepRecord } from "./engine.ts";
export { firstRows, scheduleStep, slotOf } from "./scheduler.ts";
export type { FinishReason, GenerationRequest, Sequence } from "./sequence.ts";
