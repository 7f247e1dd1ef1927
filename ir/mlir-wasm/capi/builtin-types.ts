// Written by native/declare-c-api.ts from the headers of MLIR's C API; not edited by hand.

import type {
  MlirAffineMap,
  MlirAttribute,
  MlirContext,
  MlirLocation,
  MlirLogicalResult,
  MlirType,
  MlirTypeID,
  Pointer,
  StructPointer,
} from "./handles.ts";

/** mlir-c/BuiltinTypes.h */
export interface BuiltinTypesFunctions {
  mlirIntegerTypeGetTypeID(): MlirTypeID;
  mlirTypeIsAInteger(type: MlirType): number;
  mlirIntegerTypeGet(ctx: MlirContext, bitwidth: number): MlirType;
  mlirIntegerTypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirIntegerTypeSignedGet(ctx: MlirContext, bitwidth: number): MlirType;
  mlirIntegerTypeUnsignedGet(ctx: MlirContext, bitwidth: number): MlirType;
  mlirIntegerTypeGetWidth(type: MlirType): number;
  mlirIntegerTypeIsSignless(type: MlirType): number;
  mlirIntegerTypeIsSigned(type: MlirType): number;
  mlirIntegerTypeIsUnsigned(type: MlirType): number;
  mlirIndexTypeGetTypeID(): MlirTypeID;
  mlirTypeIsAIndex(type: MlirType): number;
  mlirIndexTypeGet(ctx: MlirContext): MlirType;
  mlirIndexTypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirTypeIsAFloat(type: MlirType): number;
  mlirFloatTypeGetWidth(type: MlirType): number;
  mlirFloat4E2M1FNTypeGetTypeID(): MlirTypeID;
  mlirTypeIsAFloat4E2M1FN(type: MlirType): number;
  mlirFloat4E2M1FNTypeGet(ctx: MlirContext): MlirType;
  mlirFloat4E2M1FNTypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirFloat6E2M3FNTypeGetTypeID(): MlirTypeID;
  mlirTypeIsAFloat6E2M3FN(type: MlirType): number;
  mlirFloat6E2M3FNTypeGet(ctx: MlirContext): MlirType;
  mlirFloat6E2M3FNTypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirFloat6E3M2FNTypeGetTypeID(): MlirTypeID;
  mlirTypeIsAFloat6E3M2FN(type: MlirType): number;
  mlirFloat6E3M2FNTypeGet(ctx: MlirContext): MlirType;
  mlirFloat6E3M2FNTypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirFloat8E5M2TypeGetTypeID(): MlirTypeID;
  mlirTypeIsAFloat8E5M2(type: MlirType): number;
  mlirFloat8E5M2TypeGet(ctx: MlirContext): MlirType;
  mlirFloat8E5M2TypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirFloat8E4M3TypeGetTypeID(): MlirTypeID;
  mlirTypeIsAFloat8E4M3(type: MlirType): number;
  mlirFloat8E4M3TypeGet(ctx: MlirContext): MlirType;
  mlirFloat8E4M3TypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirFloat8E4M3FNTypeGetTypeID(): MlirTypeID;
  mlirTypeIsAFloat8E4M3FN(type: MlirType): number;
  mlirFloat8E4M3FNTypeGet(ctx: MlirContext): MlirType;
  mlirFloat8E4M3FNTypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirFloat8E5M2FNUZTypeGetTypeID(): MlirTypeID;
  mlirTypeIsAFloat8E5M2FNUZ(type: MlirType): number;
  mlirFloat8E5M2FNUZTypeGet(ctx: MlirContext): MlirType;
  mlirFloat8E5M2FNUZTypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirFloat8E4M3FNUZTypeGetTypeID(): MlirTypeID;
  mlirTypeIsAFloat8E4M3FNUZ(type: MlirType): number;
  mlirFloat8E4M3FNUZTypeGet(ctx: MlirContext): MlirType;
  mlirFloat8E4M3FNUZTypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirFloat8E4M3B11FNUZTypeGetTypeID(): MlirTypeID;
  mlirTypeIsAFloat8E4M3B11FNUZ(type: MlirType): number;
  mlirFloat8E4M3B11FNUZTypeGet(ctx: MlirContext): MlirType;
  mlirFloat8E4M3B11FNUZTypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirFloat8E3M4TypeGetTypeID(): MlirTypeID;
  mlirTypeIsAFloat8E3M4(type: MlirType): number;
  mlirFloat8E3M4TypeGet(ctx: MlirContext): MlirType;
  mlirFloat8E3M4TypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirFloat8E8M0FNUTypeGetTypeID(): MlirTypeID;
  mlirTypeIsAFloat8E8M0FNU(type: MlirType): number;
  mlirFloat8E8M0FNUTypeGet(ctx: MlirContext): MlirType;
  mlirFloat8E8M0FNUTypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirBFloat16TypeGetTypeID(): MlirTypeID;
  mlirTypeIsABF16(type: MlirType): number;
  mlirBF16TypeGet(ctx: MlirContext): MlirType;
  mlirBF16TypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirFloat16TypeGetTypeID(): MlirTypeID;
  mlirTypeIsAF16(type: MlirType): number;
  mlirF16TypeGet(ctx: MlirContext): MlirType;
  mlirF16TypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirFloat32TypeGetTypeID(): MlirTypeID;
  mlirTypeIsAF32(type: MlirType): number;
  mlirF32TypeGet(ctx: MlirContext): MlirType;
  mlirF32TypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirFloat64TypeGetTypeID(): MlirTypeID;
  mlirTypeIsAF64(type: MlirType): number;
  mlirF64TypeGet(ctx: MlirContext): MlirType;
  mlirF64TypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirFloatTF32TypeGetTypeID(): MlirTypeID;
  mlirTypeIsATF32(type: MlirType): number;
  mlirTF32TypeGet(ctx: MlirContext): MlirType;
  mlirTF32TypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirNoneTypeGetTypeID(): MlirTypeID;
  mlirTypeIsANone(type: MlirType): number;
  mlirNoneTypeGet(ctx: MlirContext): MlirType;
  mlirNoneTypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirComplexTypeGetTypeID(): MlirTypeID;
  mlirTypeIsAComplex(type: MlirType): number;
  mlirComplexTypeGet(elementType: MlirType): MlirType;
  mlirComplexTypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirComplexTypeGetElementType(type: MlirType): MlirType;
  mlirTypeIsAShaped(type: MlirType): number;
  mlirShapedTypeGetElementType(type: MlirType): MlirType;
  mlirShapedTypeHasRank(type: MlirType): number;
  mlirShapedTypeGetRank(type: MlirType): bigint;
  mlirShapedTypeHasStaticShape(type: MlirType): number;
  mlirShapedTypeIsDynamicDim(type: MlirType, dim: number): number;
  mlirShapedTypeIsStaticDim(type: MlirType, dim: number): number;
  mlirShapedTypeGetDimSize(type: MlirType, dim: number): bigint;
  mlirShapedTypeIsDynamicSize(size: bigint): number;
  mlirShapedTypeIsStaticSize(size: bigint): number;
  mlirShapedTypeGetDynamicSize(): bigint;
  mlirShapedTypeIsDynamicStrideOrOffset(val: bigint): number;
  mlirShapedTypeIsStaticStrideOrOffset(val: bigint): number;
  mlirShapedTypeGetDynamicStrideOrOffset(): bigint;
  mlirVectorTypeGetTypeID(): MlirTypeID;
  mlirTypeIsAVector(type: MlirType): number;
  mlirVectorTypeGet(rank: number, shape: Pointer, elementType: MlirType): MlirType;
  mlirVectorTypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirVectorTypeGetChecked(loc: MlirLocation, rank: number, shape: Pointer, elementType: MlirType): MlirType;
  mlirVectorTypeGetScalable(rank: number, shape: Pointer, scalable: Pointer, elementType: MlirType): MlirType;
  mlirVectorTypeGetScalableChecked(
    loc: MlirLocation,
    rank: number,
    shape: Pointer,
    scalable: Pointer,
    elementType: MlirType,
  ): MlirType;
  mlirVectorTypeIsScalable(type: MlirType): number;
  mlirVectorTypeIsDimScalable(type: MlirType, dim: number): number;
  mlirTypeIsATensor(type: MlirType): number;
  mlirRankedTensorTypeGetTypeID(): MlirTypeID;
  mlirTypeIsARankedTensor(type: MlirType): number;
  mlirUnrankedTensorTypeGetTypeID(): MlirTypeID;
  mlirTypeIsAUnrankedTensor(type: MlirType): number;
  mlirRankedTensorTypeGet(
    rank: number,
    shape: Pointer,
    elementType: MlirType,
    encoding: MlirAttribute,
  ): MlirType;
  mlirRankedTensorTypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirRankedTensorTypeGetChecked(
    loc: MlirLocation,
    rank: number,
    shape: Pointer,
    elementType: MlirType,
    encoding: MlirAttribute,
  ): MlirType;
  mlirRankedTensorTypeGetEncoding(type: MlirType): MlirAttribute;
  mlirUnrankedTensorTypeGet(elementType: MlirType): MlirType;
  mlirUnrankedTensorTypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirUnrankedTensorTypeGetChecked(loc: MlirLocation, elementType: MlirType): MlirType;
  mlirMemRefTypeGetTypeID(): MlirTypeID;
  mlirTypeIsAMemRef(type: MlirType): number;
  mlirUnrankedMemRefTypeGetTypeID(): MlirTypeID;
  mlirTypeIsAUnrankedMemRef(type: MlirType): number;
  mlirMemRefTypeGet(
    elementType: MlirType,
    rank: number,
    shape: Pointer,
    layout: MlirAttribute,
    memorySpace: MlirAttribute,
  ): MlirType;
  mlirMemRefTypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirMemRefTypeGetChecked(
    loc: MlirLocation,
    elementType: MlirType,
    rank: number,
    shape: Pointer,
    layout: MlirAttribute,
    memorySpace: MlirAttribute,
  ): MlirType;
  mlirMemRefTypeContiguousGet(
    elementType: MlirType,
    rank: number,
    shape: Pointer,
    memorySpace: MlirAttribute,
  ): MlirType;
  mlirMemRefTypeContiguousGetChecked(
    loc: MlirLocation,
    elementType: MlirType,
    rank: number,
    shape: Pointer,
    memorySpace: MlirAttribute,
  ): MlirType;
  mlirUnrankedMemRefTypeGet(elementType: MlirType, memorySpace: MlirAttribute): MlirType;
  mlirUnrankedMemRefTypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirUnrankedMemRefTypeGetChecked(
    loc: MlirLocation,
    elementType: MlirType,
    memorySpace: MlirAttribute,
  ): MlirType;
  mlirMemRefTypeGetLayout(type: MlirType): MlirAttribute;
  mlirMemRefTypeGetAffineMap(type: MlirType): MlirAffineMap;
  mlirMemRefTypeGetMemorySpace(type: MlirType): MlirAttribute;
  mlirMemRefTypeGetStridesAndOffset(type: MlirType, strides: Pointer, offset: Pointer): MlirLogicalResult;
  mlirUnrankedMemrefGetMemorySpace(type: MlirType): MlirAttribute;
  mlirTupleTypeGetTypeID(): MlirTypeID;
  mlirTypeIsATuple(type: MlirType): number;
  mlirTupleTypeGet(ctx: MlirContext, numElements: number, elements: Pointer): MlirType;
  mlirTupleTypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirTupleTypeGetNumTypes(type: MlirType): number;
  mlirTupleTypeGetType(type: MlirType, pos: number): MlirType;
  mlirFunctionTypeGetTypeID(): MlirTypeID;
  mlirTypeIsAFunction(type: MlirType): number;
  mlirFunctionTypeGet(
    ctx: MlirContext,
    numInputs: number,
    inputs: Pointer,
    numResults: number,
    results: Pointer,
  ): MlirType;
  mlirFunctionTypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirFunctionTypeGetNumInputs(type: MlirType): number;
  mlirFunctionTypeGetNumResults(type: MlirType): number;
  mlirFunctionTypeGetInput(type: MlirType, pos: number): MlirType;
  mlirFunctionTypeGetResult(type: MlirType, pos: number): MlirType;
  mlirOpaqueTypeGetTypeID(): MlirTypeID;
  mlirTypeIsAOpaque(type: MlirType): number;
  mlirOpaqueTypeGet(
    ctx: MlirContext,
    dialectNamespace: StructPointer<"MlirStringRef">,
    typeData: StructPointer<"MlirStringRef">,
  ): MlirType;
  mlirOpaqueTypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirOpaqueTypeGetDialectNamespace(result: StructPointer<"MlirStringRef">, type: MlirType): void;
  mlirOpaqueTypeGetData(result: StructPointer<"MlirStringRef">, type: MlirType): void;
}
