#pragma once

#include "mlir/IR/DialectRegistry.h"

namespace hidalgo {

/// The dialects of the module, with the interfaces that their passes expect.
void insertDialects(mlir::DialectRegistry &registry);

/// The passes and pipelines that a textual pipeline can name.
void registerPasses();

/// `linalg-decompose-aggregated-ops`: calls upstream's own decomposition of operations such as `linalg.softmax`.
void registerDecomposeAggregatedOps();

} // namespace hidalgo
