import { bitWidth, printType, sameType, type TensorType, type Type } from "../../core/type.ts";
import { CompilerBug } from "../../support/bug.ts";

/** The elements of a tensor, row-major: f32, i8 or i32. */
export type TensorData = Float32Array | Int8Array | Int32Array;

/** A value of a graph: a tensor, or a token, which has no content. */
export type GraphValue = GraphTensor | { readonly kind: "token" };

/** A tensor with its elements. */
export interface GraphTensor {
  readonly kind: "tensor";
  readonly type: TensorType;
  readonly data: TensorData;
}

/** Number of elements; unknown dimensions are a bug here, because `nn` operations reject them. */
export function elementCount(type: TensorType): number {
  return type.shape.reduce<number>((product, size) => {
    if (size === undefined) throw new CompilerBug(`${printType(type)} has no known size`);
    return product * size;
  }, 1);
}

/** Whether `data` can be the elements of `type`. */
export function dataFits(type: TensorType, data: TensorData): boolean {
  return data.length === elementCount(type) && dataClass(type) === data.constructor;
}

function dataClass({ element }: TensorType): unknown {
  const bits = bitWidth(element);
  if (element.kind === "float") return bits === 32 ? Float32Array : undefined;
  return bits === 8 ? Int8Array : bits === 32 ? Int32Array : undefined;
}

/** A tensor value; elements of another number or class than the type's are a bug of the caller. */
export function graphTensor(type: Type, data: TensorData): GraphTensor {
  if (type.kind !== "tensor" || !dataFits(type, data))
    throw new CompilerBug(
      `${String(data.length)} elements of ${data.constructor.name} are not ${printType(type)}`,
    );
  return { kind: "tensor", type, data };
}

/** Whether `value` is of `type`. */
export function valueFits(type: Type, value: GraphValue): boolean {
  if (value.kind === "token") return type.kind === "token";
  return sameType(type, value.type) && dataFits(value.type, value.data);
}

/** A float32 matrix, or a vector as a matrix of one column. */
export interface Rows<D extends TensorData> {
  readonly data: D;
  readonly rows: number;
  readonly width: number;
}

/** Row `index`, sharing memory. */
export function rowOf<D extends TensorData>(matrix: Rows<D>, index: number): D {
  return matrix.data.subarray(index * matrix.width, (index + 1) * matrix.width) as D; // subarray keeps the class
}

function rowsOf<D extends TensorData>(
  value: GraphValue | undefined,
  isClass: (data: TensorData) => data is D,
): Rows<D> {
  if (value?.kind !== "tensor" || !isClass(value.data))
    throw new CompilerBug("an operand is not of the type that its operation asks for");
  const [rows = 1, width = 1] = value.type.shape;
  return { data: value.data, rows, width };
}

/** A tensor of f32. */
export function floatRows(value: GraphValue | undefined): Rows<Float32Array> {
  return rowsOf(value, (data) => data instanceof Float32Array);
}
/** A tensor of i8. */
export function byteRows(value: GraphValue | undefined): Rows<Int8Array> {
  return rowsOf(value, (data) => data instanceof Int8Array);
}
/** A tensor of i32. */
export function intRows(value: GraphValue | undefined): Rows<Int32Array> {
  return rowsOf(value, (data) => data instanceof Int32Array);
}
