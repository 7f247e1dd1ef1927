import { C_API_DIALECTS } from "./c-api-dialects.ts";

/** A folder of the LLVM source tree whose files are compiled, all of them or the named ones. */
export interface SourceFolder {
  readonly path: string;
  /** Base names without `.cpp`; absent: every file of the folder. */
  readonly only?: readonly string[];
  readonly except?: readonly string[];
}

const SUPPORT: readonly SourceFolder[] = [
  {
    path: "llvm/lib/Support",
    // sockets, hashes that nothing calls, an SMT solver, attributes of object files of other machines
    except: [
      "AArch64AttributeParser",
      "AArch64BuildAttributes",
      "AMDGPUMetadata",
      "ARMAttributeParser",
      "ARMBuildAttributes",
      "ARMWinEH",
      "AllocToken",
      "COM",
      "CSKYAttributeParser",
      "CSKYAttributes",
      "CachePruning",
      "Caching",
      "DXILABI",
      "DAGDeltaAlgorithm",
      "DeltaAlgorithm",
      "ELFAttrParserCompact",
      "ELFAttrParserExtended",
      "ELFAttributes",
      "FileCollector",
      "HexagonAttributeParser",
      "HexagonAttributes",
      "Jobserver",
      "LockFileManager",
      "MSP430AttributeParser",
      "MSP430Attributes",
      "Mustache",
      "PluginLoader",
      "RISCVAttributeParser",
      "RISCVAttributes",
      "RISCVISAUtils",
      "SipHash",
      "TarWriter",
      "Watchdog",
      "Z3Solver",
      "raw_socket_stream",
      "zOSLibFunctions",
    ],
  },
  { path: "llvm/lib/Demangle" },
  {
    path: "llvm/lib/TargetParser",
    only: [
      "Host",
      "Triple",
      "TargetParser",
      "ARMTargetParser",
      "ARMTargetParserCommon",
      "AArch64TargetParser",
      "SubtargetFeature",
    ],
  },
];

const CORE: readonly SourceFolder[] = [
  { path: "mlir/lib/IR" },
  { path: "mlir/lib/AsmParser" },
  { path: "mlir/lib/Parser" },
  { path: "mlir/lib/Bytecode" },
  { path: "mlir/lib/Bytecode/Reader" },
  { path: "mlir/lib/Bytecode/Writer" },
  { path: "mlir/lib/Support" },
  { path: "mlir/lib/Pass" },
  { path: "mlir/lib/Rewrite", except: ["ByteCode"] },
  { path: "mlir/lib/Interfaces" },
  { path: "mlir/lib/Interfaces/Utils" },
  { path: "mlir/lib/Transforms", except: ["ViewOpGraph"] },
  { path: "mlir/lib/Transforms/Utils" },
  { path: "mlir/lib/Analysis" },
  { path: "mlir/lib/Analysis/AliasAnalysis" },
  { path: "mlir/lib/Analysis/DataFlow" },
  { path: "mlir/lib/Analysis/Presburger" },
];

const C_API: readonly SourceFolder[] = [
  { path: "mlir/lib/CAPI/IR" },
  { path: "mlir/lib/CAPI/Interfaces" },
  { path: "mlir/lib/CAPI/Debug" },
  { path: "mlir/lib/CAPI/Transforms", only: ["Rewrite"] },
  {
    path: "mlir/lib/CAPI/Dialect",
    only: C_API_DIALECTS,
  },
];

const DIALECTS: readonly SourceFolder[] = [
  { path: "mlir/lib/Dialect", only: ["Traits"] },
  { path: "mlir/lib/Dialect/Utils" },
  { path: "mlir/lib/Dialect/Affine/IR" },
  { path: "mlir/lib/Dialect/Affine/Analysis" },
  { path: "mlir/lib/Dialect/Affine/Utils" },
  { path: "mlir/lib/Dialect/Arith/IR" },
  { path: "mlir/lib/Dialect/Arith/Utils" },
  { path: "mlir/lib/Dialect/Bufferization/IR" },
  { path: "mlir/lib/Dialect/Complex/IR" },
  { path: "mlir/lib/Dialect/ControlFlow/IR" },
  { path: "mlir/lib/Dialect/DLTI" },
  { path: "mlir/lib/Dialect/Func/IR" },
  { path: "mlir/lib/Dialect/Func/Utils" },
  { path: "mlir/lib/Dialect/Func/Extensions", only: ["InlinerExtension"] },
  { path: "mlir/lib/Dialect/IRDL" },
  { path: "mlir/lib/Dialect/IRDL/IR" },
  { path: "mlir/lib/Dialect/Index/IR" },
  { path: "mlir/lib/Dialect/Linalg/IR" },
  { path: "mlir/lib/Dialect/Linalg/Utils" },
  { path: "mlir/lib/Dialect/MLProgram/IR" },
  { path: "mlir/lib/Dialect/Math/IR" },
  { path: "mlir/lib/Dialect/MemRef/IR" },
  { path: "mlir/lib/Dialect/MemRef/Utils" },
  { path: "mlir/lib/Dialect/Quant/IR" },
  { path: "mlir/lib/Dialect/Quant/Utils" },
  { path: "mlir/lib/Dialect/SCF/IR" },
  { path: "mlir/lib/Dialect/SCF/Utils" },
  { path: "mlir/lib/Dialect/Shape/IR" },
  { path: "mlir/lib/Dialect/SparseTensor/IR" },
  { path: "mlir/lib/Dialect/SparseTensor/IR/Detail" },
  { path: "mlir/lib/Dialect/Tensor/IR" },
  { path: "mlir/lib/Dialect/Tensor/Utils" },
  { path: "mlir/lib/Dialect/Tosa/IR", except: ["ShardingInterfaceImpl"] },
  { path: "mlir/lib/Dialect/Tosa/Utils" },
  { path: "mlir/lib/Dialect/UB/IR" },
  { path: "mlir/lib/Dialect/Vector/IR" },
  { path: "mlir/lib/Dialect/Vector/Interfaces" },
  { path: "mlir/lib/Dialect/Vector/Utils" },
];

const TRANSFORMS: readonly SourceFolder[] = [
  { path: "mlir/lib/Dialect/Affine/Transforms" },
  { path: "mlir/lib/Dialect/Arith/Transforms", except: ["ShardingInterfaceImpl"] },
  { path: "mlir/lib/Dialect/Bufferization/Transforms" },
  { path: "mlir/lib/Dialect/ControlFlow/Transforms" },
  { path: "mlir/lib/Dialect/Func/Transforms" },
  {
    path: "mlir/lib/Dialect/Linalg/Transforms",
    except: ["AllInterfaces", "Promotion", "ShardingInterfaceImpl", "Vectorization", "WinogradConv2D"],
  },
  { path: "mlir/lib/Dialect/MLProgram/Transforms" },
  { path: "mlir/lib/Dialect/Math/Transforms" },
  {
    path: "mlir/lib/Dialect/MemRef/Transforms",
    except: ["EmulateNarrowType", "ExtractAddressComputations", "FoldMemRefAliasOps"], // the last one brings the gpu and nvgpu dialects
  },
  { path: "mlir/lib/Dialect/Quant/Transforms" },
  { path: "mlir/lib/Dialect/SCF/Transforms" },
  { path: "mlir/lib/Dialect/Tensor/Transforms" },
  { path: "mlir/lib/Dialect/Tosa/Transforms" },
  {
    path: "mlir/lib/Dialect/Vector/Transforms",
    only: [
      "BufferizableOpInterfaceImpl",
      "SubsetOpInterfaceImpl",
      "VectorTransforms",
      "VectorTransferOpTransforms",
      "VectorDropLeadUnitDim",
      "LowerVectorMask",
      "LowerVectorMultiReduction",
    ],
  },
  { path: "mlir/lib/Conversion/AffineToStandard" },
  { path: "mlir/lib/Conversion/BufferizationToMemRef" },
  { path: "mlir/lib/Conversion/ComplexCommon" },
  { path: "mlir/lib/Conversion/ComplexToStandard" },
  { path: "mlir/lib/Conversion/ControlFlowToSCF" },
  { path: "mlir/lib/Conversion/ReconcileUnrealizedCasts" },
  { path: "mlir/lib/Conversion/TensorToLinalg" },
  { path: "mlir/lib/Conversion/TosaToArith" },
  { path: "mlir/lib/Conversion/TosaToLinalg" },
  { path: "mlir/lib/Conversion/TosaToMLProgram" },
  { path: "mlir/lib/Conversion/TosaToSCF" },
  { path: "mlir/lib/Conversion/TosaToTensor" },
];

/** Everything that goes into the archive; the linker keeps what the binding reaches. */
export const SOURCE_FOLDERS: readonly SourceFolder[] = [
  ...SUPPORT,
  ...CORE,
  ...C_API,
  ...DIALECTS,
  ...TRANSFORMS,
];
