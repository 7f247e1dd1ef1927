// Written by native/declare-c-api.ts from the headers of MLIR's C API; not edited by hand.

import type { Callback, MlirAffineExpr, MlirContext, MlirIntegerSet, Pointer } from "./handles.ts";

/** mlir-c/IntegerSet.h */
export interface IntegerSetFunctions {
  mlirIntegerSetGetContext(set: MlirIntegerSet): MlirContext;
  mlirIntegerSetEqual(s1: MlirIntegerSet, s2: MlirIntegerSet): number;
  mlirIntegerSetPrint(set: MlirIntegerSet, callback: Callback, userData: Pointer): void;
  mlirIntegerSetDump(set: MlirIntegerSet): void;
  mlirIntegerSetEmptyGet(context: MlirContext, numDims: number, numSymbols: number): MlirIntegerSet;
  mlirIntegerSetGet(
    context: MlirContext,
    numDims: number,
    numSymbols: number,
    numConstraints: number,
    constraints: Pointer,
    eqFlags: Pointer,
  ): MlirIntegerSet;
  mlirIntegerSetReplaceGet(
    set: MlirIntegerSet,
    dimReplacements: Pointer,
    symbolReplacements: Pointer,
    numResultDims: number,
    numResultSymbols: number,
  ): MlirIntegerSet;
  mlirIntegerSetIsCanonicalEmpty(set: MlirIntegerSet): number;
  mlirIntegerSetGetNumDims(set: MlirIntegerSet): number;
  mlirIntegerSetGetNumSymbols(set: MlirIntegerSet): number;
  mlirIntegerSetGetNumInputs(set: MlirIntegerSet): number;
  mlirIntegerSetGetNumConstraints(set: MlirIntegerSet): number;
  mlirIntegerSetGetNumEqualities(set: MlirIntegerSet): number;
  mlirIntegerSetGetNumInequalities(set: MlirIntegerSet): number;
  mlirIntegerSetGetConstraint(set: MlirIntegerSet, pos: number): MlirAffineExpr;
  mlirIntegerSetIsConstraintEq(set: MlirIntegerSet, pos: number): number;
}
