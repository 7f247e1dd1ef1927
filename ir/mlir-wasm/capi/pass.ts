// Written by native/declare-c-api.ts from the headers of MLIR's C API; not edited by hand.

import type {
  Callback,
  MlirContext,
  MlirExternalPass,
  MlirLogicalResult,
  MlirOperation,
  MlirOpPassManager,
  MlirOpPrintingFlags,
  MlirPass,
  MlirPassManager,
  MlirTypeID,
  Pointer,
  StructPointer,
} from "./handles.ts";

/** mlir-c/Pass.h */
export interface PassFunctions {
  mlirPassManagerCreate(ctx: MlirContext): MlirPassManager;
  mlirPassManagerCreateOnOperation(
    ctx: MlirContext,
    anchorOp: StructPointer<"MlirStringRef">,
  ): MlirPassManager;
  mlirPassManagerDestroy(passManager: MlirPassManager): void;
  mlirPassManagerGetAsOpPassManager(passManager: MlirPassManager): MlirOpPassManager;
  mlirPassManagerRunOnOp(passManager: MlirPassManager, op: MlirOperation): MlirLogicalResult;
  mlirPassManagerEnableIRPrinting(
    passManager: MlirPassManager,
    printBeforeAll: boolean,
    printAfterAll: boolean,
    printModuleScope: boolean,
    printAfterOnlyOnChange: boolean,
    printAfterOnlyOnFailure: boolean,
    flags: MlirOpPrintingFlags,
    treePrintingPath: StructPointer<"MlirStringRef">,
  ): void;
  mlirPassManagerEnableVerifier(passManager: MlirPassManager, enable: boolean): void;
  mlirPassManagerEnableTiming(passManager: MlirPassManager): void;
  mlirPassManagerEnableStatistics(passManager: MlirPassManager, displayMode: number): void;
  mlirPassManagerGetNestedUnder(
    passManager: MlirPassManager,
    operationName: StructPointer<"MlirStringRef">,
  ): MlirOpPassManager;
  mlirOpPassManagerGetNestedUnder(
    passManager: MlirOpPassManager,
    operationName: StructPointer<"MlirStringRef">,
  ): MlirOpPassManager;
  mlirPassManagerAddOwnedPass(passManager: MlirPassManager, pass: MlirPass): void;
  mlirOpPassManagerAddOwnedPass(passManager: MlirOpPassManager, pass: MlirPass): void;
  mlirOpPassManagerAddPipeline(
    passManager: MlirOpPassManager,
    pipelineElements: StructPointer<"MlirStringRef">,
    callback: Callback,
    userData: Pointer,
  ): MlirLogicalResult;
  mlirPrintPassPipeline(passManager: MlirOpPassManager, callback: Callback, userData: Pointer): void;
  mlirParsePassPipeline(
    passManager: MlirOpPassManager,
    pipeline: StructPointer<"MlirStringRef">,
    callback: Callback,
    userData: Pointer,
  ): MlirLogicalResult;
  mlirCreateExternalPass(
    passID: MlirTypeID,
    name: StructPointer<"MlirStringRef">,
    argument: StructPointer<"MlirStringRef">,
    description: StructPointer<"MlirStringRef">,
    opName: StructPointer<"MlirStringRef">,
    nDependentDialects: number,
    dependentDialects: Pointer,
    callbacks: StructPointer<"MlirExternalPassCallbacks">,
    userData: Pointer,
  ): MlirPass;
  mlirExternalPassSignalFailure(pass: MlirExternalPass): void;
}
