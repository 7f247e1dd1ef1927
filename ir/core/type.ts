import { unreachable } from "../support/bug.ts";

/** Element formats of floating point; `f32` is the only one that is computed with today. */
export type FloatFormat = "f32" | "f16" | "bf16" | "f64";

/** `undefined` in a shape is a dimension that is not known at compile time (`?`). */
export type Dim = number | undefined;

/** Every type of every level. */
export type Type =
  | IntType
  | IndexType
  | FloatType
  | VectorType
  | TensorType
  | MemRefType
  | StreamType
  | BundleType
  | TokenType
  | MemoryType
  | ClockType
  | FirMemType
  | FunctionType
  | NoneType
  | OpaqueType;

/** A signless integer of `width` bits. */
export interface IntType {
  readonly kind: "int";
  readonly width: number;
}
/** Loop counters and subscripts: non-negative in hardware, at most 2^31. */
export interface IndexType {
  readonly kind: "index";
}
/** A float. */
export interface FloatType {
  readonly kind: "float";
  readonly format: FloatFormat;
}
/** A fixed number of scalars that travel together: one-dimensional. */
export interface VectorType {
  readonly kind: "vector";
  readonly lanes: number;
  readonly element: ScalarType;
}
/** An immutable array value (levels 1 and 2). */
export interface TensorType {
  readonly kind: "tensor";
  readonly shape: readonly Dim[];
  readonly element: ScalarType;
}
/** An addressable on-chip array (levels 3 and 4). */
export interface MemRefType {
  readonly kind: "memref";
  readonly shape: readonly number[];
  readonly element: ElementType;
}
/** A queue between two kernels. */
export interface StreamType {
  readonly kind: "stream";
  readonly element: ElementType | BundleType | TokenType;
}
/** Several scalars in one stream element: a command. */
export interface BundleType {
  readonly kind: "bundle";
  readonly fields: readonly ElementType[];
}
/** An element without bits: pure order. */
export interface TokenType {
  readonly kind: "token";
}
/** External memory behind one port of `bytes` per beat. */
export interface MemoryType {
  readonly kind: "memory";
  readonly bytes: number;
}
/** A clock (level 5). */
export interface ClockType {
  readonly kind: "clock";
}
/** A memory of the hardware level: `depth` words of `width` bits (CIRCT `!seq.firmem`). */
export interface FirMemType {
  readonly kind: "firmem";
  readonly depth: number;
  readonly width: number;
}
/** The type of a function or a hardware module body. */
export interface FunctionType {
  readonly kind: "function";
  readonly inputs: readonly Type[];
  readonly results: readonly Type[];
}
/** The type of nothing. */
export interface NoneType {
  readonly kind: "none";
}
/** A type of a dialect that is not known here, kept as it was written. */
export interface OpaqueType {
  readonly kind: "opaque";
  readonly text: string;
}

/** What one lane holds. */
export type ScalarType = IntType | FloatType | IndexType;
/** What one memref cell or stream element holds. */
export type ElementType = ScalarType | VectorType;

const INTS = new Map<number, IntType>();

/** `i<width>`. */
export function intType(width: number): IntType {
  const known = INTS.get(width);
  if (known !== undefined) return known;
  const made: IntType = { kind: "int", width };
  INTS.set(width, made);
  return made;
}

export const i1: IntType = intType(1);
export const i8: IntType = intType(8);
export const i16: IntType = intType(16);
export const i32: IntType = intType(32);
export const i64: IntType = intType(64);
export const indexType: IndexType = { kind: "index" };
export const f32: FloatType = { kind: "float", format: "f32" };
export const tokenType: TokenType = { kind: "token" };
export const clockType: ClockType = { kind: "clock" };
export const noneType: NoneType = { kind: "none" };

/** `vector<lanes x element>`. */
export function vectorType(lanes: number, element: ScalarType): VectorType {
  return { kind: "vector", lanes, element };
}
/** `tensor<shape x element>`. */
export function tensorType(shape: readonly Dim[], element: ScalarType): TensorType {
  return { kind: "tensor", shape, element };
}
/** `memref<shape x element>`. */
export function memrefType(shape: readonly number[], element: ElementType): MemRefType {
  return { kind: "memref", shape, element };
}
/** `!dataflow.stream<element>`. */
export function streamType(element: StreamType["element"]): StreamType {
  return { kind: "stream", element };
}
/** `!dataflow.bundle<fields>`. */
export function bundleType(fields: readonly ElementType[]): BundleType {
  return { kind: "bundle", fields };
}

function printFloat(format: FloatFormat): string {
  return format;
}

function printShape(shape: readonly Dim[], element: Type): string {
  return [...shape.map((dim) => (dim === undefined ? "?" : String(dim))), printType(element)].join("x");
}

/** MLIR's spelling of a type. */
export function printType(type: Type): string {
  switch (type.kind) {
    case "int":
      return `i${String(type.width)}`;
    case "index":
      return "index";
    case "float":
      return printFloat(type.format);
    case "vector":
      return `vector<${String(type.lanes)}x${printType(type.element)}>`;
    case "tensor":
      return `tensor<${printShape(type.shape, type.element)}>`;
    case "memref":
      return `memref<${printShape(type.shape, type.element)}>`;
    case "stream":
      return `!dataflow.stream<${printType(type.element)}>`;
    case "bundle":
      return `!dataflow.bundle<${type.fields.map(printType).join(", ")}>`;
    case "token":
      return "!dataflow.token";
    case "memory":
      return `!dataflow.memory<${String(type.bytes)}>`;
    case "clock":
      return "!seq.clock";
    case "firmem":
      return `!seq.firmem<${String(type.depth)} x ${String(type.width)}>`;
    case "function":
      return `(${type.inputs.map(printType).join(", ")}) -> (${type.results.map(printType).join(", ")})`;
    case "none":
      return "none";
    case "opaque":
      return type.text;
    default:
      return unreachable(type);
  }
}

/** Structural equality. */
export function sameType(a: Type, b: Type): boolean {
  return a === b || printType(a) === printType(b);
}

/** Bits of one element in hardware; an `index` counts as 32. */
export function bitWidth(type: ElementType | BundleType | TokenType): number {
  switch (type.kind) {
    case "int":
      return type.width;
    case "index":
      return 32;
    case "float":
      return { f32: 32, f16: 16, bf16: 16, f64: 64 }[type.format];
    case "vector":
      return type.lanes * bitWidth(type.element);
    case "bundle":
      return type.fields.reduce((sum, field) => sum + bitWidth(field), 0);
    case "token":
      return 0;
    default:
      return unreachable(type);
  }
}

/** Number of cells of a memref. */
export function cellCount(type: MemRefType): number {
  return type.shape.reduce((product, dim) => product * dim, 1);
}
