#include "register.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

namespace {

/// aggregated op ==> what its own `decomposeOperation` builds. Upstream offers this through the transform dialect only.
struct DecomposeAggregatedOps : PassWrapper<DecomposeAggregatedOps, OperationPass<>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(DecomposeAggregatedOps)

  StringRef getArgument() const final { return "linalg-decompose-aggregated-ops"; }
  StringRef getDescription() const final { return "Decomposes aggregated operations such as linalg.softmax"; }
  void getDependentDialects(DialectRegistry &registry) const final { registry.insert<linalg::LinalgDialect>(); }

  void runOnOperation() final {
    SmallVector<linalg::AggregatedOpInterface> found;
    getOperation()->walk([&](linalg::AggregatedOpInterface op) { found.push_back(op); });
    IRRewriter rewriter(&getContext());
    for (linalg::AggregatedOpInterface op : found) {
      rewriter.setInsertionPoint(op);
      FailureOr<SmallVector<Value>> values = op.decomposeOperation(rewriter);
      if (succeeded(values)) rewriter.replaceOp(op, *values);
    }
  }
};

} // namespace

void hidalgo::registerDecomposeAggregatedOps() { PassRegistration<DecomposeAggregatedOps>(); }
