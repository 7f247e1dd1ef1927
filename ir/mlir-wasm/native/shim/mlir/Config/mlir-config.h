// MLIR without PDL patterns: their bytecode interpreter is not part of the module.
#ifndef MLIR_CONFIG_H
#define MLIR_CONFIG_H

#define MLIR_ENABLE_EXPENSIVE_PATTERN_API_CHECKS 0
#define MLIR_ENABLE_PDL_IN_PATTERNMATCH 0
#define MLIR_ENABLE_NVPTXCOMPILER 0
#define MLIR_ENABLE_ROCM_CONVERSIONS 0

#endif
