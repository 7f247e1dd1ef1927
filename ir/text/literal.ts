import type { FloatFormat } from "../core/type.ts";

/** Bits of an exponent and of a fraction of each float format. */
const LAYOUT: Readonly<Record<FloatFormat, { readonly exponent: number; readonly fraction: number }>> = {
  f16: { exponent: 5, fraction: 10 },
  bf16: { exponent: 8, fraction: 7 },
  f32: { exponent: 8, fraction: 23 },
  f64: { exponent: 11, fraction: 52 },
};

/** A string between quotation marks with MLIR's escapes: `\\`, `\"`, and `\XX` for bytes of UTF-8 that are not printable ASCII. */
export function quote(text: string): string {
  if (/^[ !#-[\]-~]*$/u.test(text)) return `"${text}"`;
  let out = "";
  for (const byte of new TextEncoder().encode(text)) {
    if (byte === 0x22) out += '\\"';
    else if (byte === 0x5c) out += "\\\\";
    else if (byte >= 0x20 && byte < 0x7f) out += String.fromCharCode(byte);
    else out += `\\${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return `"${out}"`;
}

/** The text that a string token (with its quotation marks) stands for; undefined where an escape or the UTF-8 is malformed. */
export function unquote(token: string): string | undefined {
  const body = token.slice(1, -1);
  if (!body.includes("\\")) return body;
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (const part of body.match(/\\[0-9a-fA-F]{2}|\\.|[^\\]+/gu) ?? []) {
    if (!part.startsWith("\\")) bytes.push(...encoder.encode(part));
    else if (part.length === 3) bytes.push(Number.parseInt(part.slice(1), 16));
    else {
      const escaped = { "\\n": 10, "\\t": 9, "\\\\": 0x5c, '\\"': 0x22 }[part];
      if (escaped === undefined) return undefined;
      bytes.push(escaped);
    }
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}

/** A float that reads back as exactly `value`: decimal where it is finite, else the bits of `format` in hexadecimal. */
export function printFloat(value: number, format: FloatFormat): string {
  if (!Number.isFinite(value)) return nonFinite(value, format);
  const text = Object.is(value, -0) ? "-0" : String(value);
  const [mantissa = "0", exponent] = text.split("e");
  const withPoint = mantissa.includes(".") ? mantissa : `${mantissa}.0`;
  return exponent === undefined ? withPoint : `${withPoint}e${exponent}`;
}

function nonFinite(value: number, format: FloatFormat): string {
  const { exponent, fraction } = LAYOUT[format];
  const infinity = ((1n << BigInt(exponent)) - 1n) << BigInt(fraction);
  const quiet = Number.isNaN(value) ? 1n << BigInt(fraction - 1) : 0n;
  const sign = value < 0 ? 1n << BigInt(exponent + fraction) : 0n;
  return `0x${(sign | infinity | quiet).toString(16).toUpperCase()}`;
}

/** The value of a bit pattern of `format`; undefined where it has more bits than the format. */
export function floatOfBits(bits: bigint, format: FloatFormat): number | undefined {
  const layout = LAYOUT[format];
  const fractionBits = BigInt(layout.fraction);
  const exponentBits = BigInt(layout.exponent);
  if (bits >> (fractionBits + exponentBits + 1n) !== 0n) return undefined;
  const fraction = Number(bits & ((1n << fractionBits) - 1n)) / 2 ** layout.fraction;
  const exponent = Number((bits >> fractionBits) & ((1n << exponentBits) - 1n));
  const sign = bits >> (fractionBits + exponentBits) === 1n ? -1 : 1;
  const top = 2 ** layout.exponent - 1;
  if (exponent === top) return fraction === 0 ? sign * Infinity : NaN;
  const bias = 2 ** (layout.exponent - 1) - 1;
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias);
}

/** A key of an attribute dictionary: bare where MLIR allows it, else quoted. */
export function printKey(key: string): string {
  return /^[A-Za-z_][\w$.]*$/u.test(key) ? key : quote(key);
}

/** `@name`, quoted where the name is not an identifier. */
export function printSymbol(name: string): string {
  return /^[A-Za-z_][\w$.]*$/u.test(name) ? `@${name}` : `@${quote(name)}`;
}
