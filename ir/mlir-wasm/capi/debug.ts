// Written by native/declare-c-api.ts from the headers of MLIR's C API; not edited by hand.

import type { Pointer } from "./handles.ts";

/** mlir-c/Debug.h */
export interface DebugFunctions {
  mlirEnableGlobalDebug(enable: boolean): void;
  mlirIsGlobalDebugEnabled(): number;
  mlirSetGlobalDebugType(type: Pointer): void;
  mlirSetGlobalDebugTypes(types: Pointer, n: number): void;
  mlirIsCurrentDebugType(type: Pointer): number;
}
