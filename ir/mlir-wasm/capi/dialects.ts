// Written by native/declare-c-api.ts from the headers of MLIR's C API; not edited by hand.

import type {
  MlirAffineMap,
  MlirAttribute,
  MlirContext,
  MlirDialectHandle,
  MlirLocation,
  MlirLogicalResult,
  MlirModule,
  MlirOperation,
  MlirType,
  MlirTypeID,
  Pointer,
  StructPointer,
} from "./handles.ts";

/** mlir-c/Dialect/Affine.h, mlir-c/Dialect/Arith.h, mlir-c/Dialect/Bufferization.h, mlir-c/Dialect/Complex.h, mlir-c/Dialect/ControlFlow.h, mlir-c/Dialect/DLTI.h, mlir-c/Dialect/Func.h, mlir-c/Dialect/IRDL.h, mlir-c/Dialect/Index.h, mlir-c/Dialect/Linalg.h, mlir-c/Dialect/MLProgram.h, mlir-c/Dialect/Math.h, mlir-c/Dialect/MemRef.h, mlir-c/Dialect/Quant.h, mlir-c/Dialect/SCF.h, mlir-c/Dialect/Shape.h, mlir-c/Dialect/SparseTensor.h, mlir-c/Dialect/Tensor.h, mlir-c/Dialect/Tosa.h, mlir-c/Dialect/UB.h, mlir-c/Dialect/Vector.h */
export interface DialectsFunctions {
  mlirGetDialectHandle__affine__(): MlirDialectHandle;
  mlirGetDialectHandle__arith__(): MlirDialectHandle;
  mlirGetDialectHandle__bufferization__(): MlirDialectHandle;
  mlirGetDialectHandle__complex__(): MlirDialectHandle;
  mlirAttributeIsAComplex(attr: MlirAttribute): number;
  mlirComplexAttrDoubleGet(ctx: MlirContext, type: MlirType, real: number, imag: number): MlirAttribute;
  mlirComplexAttrDoubleGetChecked(
    loc: MlirLocation,
    type: MlirType,
    real: number,
    imag: number,
  ): MlirAttribute;
  mlirComplexAttrGetRealDouble(attr: MlirAttribute): number;
  mlirComplexAttrGetImagDouble(attr: MlirAttribute): number;
  mlirComplexAttrGetTypeID(): MlirTypeID;
  mlirGetDialectHandle__cf__(): MlirDialectHandle;
  mlirGetDialectHandle__dlti__(): MlirDialectHandle;
  mlirGetDialectHandle__func__(): MlirDialectHandle;
  mlirFuncSetArgAttr(
    op: MlirOperation,
    pos: number,
    name: StructPointer<"MlirStringRef">,
    attr: MlirAttribute,
  ): void;
  mlirFuncSetResultAttr(
    op: MlirOperation,
    pos: number,
    name: StructPointer<"MlirStringRef">,
    attr: MlirAttribute,
  ): void;
  mlirGetDialectHandle__irdl__(): MlirDialectHandle;
  mlirLoadIRDLDialects(module: MlirModule): MlirLogicalResult;
  mlirIRDLVariadicityAttrGet(ctx: MlirContext, value: StructPointer<"MlirStringRef">): MlirAttribute;
  mlirIRDLVariadicityAttrGetName(result: StructPointer<"MlirStringRef">): void;
  mlirIRDLVariadicityArrayAttrGet(ctx: MlirContext, nValues: number, values: Pointer): MlirAttribute;
  mlirIRDLVariadicityArrayAttrGetName(result: StructPointer<"MlirStringRef">): void;
  mlirGetDialectHandle__index__(): MlirDialectHandle;
  mlirLinalgFillBuiltinNamedOpRegion(mlirOp: MlirOperation): void;
  mlirLinalgIsAContractionOp(op: MlirOperation): number;
  mlirLinalgInferContractionDimensions(
    result: StructPointer<"MlirLinalgContractionDimensions">,
    op: MlirOperation,
  ): void;
  mlirLinalgInferContractionDimensionsFromMaps(
    result: StructPointer<"MlirLinalgContractionDimensions">,
    indexingMaps: Pointer,
    numMaps: number,
  ): void;
  mlirLinalgIsAConvolutionOp(op: MlirOperation): number;
  mlirLinalgInferConvolutionDimensions(
    result: StructPointer<"MlirLinalgConvolutionDimensions">,
    op: MlirOperation,
  ): void;
  mlirLinalgGetIndexingMapsAttribute(op: MlirOperation): MlirAttribute;
  mlirGetDialectHandle__linalg__(): MlirDialectHandle;
  mlirGetDialectHandle__ml_program__(): MlirDialectHandle;
  mlirGetDialectHandle__math__(): MlirDialectHandle;
  mlirGetDialectHandle__memref__(): MlirDialectHandle;
  mlirGetDialectHandle__quant__(): MlirDialectHandle;
  mlirTypeIsAQuantizedType(type: MlirType): number;
  mlirQuantizedTypeGetSignedFlag(): number;
  mlirQuantizedTypeGetDefaultMinimumForInteger(isSigned: boolean, integralWidth: number): bigint;
  mlirQuantizedTypeGetDefaultMaximumForInteger(isSigned: boolean, integralWidth: number): bigint;
  mlirQuantizedTypeGetExpressedType(type: MlirType): MlirType;
  mlirQuantizedTypeGetFlags(type: MlirType): number;
  mlirQuantizedTypeIsSigned(type: MlirType): number;
  mlirQuantizedTypeGetStorageType(type: MlirType): MlirType;
  mlirQuantizedTypeGetStorageTypeMin(type: MlirType): bigint;
  mlirQuantizedTypeGetStorageTypeMax(type: MlirType): bigint;
  mlirQuantizedTypeGetStorageTypeIntegralWidth(type: MlirType): number;
  mlirQuantizedTypeIsCompatibleExpressedType(type: MlirType, candidate: MlirType): number;
  mlirQuantizedTypeGetQuantizedElementType(type: MlirType): MlirType;
  mlirQuantizedTypeCastFromStorageType(type: MlirType, candidate: MlirType): MlirType;
  mlirQuantizedTypeCastToStorageType(type: MlirType): MlirType;
  mlirQuantizedTypeCastFromExpressedType(type: MlirType, candidate: MlirType): MlirType;
  mlirQuantizedTypeCastToExpressedType(type: MlirType): MlirType;
  mlirQuantizedTypeCastExpressedToStorageType(type: MlirType, candidate: MlirType): MlirType;
  mlirTypeIsAAnyQuantizedType(type: MlirType): number;
  mlirAnyQuantizedTypeGetTypeID(): MlirTypeID;
  mlirAnyQuantizedTypeGet(
    flags: number,
    storageType: MlirType,
    expressedType: MlirType,
    storageTypeMin: bigint,
    storageTypeMax: bigint,
  ): MlirType;
  mlirAnyQuantizedTypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirTypeIsAUniformQuantizedType(type: MlirType): number;
  mlirUniformQuantizedTypeGetTypeID(): MlirTypeID;
  mlirUniformQuantizedTypeGet(
    flags: number,
    storageType: MlirType,
    expressedType: MlirType,
    scale: number,
    zeroPoint: bigint,
    storageTypeMin: bigint,
    storageTypeMax: bigint,
  ): MlirType;
  mlirUniformQuantizedTypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirUniformQuantizedTypeGetScale(type: MlirType): number;
  mlirUniformQuantizedTypeGetZeroPoint(type: MlirType): bigint;
  mlirUniformQuantizedTypeIsFixedPoint(type: MlirType): number;
  mlirTypeIsAUniformQuantizedPerAxisType(type: MlirType): number;
  mlirUniformQuantizedPerAxisTypeGetTypeID(): MlirTypeID;
  mlirUniformQuantizedPerAxisTypeGet(
    flags: number,
    storageType: MlirType,
    expressedType: MlirType,
    nDims: number,
    scales: Pointer,
    zeroPoints: Pointer,
    quantizedDimension: number,
    storageTypeMin: bigint,
    storageTypeMax: bigint,
  ): MlirType;
  mlirUniformQuantizedPerAxisTypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirUniformQuantizedPerAxisTypeGetNumDims(type: MlirType): number;
  mlirUniformQuantizedPerAxisTypeGetScale(type: MlirType, pos: number): number;
  mlirUniformQuantizedPerAxisTypeGetZeroPoint(type: MlirType, pos: number): bigint;
  mlirUniformQuantizedPerAxisTypeGetQuantizedDimension(type: MlirType): number;
  mlirUniformQuantizedPerAxisTypeIsFixedPoint(type: MlirType): number;
  mlirTypeIsAUniformQuantizedSubChannelType(type: MlirType): number;
  mlirUniformQuantizedSubChannelTypeGetTypeID(): MlirTypeID;
  mlirUniformQuantizedSubChannelTypeGet(
    flags: number,
    storageType: MlirType,
    expressedType: MlirType,
    scalesAttr: MlirAttribute,
    zeroPointsAttr: MlirAttribute,
    blockSizeInfoLength: number,
    quantizedDimensions: Pointer,
    blockSizes: Pointer,
    storageTypeMin: bigint,
    storageTypeMax: bigint,
  ): MlirType;
  mlirUniformQuantizedSubChannelTypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirUniformQuantizedSubChannelTypeGetNumBlockSizes(type: MlirType): number;
  mlirUniformQuantizedSubChannelTypeGetQuantizedDimension(type: MlirType, pos: number): number;
  mlirUniformQuantizedSubChannelTypeGetBlockSize(type: MlirType, pos: number): bigint;
  mlirUniformQuantizedSubChannelTypeGetScales(type: MlirType): MlirAttribute;
  mlirUniformQuantizedSubChannelTypeGetZeroPoints(type: MlirType): MlirAttribute;
  mlirTypeIsACalibratedQuantizedType(type: MlirType): number;
  mlirCalibratedQuantizedTypeGetTypeID(): MlirTypeID;
  mlirCalibratedQuantizedTypeGet(expressedType: MlirType, min: number, max: number): MlirType;
  mlirCalibratedQuantizedTypeGetName(result: StructPointer<"MlirStringRef">): void;
  mlirCalibratedQuantizedTypeGetMin(type: MlirType): number;
  mlirCalibratedQuantizedTypeGetMax(type: MlirType): number;
  mlirGetDialectHandle__scf__(): MlirDialectHandle;
  mlirGetDialectHandle__shape__(): MlirDialectHandle;
  mlirGetDialectHandle__sparse_tensor__(): MlirDialectHandle;
  mlirAttributeIsASparseTensorEncodingAttr(attr: MlirAttribute): number;
  mlirSparseTensorEncodingAttrGet(
    ctx: MlirContext,
    lvlRank: number,
    lvlTypes: Pointer,
    dimToLvl: MlirAffineMap,
    lvlTodim: MlirAffineMap,
    posWidth: number,
    crdWidth: number,
    explicitVal: MlirAttribute,
    implicitVal: MlirAttribute,
  ): MlirAttribute;
  mlirSparseTensorEncodingAttrGetName(result: StructPointer<"MlirStringRef">): void;
  mlirSparseTensorEncodingGetLvlRank(attr: MlirAttribute): number;
  mlirSparseTensorEncodingAttrGetLvlType(attr: MlirAttribute, lvl: number): number;
  mlirSparseTensorEncodingAttrGetLvlFmt(attr: MlirAttribute, lvl: number): number;
  mlirSparseTensorEncodingAttrGetDimToLvl(attr: MlirAttribute): MlirAffineMap;
  mlirSparseTensorEncodingAttrGetLvlToDim(attr: MlirAttribute): MlirAffineMap;
  mlirSparseTensorEncodingAttrGetPosWidth(attr: MlirAttribute): number;
  mlirSparseTensorEncodingAttrGetCrdWidth(attr: MlirAttribute): number;
  mlirSparseTensorEncodingAttrGetExplicitVal(attr: MlirAttribute): MlirAttribute;
  mlirSparseTensorEncodingAttrGetImplicitVal(attr: MlirAttribute): MlirAttribute;
  mlirSparseTensorEncodingAttrGetStructuredN(lvlType: number): number;
  mlirSparseTensorEncodingAttrGetStructuredM(lvlType: number): number;
  mlirSparseTensorEncodingAttrBuildLvlType(
    lvlFmt: number,
    properties: Pointer,
    propSize: number,
    n: number,
    m: number,
  ): number;
  mlirGetDialectHandle__tensor__(): MlirDialectHandle;
  mlirGetDialectHandle__tosa__(): MlirDialectHandle;
  mlirGetDialectHandle__ub__(): MlirDialectHandle;
  mlirGetDialectHandle__vector__(): MlirDialectHandle;
}
