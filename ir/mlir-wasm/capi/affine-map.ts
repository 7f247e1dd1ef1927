// Written by native/declare-c-api.ts from the headers of MLIR's C API; not edited by hand.

import type { Callback, MlirAffineExpr, MlirAffineMap, MlirContext, Pointer } from "./handles.ts";

/** mlir-c/AffineMap.h */
export interface AffineMapFunctions {
  mlirAffineMapGetContext(affineMap: MlirAffineMap): MlirContext;
  mlirAffineMapEqual(a1: MlirAffineMap, a2: MlirAffineMap): number;
  mlirAffineMapPrint(affineMap: MlirAffineMap, callback: Callback, userData: Pointer): void;
  mlirAffineMapDump(affineMap: MlirAffineMap): void;
  mlirAffineMapEmptyGet(ctx: MlirContext): MlirAffineMap;
  mlirAffineMapZeroResultGet(ctx: MlirContext, dimCount: number, symbolCount: number): MlirAffineMap;
  mlirAffineMapGet(
    ctx: MlirContext,
    dimCount: number,
    symbolCount: number,
    nAffineExprs: number,
    affineExprs: Pointer,
  ): MlirAffineMap;
  mlirAffineMapConstantGet(ctx: MlirContext, val: bigint): MlirAffineMap;
  mlirAffineMapMultiDimIdentityGet(ctx: MlirContext, numDims: number): MlirAffineMap;
  mlirAffineMapMinorIdentityGet(ctx: MlirContext, dims: number, results: number): MlirAffineMap;
  mlirAffineMapPermutationGet(ctx: MlirContext, size: number, permutation: Pointer): MlirAffineMap;
  mlirAffineMapIsIdentity(affineMap: MlirAffineMap): number;
  mlirAffineMapIsMinorIdentity(affineMap: MlirAffineMap): number;
  mlirAffineMapIsEmpty(affineMap: MlirAffineMap): number;
  mlirAffineMapIsSingleConstant(affineMap: MlirAffineMap): number;
  mlirAffineMapGetSingleConstantResult(affineMap: MlirAffineMap): bigint;
  mlirAffineMapGetNumDims(affineMap: MlirAffineMap): number;
  mlirAffineMapGetNumSymbols(affineMap: MlirAffineMap): number;
  mlirAffineMapGetNumResults(affineMap: MlirAffineMap): number;
  mlirAffineMapGetResult(affineMap: MlirAffineMap, pos: number): MlirAffineExpr;
  mlirAffineMapGetNumInputs(affineMap: MlirAffineMap): number;
  mlirAffineMapIsProjectedPermutation(affineMap: MlirAffineMap): number;
  mlirAffineMapIsPermutation(affineMap: MlirAffineMap): number;
  mlirAffineMapGetSubMap(affineMap: MlirAffineMap, size: number, resultPos: Pointer): MlirAffineMap;
  mlirAffineMapGetMajorSubMap(affineMap: MlirAffineMap, numResults: number): MlirAffineMap;
  mlirAffineMapGetMinorSubMap(affineMap: MlirAffineMap, numResults: number): MlirAffineMap;
  mlirAffineMapReplace(
    affineMap: MlirAffineMap,
    expression: MlirAffineExpr,
    replacement: MlirAffineExpr,
    numResultDims: number,
    numResultSyms: number,
  ): MlirAffineMap;
  mlirAffineMapCompressUnusedSymbols(
    affineMaps: Pointer,
    size: number,
    result: Pointer,
    populateResult: Callback,
  ): void;
}
