export { buildAccelerator, type Accelerator } from "./build-accelerator.ts";
export { macsAndBytes, type StepNeeds } from "./macs-and-bytes.ts";
export { layoutMemory, REGION_NAMES, type MemoryLayout, type Region, type RegionName } from "./memory-layout.ts";
export { packWeights, ropeTable, type LayerParameters, type ModelParameters, type PackedMatrix } from "./pack-weights.ts";
export { constantBeats, weightBeats, type LinearBeats } from "./packing.ts";
export { planAccelerator, type ArrayShape, type MatrixPlan, type ModelShape, type Plan } from "./shape.ts";
export { decodeStep, encodeStep, type Row, type RowOutput } from "./step.ts";
export { DESCRIPTOR_FIELDS } from "./kernels/load.ts";
export { START_FIELDS } from "./wires.ts";
