// The only door of `ir` for other folders.

export * from "./affine/index.ts";
export * from "./core/affine.ts";
export * from "./core/attribute.ts";
export * from "./core/builder.ts";
export * from "./core/constraint.ts";
export * from "./core/dialect.ts";
export * from "./core/op-definition.ts";
export * from "./core/operation.ts";
export * from "./core/pass.ts";
export type { ScalarType } from "./core/type.ts"; // numerics/primitives.ts has one of its own
export * from "./core/type.ts";
export * from "./dialects/affine/ops.ts";
export { mayReassociate } from "./dialects/arith/fastmath.ts";
export * from "./dialects/arith/ops.ts";
export * from "./dialects/builtin/ops.ts";
export * from "./dialects/comb/builder.ts";
export { foldBinary, foldCompare } from "./dialects/comb/fold.ts";
export * from "./dialects/comb/ops.ts";
export * from "./dialects/dataflow/builder.ts";
export * from "./dialects/dataflow/ops.ts";
export * from "./dialects/func/ops.ts";
export * from "./dialects/fx/ops.ts";
export * from "./dialects/hw/builder.ts";
export * from "./dialects/hw/ops.ts";
export * from "./dialects/loops/builder.ts";
export * from "./dialects/math/ops.ts";
export * from "./dialects/memref/ops.ts";
export * from "./dialects/nn/builder.ts";
export * from "./dialects/nn/ops.ts";
export * from "./dialects/registry.ts";
export * from "./dialects/scf/ops.ts";
export * from "./dialects/seq/ops.ts";
export * from "./dialects/vector/ops.ts";
export * from "./dram/index.ts";
export { importTensorProgram } from "./import/import-tensors.ts";
export { isTensorProgram } from "./import/pipeline.ts";
export { allocateCells, type CellArray, globalCells, readCell, writeCell } from "./interp/cells.ts";
export {
  type CompiledFunction,
  type CompiledKernel,
  compileFunction,
  compileKernel,
  type FunctionArgument,
} from "./interp/compile.ts";
export { intervalOf } from "./interp/emit/interval.ts";
export type { WeightSource } from "./interp/graph/context.ts";
export { GraphInterpreter, type GraphObserver, type GraphOptions } from "./interp/graph/graph-interpreter.ts";
export { type ByteKv, emptyCache, type FloatKv, KvState } from "./interp/graph/kv-state.ts";
export { type GraphTensor, type GraphValue, graphTensor, type TensorData } from "./interp/graph/tensor.ts";
export { packElement, unpackElement } from "./interp/pack.ts";
export type { ElementPlace } from "./interp/place.ts";
export {
  type BufferView,
  type RestState,
  ScheduleInterpreter,
  type ScheduleOptions,
} from "./interp/schedule/schedule-interpreter.ts";
export {
  type ElementValue,
  isElementOf,
  roundToFormat,
  type ScalarValue,
  type StreamElement,
  type StreamElementType,
  TOKEN,
  zeroOf,
} from "./interp/values.ts";
export type * as mlir from "./mlir-wasm/index.ts";
export { loadMlir } from "./mlir-wasm/load.ts";
export { bf16ToF32, f32ToBf16, mulBf16 } from "./numerics/bf16.ts";
export * from "./numerics/bit-ops.ts";
export * from "./numerics/bit-ops-record.ts";
export * from "./numerics/f32-bits.ts";
export { expF32 } from "./numerics/f32-exp.ts";
export { recipF32 } from "./numerics/f32-recip.ts";
export { rsqrtF32 } from "./numerics/f32-rsqrt.ts";
export * from "./numerics/f32-semantics.ts";
export { BF16, F16, roundBf16 } from "./numerics/half-precision.ts";
export {
  type ErrorBound,
  FLOAT_PRIMITIVES,
  type FloatPrimitive,
  type FloatPrimitiveName,
  scalarWidth,
} from "./numerics/primitives.ts";
export { decodeScalar, encodeScalar } from "./numerics/testing/compare-primitive.ts";
export { randomOperands, randomWords, stratifiedOperands } from "./numerics/testing/f32-cases.ts";
export { dataflowCreateTasks } from "./passes/dataflow-create-tasks.ts";
export { dataflowInlineKernels } from "./passes/dataflow-inline-kernels.ts";
export { dataflowOutlineKernels } from "./passes/dataflow-outline-kernels.ts";
export { nnQuantize } from "./passes/nn-quantize.ts";
export * from "./support/bug.ts";
export * from "./support/diagnostics.ts";
export { greatestCommonDivisor } from "./support/integers.ts";
export * from "./support/result.ts";
export { parseModule } from "./text/parse/parse-module.ts";
export { printAttribute } from "./text/print/attribute.ts";
export { printGeneric, printModule } from "./text/print/printer.ts";
export { verifyUpstream } from "./upstream/verify-upstream.ts";
