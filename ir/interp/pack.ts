import { bitWidth, type FloatType, type ScalarType } from "../core/type.ts";
import { bitsToF32, f32ToBits } from "../numerics/f32-bits.ts";
import { BF16, F16 } from "../numerics/half-precision.ts";
import { at, CompilerBug, unreachable } from "../support/bug.ts";
import {
  type ElementValue,
  isWide,
  type ScalarValue,
  type StreamElement,
  type StreamElementType,
  TOKEN,
} from "./values.ts";

/** The bits of an element as hardware holds them, unsigned: field 0 and lane 0 in the low bits. Every NaN is the canonical one. */
export function packElement(type: StreamElementType, value: StreamElement): bigint {
  switch (type.kind) {
    case "int":
    case "index":
    case "float":
      return packScalar(type, scalarOf(value));
    case "vector":
      return packFields(partsOf(value, type.lanes), () => type.element);
    case "bundle":
      return packFields(partsOf(value, type.fields.length), (index) => at(type.fields, index));
    case "token":
      return 0n;
    default:
      return unreachable(type);
  }
}

/** The element with the given bits (bits above its width are ignored); the inverse of {@link packElement}. */
export function unpackElement(type: StreamElementType, bits: bigint): StreamElement {
  switch (type.kind) {
    case "int":
    case "index":
    case "float":
      return unpackScalar(type, bits);
    case "vector": {
      const step = BigInt(bitWidth(type.element));
      return Array.from({ length: type.lanes }, (_, lane) =>
        unpackScalar(type.element, bits >> (BigInt(lane) * step)),
      );
    }
    case "bundle": {
      let rest = bits;
      return type.fields.map((field) => {
        const value = unpackElement(field, rest) as ElementValue; // a field is no bundle
        rest >>= BigInt(bitWidth(field));
        return value;
      });
    }
    case "token":
      return TOKEN;
    default:
      return unreachable(type);
  }
}

function floatBits({ format }: FloatType, value: number): number {
  if (format === "bf16") return BF16.encode(value);
  return format === "f16" ? F16.encode(value) : f32ToBits(value);
}

function floatOf({ format }: FloatType, bits: bigint): number {
  if (format === "bf16") return BF16.decode(Number(BigInt.asUintN(16, bits)));
  if (format === "f16") return F16.decode(Number(BigInt.asUintN(16, bits)));
  return bitsToF32(Number(BigInt.asUintN(32, bits)));
}

function packScalar(type: ScalarType, value: ScalarValue): bigint {
  if (type.kind === "float") return BigInt(floatBits(type, Number(value)));
  return BigInt.asUintN(bitWidth(type), BigInt(value));
}

function unpackScalar(type: ScalarType, bits: bigint): ScalarValue {
  if (type.kind === "float") return floatOf(type, bits);
  const width = bitWidth(type);
  if (width === 1) return Number(bits & 1n);
  const signed = BigInt.asIntN(width, bits);
  return isWide(type) ? signed : Number(signed);
}

function packFields(parts: readonly ElementValue[], typeOf: (index: number) => StreamElementType): bigint {
  let shift = 0n;
  let bits = 0n;
  parts.forEach((part, index) => {
    const type = typeOf(index);
    bits |= packElement(type, part) << shift;
    shift += BigInt(bitWidth(type));
  });
  return bits;
}

function scalarOf(value: StreamElement): ScalarValue {
  if (typeof value === "object") throw new CompilerBug("a scalar was expected, not several values");
  return value;
}

function partsOf(value: StreamElement, count: number): readonly ElementValue[] {
  if (typeof value !== "object" || value.length !== count)
    throw new CompilerBug(`${String(count)} values were expected`);
  return value;
}
