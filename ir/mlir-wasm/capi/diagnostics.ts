// Written by native/declare-c-api.ts from the headers of MLIR's C API; not edited by hand.

import type { Callback, MlirContext, MlirDiagnostic, MlirLocation, Pointer } from "./handles.ts";

/** mlir-c/Diagnostics.h */
export interface DiagnosticsFunctions {
  mlirDiagnosticPrint(diagnostic: MlirDiagnostic, callback: Callback, userData: Pointer): void;
  mlirDiagnosticGetLocation(diagnostic: MlirDiagnostic): MlirLocation;
  mlirDiagnosticGetSeverity(diagnostic: MlirDiagnostic): number;
  mlirDiagnosticGetNumNotes(diagnostic: MlirDiagnostic): number;
  mlirDiagnosticGetNote(diagnostic: MlirDiagnostic, pos: number): MlirDiagnostic;
  mlirContextAttachDiagnosticHandler(
    context: MlirContext,
    handler: Callback,
    userData: Pointer,
    deleteUserData: Callback,
  ): number;
  mlirContextDetachDiagnosticHandler(context: MlirContext, id: number): void;
  mlirEmitError(location: MlirLocation, message: Pointer): void;
}
