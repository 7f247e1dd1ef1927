// Written by native/declare-c-api.ts from the headers of MLIR's C API; not edited by hand.

/** An address in the module's memory. */
export type Pointer = number & { readonly kind: "Pointer" };

/** The address of a structure of more than one field. */
export type StructPointer<Name extends string> = Pointer & { readonly struct: Name };

/** A function of the module as its table numbers it. */
export type Callback = number & { readonly kind: "Callback" };

/** A C++ object behind a pointer, as the C API names it; 0 where the API says null. */
type Handle<Name extends string> = number & { readonly handle: Name };

export type MlirAffineExpr = Handle<"MlirAffineExpr">;
export type MlirAffineMap = Handle<"MlirAffineMap">;
export type MlirAsmState = Handle<"MlirAsmState">;
export type MlirAttribute = Handle<"MlirAttribute">;
export type MlirBlock = Handle<"MlirBlock">;
export type MlirBytecodeWriterConfig = Handle<"MlirBytecodeWriterConfig">;
export type MlirContext = Handle<"MlirContext">;
export type MlirDiagnostic = Handle<"MlirDiagnostic">;
export type MlirDialect = Handle<"MlirDialect">;
export type MlirDialectHandle = Handle<"MlirDialectHandle">;
export type MlirDialectRegistry = Handle<"MlirDialectRegistry">;
export type MlirExternalPass = Handle<"MlirExternalPass">;
export type MlirFrozenRewritePatternSet = Handle<"MlirFrozenRewritePatternSet">;
export type MlirGreedyRewriteDriverConfig = Handle<"MlirGreedyRewriteDriverConfig">;
export type MlirIdentifier = Handle<"MlirIdentifier">;
export type MlirIntegerSet = Handle<"MlirIntegerSet">;
export type MlirLlvmThreadPool = Handle<"MlirLlvmThreadPool">;
export type MlirLocation = Handle<"MlirLocation">;
export type MlirLogicalResult = Handle<"MlirLogicalResult">;
export type MlirModule = Handle<"MlirModule">;
export type MlirOpOperand = Handle<"MlirOpOperand">;
export type MlirOpPassManager = Handle<"MlirOpPassManager">;
export type MlirOpPrintingFlags = Handle<"MlirOpPrintingFlags">;
export type MlirOperation = Handle<"MlirOperation">;
export type MlirPass = Handle<"MlirPass">;
export type MlirPassManager = Handle<"MlirPassManager">;
export type MlirPatternRewriter = Handle<"MlirPatternRewriter">;
export type MlirRegion = Handle<"MlirRegion">;
export type MlirRewritePattern = Handle<"MlirRewritePattern">;
export type MlirRewritePatternSet = Handle<"MlirRewritePatternSet">;
export type MlirRewriterBase = Handle<"MlirRewriterBase">;
export type MlirSymbolTable = Handle<"MlirSymbolTable">;
export type MlirType = Handle<"MlirType">;
export type MlirTypeID = Handle<"MlirTypeID">;
export type MlirTypeIDAllocator = Handle<"MlirTypeIDAllocator">;
export type MlirValue = Handle<"MlirValue">;
