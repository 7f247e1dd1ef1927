// Written by native/declare-c-api.ts from the headers of MLIR's C API; not edited by hand.

import type {
  Callback,
  MlirAffineMap,
  MlirAttribute,
  MlirContext,
  MlirIntegerSet,
  MlirLocation,
  MlirType,
  MlirTypeID,
  Pointer,
  StructPointer,
} from "./handles.ts";

/** mlir-c/BuiltinAttributes.h */
export interface BuiltinAttributesFunctions {
  mlirAttributeGetNull(): MlirAttribute;
  mlirAttributeIsALocation(attr: MlirAttribute): number;
  mlirAttributeIsAAffineMap(attr: MlirAttribute): number;
  mlirAffineMapAttrGet(map: MlirAffineMap): MlirAttribute;
  mlirAffineMapAttrGetName(result: StructPointer<"MlirStringRef">): void;
  mlirAffineMapAttrGetValue(attr: MlirAttribute): MlirAffineMap;
  mlirAffineMapAttrGetTypeID(): MlirTypeID;
  mlirAttributeIsAArray(attr: MlirAttribute): number;
  mlirArrayAttrGet(ctx: MlirContext, numElements: number, elements: Pointer): MlirAttribute;
  mlirArrayAttrGetName(result: StructPointer<"MlirStringRef">): void;
  mlirArrayAttrGetNumElements(attr: MlirAttribute): number;
  mlirArrayAttrGetElement(attr: MlirAttribute, pos: number): MlirAttribute;
  mlirArrayAttrGetTypeID(): MlirTypeID;
  mlirAttributeIsADictionary(attr: MlirAttribute): number;
  mlirDictionaryAttrGet(ctx: MlirContext, numElements: number, elements: Pointer): MlirAttribute;
  mlirDictionaryAttrGetName(result: StructPointer<"MlirStringRef">): void;
  mlirDictionaryAttrGetNumElements(attr: MlirAttribute): number;
  mlirDictionaryAttrGetElement(
    result: StructPointer<"MlirNamedAttribute">,
    attr: MlirAttribute,
    pos: number,
  ): void;
  mlirDictionaryAttrGetElementByName(
    attr: MlirAttribute,
    name: StructPointer<"MlirStringRef">,
  ): MlirAttribute;
  mlirDictionaryAttrGetTypeID(): MlirTypeID;
  mlirAttributeIsAFloat(attr: MlirAttribute): number;
  mlirFloatAttrGetName(result: StructPointer<"MlirStringRef">): void;
  mlirFloatAttrDoubleGet(ctx: MlirContext, type: MlirType, value: number): MlirAttribute;
  mlirFloatAttrDoubleGetChecked(loc: MlirLocation, type: MlirType, value: number): MlirAttribute;
  mlirFloatAttrGetValueDouble(attr: MlirAttribute): number;
  mlirFloatAttrGetTypeID(): MlirTypeID;
  mlirAttributeIsAInteger(attr: MlirAttribute): number;
  mlirIntegerAttrGet(type: MlirType, value: bigint): MlirAttribute;
  mlirIntegerAttrGetName(result: StructPointer<"MlirStringRef">): void;
  mlirIntegerAttrGetValueInt(attr: MlirAttribute): bigint;
  mlirIntegerAttrGetValueSInt(attr: MlirAttribute): bigint;
  mlirIntegerAttrGetValueUInt(attr: MlirAttribute): bigint;
  mlirIntegerAttrGetTypeID(): MlirTypeID;
  mlirAttributeIsABool(attr: MlirAttribute): number;
  mlirBoolAttrGet(ctx: MlirContext, value: number): MlirAttribute;
  mlirBoolAttrGetValue(attr: MlirAttribute): number;
  mlirAttributeIsAIntegerSet(attr: MlirAttribute): number;
  mlirIntegerSetAttrGet(set: MlirIntegerSet): MlirAttribute;
  mlirIntegerSetAttrGetName(result: StructPointer<"MlirStringRef">): void;
  mlirIntegerSetAttrGetValue(attr: MlirAttribute): MlirIntegerSet;
  mlirIntegerSetAttrGetTypeID(): MlirTypeID;
  mlirAttributeIsAOpaque(attr: MlirAttribute): number;
  mlirOpaqueAttrGet(
    ctx: MlirContext,
    dialectNamespace: StructPointer<"MlirStringRef">,
    dataLength: number,
    data: Pointer,
    type: MlirType,
  ): MlirAttribute;
  mlirOpaqueAttrGetName(result: StructPointer<"MlirStringRef">): void;
  mlirOpaqueAttrGetDialectNamespace(result: StructPointer<"MlirStringRef">, attr: MlirAttribute): void;
  mlirOpaqueAttrGetData(result: StructPointer<"MlirStringRef">, attr: MlirAttribute): void;
  mlirOpaqueAttrGetTypeID(): MlirTypeID;
  mlirAttributeIsAString(attr: MlirAttribute): number;
  mlirStringAttrGet(ctx: MlirContext, str: StructPointer<"MlirStringRef">): MlirAttribute;
  mlirStringAttrGetName(result: StructPointer<"MlirStringRef">): void;
  mlirStringAttrTypedGet(type: MlirType, str: StructPointer<"MlirStringRef">): MlirAttribute;
  mlirStringAttrGetValue(result: StructPointer<"MlirStringRef">, attr: MlirAttribute): void;
  mlirStringAttrGetTypeID(): MlirTypeID;
  mlirAttributeIsASymbolRef(attr: MlirAttribute): number;
  mlirSymbolRefAttrGet(
    ctx: MlirContext,
    symbol: StructPointer<"MlirStringRef">,
    numReferences: number,
    references: Pointer,
  ): MlirAttribute;
  mlirSymbolRefAttrGetName(result: StructPointer<"MlirStringRef">): void;
  mlirSymbolRefAttrGetRootReference(result: StructPointer<"MlirStringRef">, attr: MlirAttribute): void;
  mlirSymbolRefAttrGetLeafReference(result: StructPointer<"MlirStringRef">, attr: MlirAttribute): void;
  mlirSymbolRefAttrGetNumNestedReferences(attr: MlirAttribute): number;
  mlirSymbolRefAttrGetNestedReference(attr: MlirAttribute, pos: number): MlirAttribute;
  mlirSymbolRefAttrGetTypeID(): MlirTypeID;
  mlirDisctinctAttrCreate(referencedAttr: MlirAttribute): MlirAttribute;
  mlirAttributeIsAFlatSymbolRef(attr: MlirAttribute): number;
  mlirFlatSymbolRefAttrGet(ctx: MlirContext, symbol: StructPointer<"MlirStringRef">): MlirAttribute;
  mlirFlatSymbolRefAttrGetName(result: StructPointer<"MlirStringRef">): void;
  mlirFlatSymbolRefAttrGetValue(result: StructPointer<"MlirStringRef">, attr: MlirAttribute): void;
  mlirAttributeIsAType(attr: MlirAttribute): number;
  mlirTypeAttrGet(type: MlirType): MlirAttribute;
  mlirTypeAttrGetName(result: StructPointer<"MlirStringRef">): void;
  mlirTypeAttrGetValue(attr: MlirAttribute): MlirType;
  mlirTypeAttrGetTypeID(): MlirTypeID;
  mlirAttributeIsAUnit(attr: MlirAttribute): number;
  mlirUnitAttrGet(ctx: MlirContext): MlirAttribute;
  mlirUnitAttrGetName(result: StructPointer<"MlirStringRef">): void;
  mlirUnitAttrGetTypeID(): MlirTypeID;
  mlirAttributeIsAElements(attr: MlirAttribute): number;
  mlirElementsAttrGetValue(attr: MlirAttribute, rank: number, idxs: Pointer): MlirAttribute;
  mlirElementsAttrIsValidIndex(attr: MlirAttribute, rank: number, idxs: Pointer): number;
  mlirElementsAttrGetNumElements(attr: MlirAttribute): bigint;
  mlirDenseArrayAttrGetTypeID(): MlirTypeID;
  mlirAttributeIsADenseBoolArray(attr: MlirAttribute): number;
  mlirAttributeIsADenseI8Array(attr: MlirAttribute): number;
  mlirAttributeIsADenseI16Array(attr: MlirAttribute): number;
  mlirAttributeIsADenseI32Array(attr: MlirAttribute): number;
  mlirAttributeIsADenseI64Array(attr: MlirAttribute): number;
  mlirAttributeIsADenseF32Array(attr: MlirAttribute): number;
  mlirAttributeIsADenseF64Array(attr: MlirAttribute): number;
  mlirDenseBoolArrayGet(ctx: MlirContext, size: number, values: Pointer): MlirAttribute;
  mlirDenseI8ArrayGet(ctx: MlirContext, size: number, values: Pointer): MlirAttribute;
  mlirDenseI16ArrayGet(ctx: MlirContext, size: number, values: Pointer): MlirAttribute;
  mlirDenseI32ArrayGet(ctx: MlirContext, size: number, values: Pointer): MlirAttribute;
  mlirDenseI64ArrayGet(ctx: MlirContext, size: number, values: Pointer): MlirAttribute;
  mlirDenseF32ArrayGet(ctx: MlirContext, size: number, values: Pointer): MlirAttribute;
  mlirDenseF64ArrayGet(ctx: MlirContext, size: number, values: Pointer): MlirAttribute;
  mlirDenseArrayGetNumElements(attr: MlirAttribute): number;
  mlirDenseBoolArrayGetElement(attr: MlirAttribute, pos: number): number;
  mlirDenseI8ArrayGetElement(attr: MlirAttribute, pos: number): number;
  mlirDenseI16ArrayGetElement(attr: MlirAttribute, pos: number): number;
  mlirDenseI32ArrayGetElement(attr: MlirAttribute, pos: number): number;
  mlirDenseI64ArrayGetElement(attr: MlirAttribute, pos: number): bigint;
  mlirDenseF32ArrayGetElement(attr: MlirAttribute, pos: number): number;
  mlirDenseF64ArrayGetElement(attr: MlirAttribute, pos: number): number;
  mlirAttributeIsADenseElements(attr: MlirAttribute): number;
  mlirAttributeIsADenseIntElements(attr: MlirAttribute): number;
  mlirAttributeIsADenseFPElements(attr: MlirAttribute): number;
  mlirDenseIntOrFPElementsAttrGetTypeID(): MlirTypeID;
  mlirDenseElementsAttrGet(shapedType: MlirType, numElements: number, elements: Pointer): MlirAttribute;
  mlirDenseElementsAttrRawBufferGet(
    shapedType: MlirType,
    rawBufferSize: number,
    rawBuffer: Pointer,
  ): MlirAttribute;
  mlirDenseElementsAttrSplatGet(shapedType: MlirType, element: MlirAttribute): MlirAttribute;
  mlirDenseElementsAttrBoolSplatGet(shapedType: MlirType, element: boolean): MlirAttribute;
  mlirDenseElementsAttrUInt8SplatGet(shapedType: MlirType, element: number): MlirAttribute;
  mlirDenseElementsAttrInt8SplatGet(shapedType: MlirType, element: number): MlirAttribute;
  mlirDenseElementsAttrUInt32SplatGet(shapedType: MlirType, element: number): MlirAttribute;
  mlirDenseElementsAttrInt32SplatGet(shapedType: MlirType, element: number): MlirAttribute;
  mlirDenseElementsAttrUInt64SplatGet(shapedType: MlirType, element: bigint): MlirAttribute;
  mlirDenseElementsAttrInt64SplatGet(shapedType: MlirType, element: bigint): MlirAttribute;
  mlirDenseElementsAttrFloatSplatGet(shapedType: MlirType, element: number): MlirAttribute;
  mlirDenseElementsAttrDoubleSplatGet(shapedType: MlirType, element: number): MlirAttribute;
  mlirDenseElementsAttrBoolGet(shapedType: MlirType, numElements: number, elements: Pointer): MlirAttribute;
  mlirDenseElementsAttrUInt8Get(shapedType: MlirType, numElements: number, elements: Pointer): MlirAttribute;
  mlirDenseElementsAttrInt8Get(shapedType: MlirType, numElements: number, elements: Pointer): MlirAttribute;
  mlirDenseElementsAttrUInt16Get(shapedType: MlirType, numElements: number, elements: Pointer): MlirAttribute;
  mlirDenseElementsAttrInt16Get(shapedType: MlirType, numElements: number, elements: Pointer): MlirAttribute;
  mlirDenseElementsAttrUInt32Get(shapedType: MlirType, numElements: number, elements: Pointer): MlirAttribute;
  mlirDenseElementsAttrInt32Get(shapedType: MlirType, numElements: number, elements: Pointer): MlirAttribute;
  mlirDenseElementsAttrUInt64Get(shapedType: MlirType, numElements: number, elements: Pointer): MlirAttribute;
  mlirDenseElementsAttrInt64Get(shapedType: MlirType, numElements: number, elements: Pointer): MlirAttribute;
  mlirDenseElementsAttrFloatGet(shapedType: MlirType, numElements: number, elements: Pointer): MlirAttribute;
  mlirDenseElementsAttrDoubleGet(shapedType: MlirType, numElements: number, elements: Pointer): MlirAttribute;
  mlirDenseElementsAttrBFloat16Get(
    shapedType: MlirType,
    numElements: number,
    elements: Pointer,
  ): MlirAttribute;
  mlirDenseElementsAttrFloat16Get(
    shapedType: MlirType,
    numElements: number,
    elements: Pointer,
  ): MlirAttribute;
  mlirDenseElementsAttrStringGet(shapedType: MlirType, numElements: number, strs: Pointer): MlirAttribute;
  mlirDenseElementsAttrReshapeGet(attr: MlirAttribute, shapedType: MlirType): MlirAttribute;
  mlirDenseElementsAttrIsSplat(attr: MlirAttribute): number;
  mlirDenseElementsAttrGetSplatValue(attr: MlirAttribute): MlirAttribute;
  mlirDenseElementsAttrGetBoolSplatValue(attr: MlirAttribute): number;
  mlirDenseElementsAttrGetInt8SplatValue(attr: MlirAttribute): number;
  mlirDenseElementsAttrGetUInt8SplatValue(attr: MlirAttribute): number;
  mlirDenseElementsAttrGetInt32SplatValue(attr: MlirAttribute): number;
  mlirDenseElementsAttrGetUInt32SplatValue(attr: MlirAttribute): number;
  mlirDenseElementsAttrGetInt64SplatValue(attr: MlirAttribute): bigint;
  mlirDenseElementsAttrGetUInt64SplatValue(attr: MlirAttribute): bigint;
  mlirDenseElementsAttrGetFloatSplatValue(attr: MlirAttribute): number;
  mlirDenseElementsAttrGetDoubleSplatValue(attr: MlirAttribute): number;
  mlirDenseElementsAttrGetStringSplatValue(result: StructPointer<"MlirStringRef">, attr: MlirAttribute): void;
  mlirDenseElementsAttrGetBoolValue(attr: MlirAttribute, pos: number): number;
  mlirDenseElementsAttrGetInt8Value(attr: MlirAttribute, pos: number): number;
  mlirDenseElementsAttrGetUInt8Value(attr: MlirAttribute, pos: number): number;
  mlirDenseElementsAttrGetInt16Value(attr: MlirAttribute, pos: number): number;
  mlirDenseElementsAttrGetUInt16Value(attr: MlirAttribute, pos: number): number;
  mlirDenseElementsAttrGetInt32Value(attr: MlirAttribute, pos: number): number;
  mlirDenseElementsAttrGetUInt32Value(attr: MlirAttribute, pos: number): number;
  mlirDenseElementsAttrGetInt64Value(attr: MlirAttribute, pos: number): bigint;
  mlirDenseElementsAttrGetUInt64Value(attr: MlirAttribute, pos: number): bigint;
  mlirDenseElementsAttrGetIndexValue(attr: MlirAttribute, pos: number): bigint;
  mlirDenseElementsAttrGetFloatValue(attr: MlirAttribute, pos: number): number;
  mlirDenseElementsAttrGetDoubleValue(attr: MlirAttribute, pos: number): number;
  mlirDenseElementsAttrGetStringValue(
    result: StructPointer<"MlirStringRef">,
    attr: MlirAttribute,
    pos: number,
  ): void;
  mlirDenseElementsAttrGetRawData(attr: MlirAttribute): Pointer;
  mlirAttributeIsADenseResourceElements(attr: MlirAttribute): number;
  mlirUnmanagedDenseResourceElementsAttrGet(
    shapedType: MlirType,
    name: StructPointer<"MlirStringRef">,
    data: Pointer,
    dataLength: number,
    dataAlignment: number,
    dataIsMutable: boolean,
    deleter: Callback,
    userData: Pointer,
  ): MlirAttribute;
  mlirDenseResourceElementsAttrGetName(result: StructPointer<"MlirStringRef">): void;
  mlirUnmanagedDenseBoolResourceElementsAttrGet(
    shapedType: MlirType,
    name: StructPointer<"MlirStringRef">,
    numElements: number,
    elements: Pointer,
  ): MlirAttribute;
  mlirUnmanagedDenseUInt8ResourceElementsAttrGet(
    shapedType: MlirType,
    name: StructPointer<"MlirStringRef">,
    numElements: number,
    elements: Pointer,
  ): MlirAttribute;
  mlirUnmanagedDenseInt8ResourceElementsAttrGet(
    shapedType: MlirType,
    name: StructPointer<"MlirStringRef">,
    numElements: number,
    elements: Pointer,
  ): MlirAttribute;
  mlirUnmanagedDenseUInt16ResourceElementsAttrGet(
    shapedType: MlirType,
    name: StructPointer<"MlirStringRef">,
    numElements: number,
    elements: Pointer,
  ): MlirAttribute;
  mlirUnmanagedDenseInt16ResourceElementsAttrGet(
    shapedType: MlirType,
    name: StructPointer<"MlirStringRef">,
    numElements: number,
    elements: Pointer,
  ): MlirAttribute;
  mlirUnmanagedDenseUInt32ResourceElementsAttrGet(
    shapedType: MlirType,
    name: StructPointer<"MlirStringRef">,
    numElements: number,
    elements: Pointer,
  ): MlirAttribute;
  mlirUnmanagedDenseInt32ResourceElementsAttrGet(
    shapedType: MlirType,
    name: StructPointer<"MlirStringRef">,
    numElements: number,
    elements: Pointer,
  ): MlirAttribute;
  mlirUnmanagedDenseUInt64ResourceElementsAttrGet(
    shapedType: MlirType,
    name: StructPointer<"MlirStringRef">,
    numElements: number,
    elements: Pointer,
  ): MlirAttribute;
  mlirUnmanagedDenseInt64ResourceElementsAttrGet(
    shapedType: MlirType,
    name: StructPointer<"MlirStringRef">,
    numElements: number,
    elements: Pointer,
  ): MlirAttribute;
  mlirUnmanagedDenseFloatResourceElementsAttrGet(
    shapedType: MlirType,
    name: StructPointer<"MlirStringRef">,
    numElements: number,
    elements: Pointer,
  ): MlirAttribute;
  mlirUnmanagedDenseDoubleResourceElementsAttrGet(
    shapedType: MlirType,
    name: StructPointer<"MlirStringRef">,
    numElements: number,
    elements: Pointer,
  ): MlirAttribute;
  mlirDenseBoolResourceElementsAttrGetValue(attr: MlirAttribute, pos: number): number;
  mlirDenseInt8ResourceElementsAttrGetValue(attr: MlirAttribute, pos: number): number;
  mlirDenseUInt8ResourceElementsAttrGetValue(attr: MlirAttribute, pos: number): number;
  mlirDenseInt16ResourceElementsAttrGetValue(attr: MlirAttribute, pos: number): number;
  mlirDenseUInt16ResourceElementsAttrGetValue(attr: MlirAttribute, pos: number): number;
  mlirDenseInt32ResourceElementsAttrGetValue(attr: MlirAttribute, pos: number): number;
  mlirDenseUInt32ResourceElementsAttrGetValue(attr: MlirAttribute, pos: number): number;
  mlirDenseInt64ResourceElementsAttrGetValue(attr: MlirAttribute, pos: number): bigint;
  mlirDenseUInt64ResourceElementsAttrGetValue(attr: MlirAttribute, pos: number): bigint;
  mlirDenseFloatResourceElementsAttrGetValue(attr: MlirAttribute, pos: number): number;
  mlirDenseDoubleResourceElementsAttrGetValue(attr: MlirAttribute, pos: number): number;
  mlirAttributeIsASparseElements(attr: MlirAttribute): number;
  mlirSparseElementsAttribute(
    shapedType: MlirType,
    denseIndices: MlirAttribute,
    denseValues: MlirAttribute,
  ): MlirAttribute;
  mlirSparseElementsAttrGetIndices(attr: MlirAttribute): MlirAttribute;
  mlirSparseElementsAttrGetValues(attr: MlirAttribute): MlirAttribute;
  mlirSparseElementsAttrGetTypeID(): MlirTypeID;
  mlirAttributeIsAStridedLayout(attr: MlirAttribute): number;
  mlirStridedLayoutAttrGet(
    ctx: MlirContext,
    offset: bigint,
    numStrides: number,
    strides: Pointer,
  ): MlirAttribute;
  mlirStridedLayoutAttrGetName(result: StructPointer<"MlirStringRef">): void;
  mlirStridedLayoutAttrGetOffset(attr: MlirAttribute): bigint;
  mlirStridedLayoutAttrGetNumStrides(attr: MlirAttribute): number;
  mlirStridedLayoutAttrGetStride(attr: MlirAttribute, pos: number): bigint;
  mlirStridedLayoutAttrGetTypeID(): MlirTypeID;
}
