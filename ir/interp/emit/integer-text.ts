import type { ScalarType } from "../../core/type.ts";
import { integerWidth, isWide } from "../values.ts";

/** Brings the value of `text` into the normal form of an integer type, by its low bits. */
export function wrapText(type: ScalarType, text: string): string {
  const width = integerWidth(type);
  if (isWide(type)) return `BigInt.asIntN(${String(width)}, ${text})`;
  if (width === 32) return `(${text}) | 0`;
  if (width === 1) return `(${text}) & 1`;
  return `(${text}) << ${String(32 - width)} >> ${String(32 - width)}`;
}

/** The value of `text` as a number without sign: at most 32 bits give a number, more give a bigint. */
export function unsignedText(type: ScalarType, text: string): string {
  const width = integerWidth(type);
  if (isWide(type)) return `BigInt.asUintN(${String(width)}, ${text})`;
  if (width === 32) return `(${text} >>> 0)`;
  return width === 1 ? text : `(${text} & ${String(2 ** width - 1)})`;
}

/** The value of `text` as a signed number: an `i1` that is set means -1. */
export function signedText(type: ScalarType, text: string): string {
  return integerWidth(type) === 1 ? `(-${text} | 0)` : text;
}

/** A literal that can stand behind any operator. */
export function literalText(value: number | bigint): string {
  if (typeof value === "bigint") return value < 0n ? `(${String(value)}n)` : `${String(value)}n`;
  if (Object.is(value, -0)) return "(-0)";
  return value < 0 ? `(${String(value)})` : String(value);
}
