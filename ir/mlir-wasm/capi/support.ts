// Written by native/declare-c-api.ts from the headers of MLIR's C API; not edited by hand.

import type {
  MlirLlvmThreadPool,
  MlirTypeID,
  MlirTypeIDAllocator,
  Pointer,
  StructPointer,
} from "./handles.ts";

/** mlir-c/Support.h */
export interface SupportFunctions {
  mlirStringRefCreateFromCString(result: StructPointer<"MlirStringRef">, str: Pointer): void;
  mlirStringRefEqual(string: StructPointer<"MlirStringRef">, other: StructPointer<"MlirStringRef">): number;
  mlirLlvmThreadPoolCreate(): MlirLlvmThreadPool;
  mlirLlvmThreadPoolDestroy(pool: MlirLlvmThreadPool): void;
  mlirTypeIDCreate(ptr: Pointer): MlirTypeID;
  mlirTypeIDEqual(typeID1: MlirTypeID, typeID2: MlirTypeID): number;
  mlirTypeIDHashValue(typeID: MlirTypeID): number;
  mlirTypeIDAllocatorCreate(): MlirTypeIDAllocator;
  mlirTypeIDAllocatorDestroy(allocator: MlirTypeIDAllocator): void;
  mlirTypeIDAllocatorAllocateTypeID(allocator: MlirTypeIDAllocator): MlirTypeID;
}
