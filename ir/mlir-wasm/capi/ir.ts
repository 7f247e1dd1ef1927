// Written by native/declare-c-api.ts from the headers of MLIR's C API; not edited by hand.

import type {
  Callback,
  MlirAsmState,
  MlirAttribute,
  MlirBlock,
  MlirBytecodeWriterConfig,
  MlirContext,
  MlirDialect,
  MlirDialectHandle,
  MlirDialectRegistry,
  MlirIdentifier,
  MlirLlvmThreadPool,
  MlirLocation,
  MlirLogicalResult,
  MlirModule,
  MlirOperation,
  MlirOpOperand,
  MlirOpPrintingFlags,
  MlirRegion,
  MlirSymbolTable,
  MlirType,
  MlirTypeID,
  MlirValue,
  Pointer,
  StructPointer,
} from "./handles.ts";

/** mlir-c/IR.h */
export interface IrFunctions {
  mlirContextCreate(): MlirContext;
  mlirContextCreateWithThreading(threadingEnabled: boolean): MlirContext;
  mlirContextCreateWithRegistry(registry: MlirDialectRegistry, threadingEnabled: boolean): MlirContext;
  mlirContextEqual(ctx1: MlirContext, ctx2: MlirContext): number;
  mlirContextDestroy(context: MlirContext): void;
  mlirContextSetAllowUnregisteredDialects(context: MlirContext, allow: boolean): void;
  mlirContextGetAllowUnregisteredDialects(context: MlirContext): number;
  mlirContextGetNumRegisteredDialects(context: MlirContext): number;
  mlirContextAppendDialectRegistry(ctx: MlirContext, registry: MlirDialectRegistry): void;
  mlirContextGetNumLoadedDialects(context: MlirContext): number;
  mlirContextGetOrLoadDialect(context: MlirContext, name: StructPointer<"MlirStringRef">): MlirDialect;
  mlirContextEnableMultithreading(context: MlirContext, enable: boolean): void;
  mlirContextLoadAllAvailableDialects(context: MlirContext): void;
  mlirContextIsRegisteredOperation(context: MlirContext, name: StructPointer<"MlirStringRef">): number;
  mlirContextSetThreadPool(context: MlirContext, threadPool: MlirLlvmThreadPool): void;
  mlirContextGetNumThreads(context: MlirContext): number;
  mlirContextGetThreadPool(context: MlirContext): MlirLlvmThreadPool;
  mlirDialectGetContext(dialect: MlirDialect): MlirContext;
  mlirDialectEqual(dialect1: MlirDialect, dialect2: MlirDialect): number;
  mlirDialectGetNamespace(result: StructPointer<"MlirStringRef">, dialect: MlirDialect): void;
  mlirDialectHandleGetNamespace(result: StructPointer<"MlirStringRef">, argument0: MlirDialectHandle): void;
  mlirDialectHandleInsertDialect(argument0: MlirDialectHandle, argument1: MlirDialectRegistry): void;
  mlirDialectHandleRegisterDialect(argument0: MlirDialectHandle, argument1: MlirContext): void;
  mlirDialectHandleLoadDialect(argument0: MlirDialectHandle, argument1: MlirContext): MlirDialect;
  mlirDialectRegistryCreate(): MlirDialectRegistry;
  mlirDialectRegistryDestroy(registry: MlirDialectRegistry): void;
  mlirLocationGetAttribute(location: MlirLocation): MlirAttribute;
  mlirLocationFromAttribute(attribute: MlirAttribute): MlirLocation;
  mlirLocationFileLineColGet(
    context: MlirContext,
    filename: StructPointer<"MlirStringRef">,
    line: number,
    col: number,
  ): MlirLocation;
  mlirLocationFileLineColRangeGet(
    context: MlirContext,
    filename: StructPointer<"MlirStringRef">,
    start_line: number,
    start_col: number,
    end_line: number,
    end_col: number,
  ): MlirLocation;
  mlirLocationFileLineColRangeGetFilename(location: MlirLocation): MlirIdentifier;
  mlirLocationFileLineColRangeGetStartLine(location: MlirLocation): number;
  mlirLocationFileLineColRangeGetStartColumn(location: MlirLocation): number;
  mlirLocationFileLineColRangeGetEndLine(location: MlirLocation): number;
  mlirLocationFileLineColRangeGetEndColumn(location: MlirLocation): number;
  mlirLocationFileLineColRangeGetTypeID(): MlirTypeID;
  mlirLocationIsAFileLineColRange(location: MlirLocation): number;
  mlirLocationCallSiteGet(callee: MlirLocation, caller: MlirLocation): MlirLocation;
  mlirLocationCallSiteGetCallee(location: MlirLocation): MlirLocation;
  mlirLocationCallSiteGetCaller(location: MlirLocation): MlirLocation;
  mlirLocationCallSiteGetTypeID(): MlirTypeID;
  mlirLocationIsACallSite(location: MlirLocation): number;
  mlirLocationFusedGet(
    ctx: MlirContext,
    nLocations: number,
    locations: Pointer,
    metadata: MlirAttribute,
  ): MlirLocation;
  mlirLocationFusedGetNumLocations(location: MlirLocation): number;
  mlirLocationFusedGetLocations(location: MlirLocation, locationsCPtr: Pointer): void;
  mlirLocationFusedGetMetadata(location: MlirLocation): MlirAttribute;
  mlirLocationFusedGetTypeID(): MlirTypeID;
  mlirLocationIsAFused(location: MlirLocation): number;
  mlirLocationNameGet(
    context: MlirContext,
    name: StructPointer<"MlirStringRef">,
    childLoc: MlirLocation,
  ): MlirLocation;
  mlirLocationNameGetName(location: MlirLocation): MlirIdentifier;
  mlirLocationNameGetChildLoc(location: MlirLocation): MlirLocation;
  mlirLocationNameGetTypeID(): MlirTypeID;
  mlirLocationIsAName(location: MlirLocation): number;
  mlirLocationUnknownGet(context: MlirContext): MlirLocation;
  mlirLocationGetContext(location: MlirLocation): MlirContext;
  mlirLocationEqual(l1: MlirLocation, l2: MlirLocation): number;
  mlirLocationPrint(location: MlirLocation, callback: Callback, userData: Pointer): void;
  mlirModuleCreateEmpty(location: MlirLocation): MlirModule;
  mlirModuleCreateParse(context: MlirContext, module: StructPointer<"MlirStringRef">): MlirModule;
  mlirModuleCreateParseFromFile(context: MlirContext, fileName: StructPointer<"MlirStringRef">): MlirModule;
  mlirModuleGetContext(module: MlirModule): MlirContext;
  mlirModuleGetBody(module: MlirModule): MlirBlock;
  mlirModuleDestroy(module: MlirModule): void;
  mlirModuleGetOperation(module: MlirModule): MlirOperation;
  mlirModuleFromOperation(op: MlirOperation): MlirModule;
  mlirModuleEqual(lhs: MlirModule, rhs: MlirModule): number;
  mlirModuleHashValue(mod: MlirModule): number;
  mlirOperationStateGet(
    result: StructPointer<"MlirOperationState">,
    name: StructPointer<"MlirStringRef">,
    loc: MlirLocation,
  ): void;
  mlirOperationStateAddResults(state: Pointer, n: number, results: Pointer): void;
  mlirOperationStateAddOperands(state: Pointer, n: number, operands: Pointer): void;
  mlirOperationStateAddOwnedRegions(state: Pointer, n: number, regions: Pointer): void;
  mlirOperationStateAddSuccessors(state: Pointer, n: number, successors: Pointer): void;
  mlirOperationStateAddAttributes(state: Pointer, n: number, attributes: Pointer): void;
  mlirOperationStateEnableResultTypeInference(state: Pointer): void;
  mlirAsmStateCreateForOperation(op: MlirOperation, flags: MlirOpPrintingFlags): MlirAsmState;
  mlirAsmStateCreateForValue(value: MlirValue, flags: MlirOpPrintingFlags): MlirAsmState;
  mlirAsmStateDestroy(state: MlirAsmState): void;
  mlirOpPrintingFlagsCreate(): MlirOpPrintingFlags;
  mlirOpPrintingFlagsDestroy(flags: MlirOpPrintingFlags): void;
  mlirOpPrintingFlagsElideLargeElementsAttrs(flags: MlirOpPrintingFlags, largeElementLimit: number): void;
  mlirOpPrintingFlagsElideLargeResourceString(flags: MlirOpPrintingFlags, largeResourceLimit: number): void;
  mlirOpPrintingFlagsEnableDebugInfo(flags: MlirOpPrintingFlags, enable: boolean, prettyForm: boolean): void;
  mlirOpPrintingFlagsPrintGenericOpForm(flags: MlirOpPrintingFlags): void;
  mlirOpPrintingFlagsPrintNameLocAsPrefix(flags: MlirOpPrintingFlags): void;
  mlirOpPrintingFlagsUseLocalScope(flags: MlirOpPrintingFlags): void;
  mlirOpPrintingFlagsAssumeVerified(flags: MlirOpPrintingFlags): void;
  mlirOpPrintingFlagsSkipRegions(flags: MlirOpPrintingFlags): void;
  mlirBytecodeWriterConfigCreate(): MlirBytecodeWriterConfig;
  mlirBytecodeWriterConfigDestroy(config: MlirBytecodeWriterConfig): void;
  mlirBytecodeWriterConfigDesiredEmitVersion(flags: MlirBytecodeWriterConfig, version: bigint): void;
  mlirOperationCreate(state: Pointer): MlirOperation;
  mlirOperationCreateParse(
    context: MlirContext,
    sourceStr: StructPointer<"MlirStringRef">,
    sourceName: StructPointer<"MlirStringRef">,
  ): MlirOperation;
  mlirOperationClone(op: MlirOperation): MlirOperation;
  mlirOperationDestroy(op: MlirOperation): void;
  mlirOperationRemoveFromParent(op: MlirOperation): void;
  mlirOperationEqual(op: MlirOperation, other: MlirOperation): number;
  mlirOperationHashValue(op: MlirOperation): number;
  mlirOperationGetContext(op: MlirOperation): MlirContext;
  mlirOperationGetLocation(op: MlirOperation): MlirLocation;
  mlirOperationSetLocation(op: MlirOperation, loc: MlirLocation): void;
  mlirOperationGetTypeID(op: MlirOperation): MlirTypeID;
  mlirOperationGetName(op: MlirOperation): MlirIdentifier;
  mlirOperationGetBlock(op: MlirOperation): MlirBlock;
  mlirOperationGetParentOperation(op: MlirOperation): MlirOperation;
  mlirOperationGetNumRegions(op: MlirOperation): number;
  mlirOperationGetRegion(op: MlirOperation, pos: number): MlirRegion;
  mlirOperationGetNextInBlock(op: MlirOperation): MlirOperation;
  mlirOperationGetNumOperands(op: MlirOperation): number;
  mlirOperationGetOperand(op: MlirOperation, pos: number): MlirValue;
  mlirOperationSetOperand(op: MlirOperation, pos: number, newValue: MlirValue): void;
  mlirOperationSetOperands(op: MlirOperation, nOperands: number, operands: Pointer): void;
  mlirOperationGetNumResults(op: MlirOperation): number;
  mlirOperationGetResult(op: MlirOperation, pos: number): MlirValue;
  mlirOperationGetNumSuccessors(op: MlirOperation): number;
  mlirOperationGetSuccessor(op: MlirOperation, pos: number): MlirBlock;
  mlirOperationSetSuccessor(op: MlirOperation, pos: number, block: MlirBlock): void;
  mlirOperationHasInherentAttributeByName(op: MlirOperation, name: StructPointer<"MlirStringRef">): number;
  mlirOperationGetInherentAttributeByName(
    op: MlirOperation,
    name: StructPointer<"MlirStringRef">,
  ): MlirAttribute;
  mlirOperationSetInherentAttributeByName(
    op: MlirOperation,
    name: StructPointer<"MlirStringRef">,
    attr: MlirAttribute,
  ): void;
  mlirOperationGetNumDiscardableAttributes(op: MlirOperation): number;
  mlirOperationGetDiscardableAttribute(
    result: StructPointer<"MlirNamedAttribute">,
    op: MlirOperation,
    pos: number,
  ): void;
  mlirOperationGetDiscardableAttributeByName(
    op: MlirOperation,
    name: StructPointer<"MlirStringRef">,
  ): MlirAttribute;
  mlirOperationSetDiscardableAttributeByName(
    op: MlirOperation,
    name: StructPointer<"MlirStringRef">,
    attr: MlirAttribute,
  ): void;
  mlirOperationRemoveDiscardableAttributeByName(
    op: MlirOperation,
    name: StructPointer<"MlirStringRef">,
  ): number;
  mlirOperationGetNumAttributes(op: MlirOperation): number;
  mlirOperationGetAttribute(
    result: StructPointer<"MlirNamedAttribute">,
    op: MlirOperation,
    pos: number,
  ): void;
  mlirOperationGetAttributeByName(op: MlirOperation, name: StructPointer<"MlirStringRef">): MlirAttribute;
  mlirOperationSetAttributeByName(
    op: MlirOperation,
    name: StructPointer<"MlirStringRef">,
    attr: MlirAttribute,
  ): void;
  mlirOperationRemoveAttributeByName(op: MlirOperation, name: StructPointer<"MlirStringRef">): number;
  mlirOperationPrint(op: MlirOperation, callback: Callback, userData: Pointer): void;
  mlirOperationPrintWithFlags(
    op: MlirOperation,
    flags: MlirOpPrintingFlags,
    callback: Callback,
    userData: Pointer,
  ): void;
  mlirOperationPrintWithState(
    op: MlirOperation,
    state: MlirAsmState,
    callback: Callback,
    userData: Pointer,
  ): void;
  mlirOperationWriteBytecode(op: MlirOperation, callback: Callback, userData: Pointer): void;
  mlirOperationWriteBytecodeWithConfig(
    op: MlirOperation,
    config: MlirBytecodeWriterConfig,
    callback: Callback,
    userData: Pointer,
  ): MlirLogicalResult;
  mlirOperationDump(op: MlirOperation): void;
  mlirOperationVerify(op: MlirOperation): number;
  mlirOperationMoveAfter(op: MlirOperation, other: MlirOperation): void;
  mlirOperationMoveBefore(op: MlirOperation, other: MlirOperation): void;
  mlirOperationIsBeforeInBlock(op: MlirOperation, other: MlirOperation): number;
  mlirOperationWalk(op: MlirOperation, callback: Callback, userData: Pointer, walkOrder: number): void;
  mlirOperationReplaceUsesOfWith(op: MlirOperation, of: MlirValue, withValue: MlirValue): void;
  mlirRegionCreate(): MlirRegion;
  mlirRegionDestroy(region: MlirRegion): void;
  mlirRegionEqual(region: MlirRegion, other: MlirRegion): number;
  mlirRegionGetFirstBlock(region: MlirRegion): MlirBlock;
  mlirRegionAppendOwnedBlock(region: MlirRegion, block: MlirBlock): void;
  mlirRegionInsertOwnedBlock(region: MlirRegion, pos: number, block: MlirBlock): void;
  mlirRegionInsertOwnedBlockAfter(region: MlirRegion, reference: MlirBlock, block: MlirBlock): void;
  mlirRegionInsertOwnedBlockBefore(region: MlirRegion, reference: MlirBlock, block: MlirBlock): void;
  mlirOperationGetFirstRegion(op: MlirOperation): MlirRegion;
  mlirRegionGetNextInOperation(region: MlirRegion): MlirRegion;
  mlirRegionTakeBody(target: MlirRegion, source: MlirRegion): void;
  mlirBlockCreate(nArgs: number, args: Pointer, locs: Pointer): MlirBlock;
  mlirBlockDestroy(block: MlirBlock): void;
  mlirBlockDetach(block: MlirBlock): void;
  mlirBlockEqual(block: MlirBlock, other: MlirBlock): number;
  mlirBlockGetParentOperation(argument0: MlirBlock): MlirOperation;
  mlirBlockGetParentRegion(block: MlirBlock): MlirRegion;
  mlirBlockGetNextInRegion(block: MlirBlock): MlirBlock;
  mlirBlockGetFirstOperation(block: MlirBlock): MlirOperation;
  mlirBlockGetTerminator(block: MlirBlock): MlirOperation;
  mlirBlockAppendOwnedOperation(block: MlirBlock, operation: MlirOperation): void;
  mlirBlockInsertOwnedOperation(block: MlirBlock, pos: number, operation: MlirOperation): void;
  mlirBlockInsertOwnedOperationAfter(
    block: MlirBlock,
    reference: MlirOperation,
    operation: MlirOperation,
  ): void;
  mlirBlockInsertOwnedOperationBefore(
    block: MlirBlock,
    reference: MlirOperation,
    operation: MlirOperation,
  ): void;
  mlirBlockGetNumArguments(block: MlirBlock): number;
  mlirBlockAddArgument(block: MlirBlock, type: MlirType, loc: MlirLocation): MlirValue;
  mlirBlockEraseArgument(block: MlirBlock, index: number): void;
  mlirBlockInsertArgument(block: MlirBlock, pos: number, type: MlirType, loc: MlirLocation): MlirValue;
  mlirBlockGetArgument(block: MlirBlock, pos: number): MlirValue;
  mlirBlockPrint(block: MlirBlock, callback: Callback, userData: Pointer): void;
  mlirBlockGetNumSuccessors(block: MlirBlock): number;
  mlirBlockGetSuccessor(block: MlirBlock, pos: number): MlirBlock;
  mlirBlockGetNumPredecessors(block: MlirBlock): number;
  mlirBlockGetPredecessor(block: MlirBlock, pos: number): MlirBlock;
  mlirValueEqual(value1: MlirValue, value2: MlirValue): number;
  mlirValueIsABlockArgument(value: MlirValue): number;
  mlirValueIsAOpResult(value: MlirValue): number;
  mlirBlockArgumentGetOwner(value: MlirValue): MlirBlock;
  mlirBlockArgumentGetArgNumber(value: MlirValue): number;
  mlirBlockArgumentSetType(value: MlirValue, type: MlirType): void;
  mlirBlockArgumentSetLocation(value: MlirValue, loc: MlirLocation): void;
  mlirOpResultGetOwner(value: MlirValue): MlirOperation;
  mlirOpResultGetResultNumber(value: MlirValue): number;
  mlirValueGetType(value: MlirValue): MlirType;
  mlirValueSetType(value: MlirValue, type: MlirType): void;
  mlirValueDump(value: MlirValue): void;
  mlirValuePrint(value: MlirValue, callback: Callback, userData: Pointer): void;
  mlirValuePrintAsOperand(value: MlirValue, state: MlirAsmState, callback: Callback, userData: Pointer): void;
  mlirValueGetFirstUse(value: MlirValue): MlirOpOperand;
  mlirValueReplaceAllUsesOfWith(of: MlirValue, withValue: MlirValue): void;
  mlirValueReplaceAllUsesExcept(
    of: MlirValue,
    withValue: MlirValue,
    numExceptions: number,
    exceptions: Pointer,
  ): void;
  mlirValueGetLocation(v: MlirValue): MlirLocation;
  mlirValueGetContext(v: MlirValue): MlirContext;
  mlirOpOperandIsNull(opOperand: MlirOpOperand): number;
  mlirOpOperandGetValue(opOperand: MlirOpOperand): MlirValue;
  mlirOpOperandGetOwner(opOperand: MlirOpOperand): MlirOperation;
  mlirOpOperandGetOperandNumber(opOperand: MlirOpOperand): number;
  mlirOpOperandGetNextUse(opOperand: MlirOpOperand): MlirOpOperand;
  mlirTypeParseGet(context: MlirContext, type: StructPointer<"MlirStringRef">): MlirType;
  mlirTypeGetContext(type: MlirType): MlirContext;
  mlirTypeGetTypeID(type: MlirType): MlirTypeID;
  mlirTypeGetDialect(type: MlirType): MlirDialect;
  mlirTypeEqual(t1: MlirType, t2: MlirType): number;
  mlirTypePrint(type: MlirType, callback: Callback, userData: Pointer): void;
  mlirTypeDump(type: MlirType): void;
  mlirAttributeParseGet(context: MlirContext, attr: StructPointer<"MlirStringRef">): MlirAttribute;
  mlirAttributeGetContext(attribute: MlirAttribute): MlirContext;
  mlirAttributeGetType(attribute: MlirAttribute): MlirType;
  mlirAttributeGetTypeID(attribute: MlirAttribute): MlirTypeID;
  mlirAttributeGetDialect(attribute: MlirAttribute): MlirDialect;
  mlirAttributeEqual(a1: MlirAttribute, a2: MlirAttribute): number;
  mlirAttributePrint(attr: MlirAttribute, callback: Callback, userData: Pointer): void;
  mlirAttributeDump(attr: MlirAttribute): void;
  mlirNamedAttributeGet(
    result: StructPointer<"MlirNamedAttribute">,
    name: MlirIdentifier,
    attr: MlirAttribute,
  ): void;
  mlirIdentifierGet(context: MlirContext, str: StructPointer<"MlirStringRef">): MlirIdentifier;
  mlirIdentifierGetContext(argument0: MlirIdentifier): MlirContext;
  mlirIdentifierEqual(ident: MlirIdentifier, other: MlirIdentifier): number;
  mlirIdentifierStr(result: StructPointer<"MlirStringRef">, ident: MlirIdentifier): void;
  mlirSymbolTableGetSymbolAttributeName(result: StructPointer<"MlirStringRef">): void;
  mlirSymbolTableGetVisibilityAttributeName(result: StructPointer<"MlirStringRef">): void;
  mlirSymbolTableCreate(operation: MlirOperation): MlirSymbolTable;
  mlirSymbolTableDestroy(symbolTable: MlirSymbolTable): void;
  mlirSymbolTableLookup(symbolTable: MlirSymbolTable, name: StructPointer<"MlirStringRef">): MlirOperation;
  mlirSymbolTableInsert(symbolTable: MlirSymbolTable, operation: MlirOperation): MlirAttribute;
  mlirSymbolTableErase(symbolTable: MlirSymbolTable, operation: MlirOperation): void;
  mlirSymbolTableReplaceAllSymbolUses(
    oldSymbol: StructPointer<"MlirStringRef">,
    newSymbol: StructPointer<"MlirStringRef">,
    from: MlirOperation,
  ): MlirLogicalResult;
  mlirSymbolTableWalkSymbolTables(
    from: MlirOperation,
    allSymUsesVisible: boolean,
    callback: Callback,
    userData: Pointer,
  ): void;
}
