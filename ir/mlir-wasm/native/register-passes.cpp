#include "register.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Conversion/TosaToLinalg/TosaToLinalg.h"
#include "mlir/Dialect/Affine/Transforms/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MLProgram/Transforms/Passes.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/Quant/Transforms/Passes.h"
#include "mlir/Dialect/SCF/Transforms/Passes.h"
#include "mlir/Dialect/Tensor/Transforms/Passes.h"
#include "mlir/Dialect/Tosa/Transforms/Passes.h"
#include "mlir/Dialect/Vector/Transforms/Passes.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

// All but view-op-graph, which writes files.
static void registerGeneralPasses() {
  registerBubbleDownMemorySpaceCasts();
  registerCSE();
  registerCanonicalizer();
  registerCompositeFixedPointPass();
  registerControlFlowSink();
  registerGenerateRuntimeVerification();
  registerInliner();
  registerLocationSnapshot();
  registerLoopInvariantCodeMotion();
  registerLoopInvariantSubsetHoisting();
  registerMem2Reg();
  registerPrintIRPass();
  registerPrintOpStats();
  registerRemoveDeadValues();
  registerSCCP();
  registerSROA();
  registerStripDebugInfo();
  registerSymbolDCE();
  registerSymbolPrivatize();
  registerTopologicalSort();
}

// All but fold-memref-alias-ops, which brings the gpu and nvgpu dialects; affine-fold-memref-alias-ops is here.
static void registerMemRefSelection() {
  memref::registerExpandOpsPass();
  memref::registerExpandReallocPass();
  memref::registerExpandStridedMetadataPass();
  memref::registerFlattenMemrefsPass();
  memref::registerMemRefEmulateWideInt();
  memref::registerNormalizeMemRefsPass();
  memref::registerReifyResultShapesPass();
  memref::registerResolveRankedShapeTypeResultDimsPass();
  memref::registerResolveShapedTypeResultDimsPass();
}

// Conversions among the dialects of the module. convert-scf-to-cf would bring the llvm dialect.
static void registerConversions() {
  registerConvertBufferizationToMemRefPass();
  registerConvertComplexToStandardPass();
  registerConvertTensorToLinalgPass();
  registerLiftControlFlowToSCFPass();
  registerLowerAffinePass();
  registerReconcileUnrealizedCastsPass();
  registerTosaToArithPass();
  registerTosaToLinalg();
  registerTosaToLinalgNamed();
  registerTosaToMLProgram();
  registerTosaToSCFPass();
  registerTosaToTensorPass();
  tosa::registerTosaToLinalgPipelines();
}

void hidalgo::registerPasses() {
  registerGeneralPasses();
  registerConversions();
  registerMemRefSelection();
  registerLinalgPasses();
  registerSCFPasses();
  affine::registerAffinePasses();
  arith::registerArithPasses();
  bufferization::registerBufferizationPasses();
  func::registerFuncPasses();
  math::registerMathPasses();
  ml_program::registerMLProgramPasses();
  quant::registerQuantPasses();
  tensor::registerTensorPasses();
  tosa::registerTosaPasses();
  vector::registerLowerVectorMaskPass();
  vector::registerLowerVectorMultiReduction();
  registerDecomposeAggregatedOps();
}
