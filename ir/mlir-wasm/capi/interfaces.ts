// Written by native/declare-c-api.ts from the headers of MLIR's C API; not edited by hand.

import type {
  Callback,
  MlirAttribute,
  MlirContext,
  MlirLocation,
  MlirLogicalResult,
  MlirOperation,
  MlirTypeID,
  Pointer,
  StructPointer,
} from "./handles.ts";

/** mlir-c/Interfaces.h */
export interface InterfacesFunctions {
  mlirOperationImplementsInterface(operation: MlirOperation, interfaceTypeID: MlirTypeID): number;
  mlirOperationImplementsInterfaceStatic(
    operationName: StructPointer<"MlirStringRef">,
    context: MlirContext,
    interfaceTypeID: MlirTypeID,
  ): number;
  mlirInferTypeOpInterfaceTypeID(): MlirTypeID;
  mlirInferTypeOpInterfaceInferReturnTypes(
    opName: StructPointer<"MlirStringRef">,
    context: MlirContext,
    location: MlirLocation,
    nOperands: number,
    operands: Pointer,
    attributes: MlirAttribute,
    properties: Pointer,
    nRegions: number,
    regions: Pointer,
    callback: Callback,
    userData: Pointer,
  ): MlirLogicalResult;
  mlirInferShapedTypeOpInterfaceTypeID(): MlirTypeID;
  mlirInferShapedTypeOpInterfaceInferReturnTypes(
    opName: StructPointer<"MlirStringRef">,
    context: MlirContext,
    location: MlirLocation,
    nOperands: number,
    operands: Pointer,
    attributes: MlirAttribute,
    properties: Pointer,
    nRegions: number,
    regions: Pointer,
    callback: Callback,
    userData: Pointer,
  ): MlirLogicalResult;
}
