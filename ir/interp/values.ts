import type { BundleType, ElementType, ScalarType, TokenType } from "../core/type.ts";
import { roundF16 } from "../numerics/f16.ts";
import { roundBf16 } from "../numerics/half-precision.ts";
import { at, unreachable } from "../support/bug.ts";

/**
 * One scalar, always in the normal form of its type:
 *
 * | type         | representation                                              |
 * |--------------|-------------------------------------------------------------|
 * | `i1`         | the number 0 or 1                                            |
 * | `i2` .. `i32`| a number, two's complement: `i8` is -128 to 127              |
 * | wider        | a bigint, two's complement                                   |
 * | `index`      | a number, as `i32`                                           |
 * | `f32`        | a number that is exactly a float32; all NaN are one          |
 * | `bf16`, `f16`| the same of their numbers                                    |
 */
export type ScalarValue = number | bigint;

/** A scalar, or the lanes of a vector with lane 0 first. Vectors are never changed once made. */
export type ElementValue = ScalarValue | readonly ScalarValue[];

/** What one stream element holds: an element, the fields of a bundle in order, or `TOKEN`. */
export type StreamElement = ElementValue | readonly ElementValue[];

/** The type of one stream element. */
export type StreamElementType = ElementType | BundleType | TokenType;

/** The only value of a token: a bundle without fields. */
export const TOKEN: StreamElement = Object.freeze([]);

/** The nearest number of a float type. */
export function roundToFormat(type: ScalarType, value: number): number {
  const format = type.kind === "float" ? type.format : "f32";
  if (format === "bf16") return roundBf16(Math.fround(value));
  return format === "f16" ? roundF16(Math.fround(value)) : Math.fround(value);
}

/** Whether values of a scalar type are bigints. */
export function isWide(type: ScalarType): boolean {
  return type.kind === "int" && type.width > 32;
}

/** The bits that integer arithmetic on a scalar type keeps; an `index` is as an `i32`. */
export function integerWidth(type: ScalarType): number {
  return type.kind === "int" ? type.width : 32;
}

/** Zero, or a vector of zeros. */
export function zeroOf(type: StreamElementType): StreamElement {
  switch (type.kind) {
    case "int":
      return type.width > 32 ? 0n : 0;
    case "index":
    case "float":
      return 0;
    case "vector":
      return Array.from({ length: type.lanes }, () => (isWide(type.element) ? 0n : 0));
    case "bundle":
      return type.fields.map((field) => zeroOf(field) as ElementValue); // a field is no bundle
    case "token":
      return TOKEN;
    default:
      return unreachable(type);
  }
}

/** Whether a value is in the normal form of a type. */
export function isElementOf(type: StreamElementType, value: StreamElement): boolean {
  switch (type.kind) {
    case "int":
    case "index":
    case "float":
      return typeof value !== "object" && isScalarOf(type, value);
    case "vector":
      return hasParts(value, type.lanes, (lane) => isElementOf(type.element, lane));
    case "bundle":
      return hasParts(value, type.fields.length, (part, index) => isElementOf(at(type.fields, index), part));
    case "token":
      return hasParts(value, 0, () => true);
    default:
      return unreachable(type);
  }
}

function hasParts(
  value: StreamElement,
  count: number,
  isRight: (part: ElementValue, index: number) => boolean,
): boolean {
  return typeof value === "object" && value.length === count && value.every(isRight);
}

function isScalarOf(type: ScalarType, value: ScalarValue): boolean {
  if (typeof value === "bigint") return isWide(type) && BigInt.asIntN(integerWidth(type), value) === value;
  if (type.kind === "float") return Object.is(roundToFormat(type, value), value);
  if (isWide(type) || !Number.isInteger(value)) return false;
  const width = integerWidth(type);
  return width === 1 ? value === 0 || value === 1 : (value << (32 - width)) >> (32 - width) === value;
}
