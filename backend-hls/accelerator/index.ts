export { type Accelerator, buildAccelerator } from "./build-accelerator.ts";
export { FAULT_STREAMS } from "./kernels/check-descriptor.ts";
export { LINK_PORTS } from "./kernels/link.ts";
export { DESCRIPTOR_FIELDS } from "./kernels/load.ts";
export { missEvents } from "./kernels/outliers.ts";
export { macsAndBytes, type StepNeeds } from "./macs-and-bytes.ts";
export {
  layoutMemory,
  type MemoryLayout,
  REGION_NAMES,
  type Region,
  type RegionName,
} from "./memory-layout.ts";
export { EMIT_KINDS, EMIT_PLACE_LSB, type Emit, emittingRows } from "./output-place.ts";
export {
  type LayerParameters,
  type ModelParameters,
  type PackedMatrix,
  packWeights,
  ropeTable,
} from "./pack-weights.ts";
export { constantBeats, type LinearBeats, weightBeats } from "./packing.ts";
export { arrayMultipliers } from "./paired-products.ts";
export {
  groupOf,
  type HardwarePrecision,
  LINEAR_INPUTS,
  type LinearInputName,
  mostInputs,
  type OutlierFormat,
  PLAIN_INT8,
  weightBits,
} from "./precision.ts";
export {
  type ArrayShape,
  headLanes,
  type MatrixPlan,
  type ModelShape,
  type Outputs,
  type Plan,
  partsOf,
  planAccelerator,
} from "./shape.ts";
export { type Candidate, decodeStep, encodeStep, outputRegions, type Row, type RowOutput } from "./step.ts";
export { START_FIELDS } from "./wires.ts";
