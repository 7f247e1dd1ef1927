// Written by native/declare-c-api.ts from the headers of MLIR's C API; not edited by hand.

import type { Callback, MlirAffineExpr, MlirAffineMap, MlirContext, Pointer } from "./handles.ts";

/** mlir-c/AffineExpr.h */
export interface AffineExprFunctions {
  mlirAffineExprGetContext(affineExpr: MlirAffineExpr): MlirContext;
  mlirAffineExprEqual(lhs: MlirAffineExpr, rhs: MlirAffineExpr): number;
  mlirAffineExprPrint(affineExpr: MlirAffineExpr, callback: Callback, userData: Pointer): void;
  mlirAffineExprDump(affineExpr: MlirAffineExpr): void;
  mlirAffineExprIsSymbolicOrConstant(affineExpr: MlirAffineExpr): number;
  mlirAffineExprIsPureAffine(affineExpr: MlirAffineExpr): number;
  mlirAffineExprGetLargestKnownDivisor(affineExpr: MlirAffineExpr): bigint;
  mlirAffineExprIsMultipleOf(affineExpr: MlirAffineExpr, factor: bigint): number;
  mlirAffineExprIsFunctionOfDim(affineExpr: MlirAffineExpr, position: number): number;
  mlirAffineExprCompose(affineExpr: MlirAffineExpr, affineMap: MlirAffineMap): MlirAffineExpr;
  mlirAffineExprShiftDims(
    affineExpr: MlirAffineExpr,
    numDims: number,
    shift: number,
    offset: number,
  ): MlirAffineExpr;
  mlirAffineExprShiftSymbols(
    affineExpr: MlirAffineExpr,
    numSymbols: number,
    shift: number,
    offset: number,
  ): MlirAffineExpr;
  mlirSimplifyAffineExpr(expr: MlirAffineExpr, numDims: number, numSymbols: number): MlirAffineExpr;
  mlirAffineExprIsADim(affineExpr: MlirAffineExpr): number;
  mlirAffineDimExprGet(ctx: MlirContext, position: number): MlirAffineExpr;
  mlirAffineDimExprGetPosition(affineExpr: MlirAffineExpr): number;
  mlirAffineExprIsASymbol(affineExpr: MlirAffineExpr): number;
  mlirAffineSymbolExprGet(ctx: MlirContext, position: number): MlirAffineExpr;
  mlirAffineSymbolExprGetPosition(affineExpr: MlirAffineExpr): number;
  mlirAffineExprIsAConstant(affineExpr: MlirAffineExpr): number;
  mlirAffineConstantExprGet(ctx: MlirContext, constant: bigint): MlirAffineExpr;
  mlirAffineConstantExprGetValue(affineExpr: MlirAffineExpr): bigint;
  mlirAffineExprIsAAdd(affineExpr: MlirAffineExpr): number;
  mlirAffineAddExprGet(lhs: MlirAffineExpr, rhs: MlirAffineExpr): MlirAffineExpr;
  mlirAffineExprIsAMul(affineExpr: MlirAffineExpr): number;
  mlirAffineMulExprGet(lhs: MlirAffineExpr, rhs: MlirAffineExpr): MlirAffineExpr;
  mlirAffineExprIsAMod(affineExpr: MlirAffineExpr): number;
  mlirAffineModExprGet(lhs: MlirAffineExpr, rhs: MlirAffineExpr): MlirAffineExpr;
  mlirAffineExprIsAFloorDiv(affineExpr: MlirAffineExpr): number;
  mlirAffineFloorDivExprGet(lhs: MlirAffineExpr, rhs: MlirAffineExpr): MlirAffineExpr;
  mlirAffineExprIsACeilDiv(affineExpr: MlirAffineExpr): number;
  mlirAffineCeilDivExprGet(lhs: MlirAffineExpr, rhs: MlirAffineExpr): MlirAffineExpr;
  mlirAffineExprIsABinary(affineExpr: MlirAffineExpr): number;
  mlirAffineBinaryOpExprGetLHS(affineExpr: MlirAffineExpr): MlirAffineExpr;
  mlirAffineBinaryOpExprGetRHS(affineExpr: MlirAffineExpr): MlirAffineExpr;
}
