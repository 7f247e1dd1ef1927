import { at, CompilerBug, ICMP_PREDICATES } from "../../../ir/index.ts";
import { COMPARISON_SYMBOLS } from "../comparison-symbols.ts";

/** Bits that a double holds exactly: no value of a compiled circuit is wider. */
export const WIDEST = 53;

/** A value as JavaScript text: an unsigned number of `width` bits. */
export interface Expression {
  readonly text: string;
  readonly width: number;
}

/** `text` modulo 2^width; it is a sum, a difference plus 2^width, or a bitwise result. */
function cut(text: string, width: number): string {
  if (width < 32) return `((${text}) & ${String(2 ** width - 1)})`;
  return width === 32 ? `((${text}) >>> 0)` : `((${text}) % ${String(2 ** width)})`;
}

function signed({ text, width }: Expression): string {
  if (width === 32) return `(${text} | 0)`;
  if (width < 32) return `(${text} << ${String(32 - width)} >> ${String(32 - width)})`;
  return `(${text} >= ${String(2 ** (width - 1))} ? ${text} - ${String(2 ** width)} : ${text})`;
}

/** Bits `low` to `low + width` of a value. */
export function extractBits(value: Expression, low: number, width: number): string {
  if (width === value.width) return value.text;
  if (value.width <= 32) return cut(low === 0 ? value.text : `${value.text} >>> ${String(low)}`, width);
  const shifted = low === 0 ? value.text : `Math.floor(${value.text} / ${String(2 ** low)})`;
  return width > 32 ? cut(shifted, width) : `((${shifted}) % ${String(2 ** width)})`;
}

/** The parts side by side, the first on top. */
export function joinBits(parts: readonly Expression[]): string {
  const width = parts.reduce((sum, part) => sum + part.width, 0);
  if (width > WIDEST) throw new CompilerBug(`a control value of ${String(width)} bits`);
  let low = width;
  const terms = parts.map((part) => {
    low -= part.width;
    if (low === 0) return part.text;
    return width < 32 ? `(${part.text} << ${String(low)})` : `${part.text} * ${String(2 ** low)}`;
  });
  return `(${terms.join(width < 32 ? " | " : " + ")})`;
}

function bitwise(symbol: "&" | "|" | "^", a: Expression, b: Expression): string {
  if (a.width < 32) return `(${a.text} ${symbol} ${b.text})`;
  if (a.width === 32) return `((${a.text} ${symbol} ${b.text}) >>> 0)`;
  const high = (value: Expression): string => `Math.floor(${value.text} / 4294967296)`;
  return `((${high(a)} ${symbol} ${high(b)}) * 4294967296 + ((${a.text} ${symbol} ${b.text}) >>> 0))`;
}

function shift(kind: "shl" | "shru" | "shrs", a: Expression, b: Expression): string {
  if (a.width > 32) throw new CompilerBug("a shift of a wide control value");
  const past = `${b.text} >= ${String(a.width)}`;
  if (kind === "shl") return `(${past} ? 0 : ${cut(`${a.text} << ${b.text}`, a.width)})`;
  if (kind === "shru") return `(${past} ? 0 : ${a.text} >>> ${b.text})`;
  return cut(`${signed(a)} >> Math.min(${b.text}, 31)`, a.width);
}

/** A comparison by the number that `comb` gives its predicate. */
export function compareBits(predicate: number, a: Expression, b: Expression): string {
  const name = at(ICMP_PREDICATES, predicate);
  const isSigned = name.startsWith("s");
  const [x, y] = isSigned ? [signed(a), signed(b)] : [a.text, b.text];
  return `(${x} ${COMPARISON_SYMBOLS[name]} ${y} ? 1 : 0)`;
}

/** A two-operand operation of `comb` by its name without dialect; undefined where there is none of that name. */
export function binaryBits(name: string, a: Expression, b: Expression): string | undefined {
  switch (name) {
    case "add":
      return cut(`${a.text} + ${b.text}`, a.width);
    case "sub":
      return cut(`${a.text} - ${b.text}${a.width > 32 ? ` + ${String(2 ** a.width)}` : ""}`, a.width);
    case "mul":
      if (a.width > 32) throw new CompilerBug("a product of wide control values");
      return cut(`Math.imul(${a.text}, ${b.text})`, a.width);
    case "and":
      return bitwise("&", a, b);
    case "or":
      return bitwise("|", a, b);
    case "xor":
      return bitwise("^", a, b);
    case "shl":
    case "shru":
    case "shrs":
      return shift(name, a, b);
    default:
      return undefined;
  }
}
