import { at, CompilerBug, type Operation, type Value } from "../ir/index.ts";
import { constantComparison } from "./comparisons.ts";
import type { KnownValues } from "./known-bits.ts";
import { literal } from "./literals.ts";
import { type Readings, width } from "./net.ts";

/** How strongly the outermost operator of an expression binds: enough to know where parentheses are needed. */
type Shape = "primary" | "unary" | "operator" | "conditional";

/** Verilog text that has exactly as many bits as the value it stands for, and no signed meaning outside itself. */
export interface Expression {
  readonly text: string;
  readonly shape: Shape;
  /** The operator of a chain, such as `&`, which needs no parentheses inside itself. */
  readonly operator?: string;
}

const BINARY: ReadonlyMap<string, string> = new Map([
  ["comb.add", "+"],
  ["comb.sub", "-"],
  ["comb.mul", "*"],
  ["comb.and", "&"],
  ["comb.or", "|"],
  ["comb.xor", "^"],
]);
const ASSOCIATIVE = new Set(["+", "&", "|", "^"]);
/** In the order of CIRCT's predicates. */
const COMPARISONS = ["==", "!=", "<", "<=", ">", ">=", "<", "<=", ">", ">="] as const;
const SIGNED_LESS = 2;
const SIGNED_AT_LEAST = 5;

function isSignedOrder(predicate: number): boolean {
  return predicate >= SIGNED_LESS && predicate <= SIGNED_AT_LEAST;
}

/** `x < 0` and `x >= 0`: one bit of `x`. */
function isSignTest(op: Operation, expressions: Expressions): boolean {
  const predicate = numberOf(op, "predicate");
  return (
    (predicate === SIGNED_LESS || predicate === SIGNED_AT_LEAST) &&
    expressions.constant(at(op.operands, 1)) === 0n
  );
}

/** Reads an integer attribute. */
export function numberOf(op: Operation, key: string): number {
  const attribute = op.attribute(key);
  if (attribute?.kind !== "int") throw new CompilerBug(`${op.name} has no number ${key}`);
  return Number(attribute.value);
}

/** The expressions and names of the values of one module. */
export class Expressions {
  readonly #byValue = new Map<Value, Expression>();
  readonly #readings: Readings;

  readonly #known: KnownValues;

  constructor(readings: Readings, known: KnownValues) {
    this.#readings = readings;
    this.#known = known;
  }

  /** The number that a value always is, or undefined. */
  constant(value: Value): bigint | undefined {
    return this.#known.constant(value);
  }

  /** `value` is the signal `name` from here on. */
  setName(value: Value, name: string): void {
    this.#byValue.set(value, { text: name, shape: "primary" });
  }

  /** `value` is written out where it is used, which is in one place. */
  setExpression(value: Value, expression: Expression): void {
    this.#byValue.set(value, expression);
  }

  /** The expression of a value; a name counts as read. */
  of(value: Value): Expression {
    const constant = this.constant(value);
    if (constant !== undefined) return { text: literal(constant, width(value)), shape: "primary" };
    const known = this.#byValue.get(value);
    if (known === undefined) throw new CompilerBug("a value is read before it has a name");
    this.#readings.whole(known.text);
    return known;
  }

  text(value: Value): string {
    return this.of(value).text;
  }

  /** The name of a signal that is assigned: this does not read it. */
  target(value: Value): string {
    const known = this.#byValue.get(value);
    if (known === undefined) throw new CompilerBug("a value is assigned before it has a name");
    return known.text;
  }

  /** Bits of a named (or constant) value. */
  slice(value: Value, low: number, bits: number): string {
    const constant = this.constant(value);
    if (constant !== undefined) return literal(BigInt.asUintN(bits, constant >> BigInt(low)), bits);
    if (bits === width(value)) return this.text(value);
    const name = this.#byValue.get(value)?.text;
    if (name === undefined) throw new CompilerBug("bits are taken of a value without a name");
    this.#readings.slice(name, low, bits);
    return bits === 1 ? `${name}[${String(low)}]` : `${name}[${String(low + bits - 1)}:${String(low)}]`;
  }

  /** The expression of a combinational operation. */
  make(op: Operation): Expression {
    const operands = op.operands;
    const symbol = BINARY.get(op.name);
    if (symbol !== undefined) return this.#binary(symbol, at(operands, 0), at(operands, 1));
    switch (op.name) {
      case "hw.wire":
        return this.of(at(operands, 0));
      case "comb.icmp":
        return this.#compare(op);
      case "comb.mux": {
        const condition = this.constant(at(operands, 0));
        return condition === undefined
          ? this.#mux(operands)
          : this.of(at(operands, condition === 1n ? 1 : 2));
      }
      case "comb.extract":
        return primary(this.slice(at(operands, 0), numberOf(op, "lowBit"), width(op.result)));
      case "comb.concat":
        return primary(
          operands.length === 1
            ? this.#nested(at(operands, 0))
            : `{${operands.map((operand) => this.text(operand)).join(", ")}}`,
        );
      case "comb.replicate":
        return this.#replicate(at(operands, 0), width(op.result));
      case "comb.shl":
      case "comb.shru":
      case "comb.shrs":
        return this.#shift(op);
      default:
        throw new CompilerBug(`${op.name} has no Verilog expression`);
    }
  }

  /** Text for a place inside another operator. */
  #nested(value: Value, operator?: string): string {
    const { text, shape, operator: own } = this.of(value);
    if (shape === "primary" || (shape === "unary" && operator !== undefined)) return text;
    return own !== undefined && own === operator && ASSOCIATIVE.has(own) ? text : `(${text})`;
  }

  #binary(symbol: string, left: Value, right: Value): Expression {
    const ones = (1n << BigInt(width(left))) - 1n;
    if (symbol === "^" && this.constant(right) === ones)
      return { text: `~${this.#nested(left)}`, shape: "unary" };
    if (symbol === "*" && (isSignExtended(left) || isSignExtended(right))) {
      return { text: `$signed(${this.text(left)}) * $signed(${this.text(right)})`, shape: "operator" };
    }
    return {
      text: `${this.#nested(left, symbol)} ${symbol} ${this.#nested(right, symbol === "+" ? "" : symbol)}`,
      shape: "operator",
      operator: symbol,
    };
  }

  #compare(op: Operation): Expression {
    const [left, right] = [at(op.operands, 0), at(op.operands, 1)];
    const predicate = numberOf(op, "predicate");
    const known = constantComparison(predicate, width(left), this.constant(left), this.constant(right));
    if (known !== undefined) return primary(literal(known ? 1n : 0n, 1));
    const symbol = at(COMPARISONS, predicate);
    if (isSignTest(op, this)) {
      const sign = this.slice(left, width(left) - 1, 1);
      return predicate === SIGNED_LESS ? primary(sign) : { text: `~${sign}`, shape: "unary" };
    }
    const side = (value: Value): string =>
      isSignedOrder(predicate) ? this.#biased(value) : this.#nested(value, symbol);
    return { text: `${side(left)} ${symbol} ${side(right)}`, shape: "operator" };
  }

  /** The value with its sign bit inverted: RATIONALE.md, "Why is no comparison signed?". */
  #biased(value: Value): string {
    const constant = this.constant(value);
    const bias = 1n << BigInt(width(value) - 1);
    return constant === undefined
      ? `(${this.#nested(value, "^")} ^ ${literal(bias, width(value))})`
      : literal(constant ^ bias, width(value));
  }

  #mux(operands: readonly Value[]): Expression {
    const condition = this.#nested(at(operands, 0), "?");
    const whenTrue = this.#nested(at(operands, 1), "?");
    const other = this.of(at(operands, 2));
    return {
      text: `${condition} ? ${whenTrue} : ${other.shape === "operator" ? `(${other.text})` : other.text}`,
      shape: "conditional",
    };
  }

  #replicate(input: Value, bits: number): Expression {
    const times = bits / width(input);
    return times === 1 ? this.of(input) : primary(`{${String(times)}{${this.text(input)}}}`);
  }

  #shift(op: Operation): Expression {
    const [input, amount] = [at(op.operands, 0), at(op.operands, 1)];
    const bits = width(input);
    const constant = this.constant(amount);
    if (constant !== undefined)
      return this.#shiftBy(op.name, input, constant >= BigInt(bits) ? bits : Number(constant));
    const { few, guard } = this.#amount(amount);
    if (op.name === "comb.shrs") {
      const shifted = `$signed(${this.text(input)}) >>> ${few}`;
      return guard === undefined
        ? { text: shifted, shape: "operator" }
        : {
            text: `$signed(${this.text(input)}) >>> (${guard} ? ${allOnes(amount)} : ${few})`,
            shape: "operator",
          };
    }
    const shifted = `${this.#nested(input)} ${op.name === "comb.shl" ? "<<" : ">>"} ${few}`;
    if (guard === undefined) return { text: shifted, shape: "operator" };
    return { text: `${guard} ? ${literal(0n, bits)} : (${shifted})`, shape: "conditional" };
  }

  /** Amounts of more than 31 bits are cut: tools shift by at most 32 bits. */
  #amount(amount: Value): { readonly few: string; readonly guard: string | undefined } {
    const bits = width(amount);
    if (bits < 32) return { few: this.#nested(amount), guard: undefined };
    const kept = keptAmountBits(bits);
    return { few: this.slice(amount, 0, kept), guard: `(|${this.slice(amount, kept, bits - kept)})` };
  }

  #shiftBy(kind: string, input: Value, by: number): Expression {
    const bits = width(input);
    if (by === 0) return this.of(input);
    if (kind === "comb.shrs") {
      const kept = Math.max(1, bits - by);
      if (kept === bits) return this.of(input);
      return primary(
        `{{${String(bits - kept)}{${this.slice(input, bits - 1, 1)}}}, ${this.slice(input, bits - kept, kept)}}`,
      );
    }
    if (by === bits) return primary(literal(0n, bits));
    const zeros = literal(0n, by);
    return primary(
      kind === "comb.shl"
        ? `{${this.slice(input, 0, bits - by)}, ${zeros}}`
        : `{${zeros}, ${this.slice(input, by, bits - by)}}`,
    );
  }
}

function primary(text: string): Expression {
  return { text, shape: "primary" };
}

/** Bits that hold every useful shift amount of a value with `bits` bits. */
function keptAmountBits(bits: number): number {
  return Math.ceil(Math.log2(bits + 1));
}

function allOnes(amount: Value): string {
  const kept = keptAmountBits(width(amount));
  return literal((1n << BigInt(kept)) - 1n, kept);
}

/** `concat(replicate(extract(x, msb)), x)`, which multipliers must see as signed. */
function isSignExtended(value: Value): boolean {
  const op = value.producer;
  if (op?.name !== "comb.concat" || op.operands.length !== 2) return false;
  const [high, low] = [at(op.operands, 0), at(op.operands, 1)];
  const replicate = high.producer;
  const bit = replicate?.name === "comb.replicate" ? at(replicate.operands, 0).producer : replicate;
  return (
    bit?.name === "comb.extract" &&
    bit.operands[0] === low &&
    numberOf(bit, "lowBit") === width(low) - 1 &&
    width(bit.result) === 1
  );
}

/** Whether operand `index` of `op` must be a name: its bits are taken, or it is written more than once. */
export function needsName(op: Operation, index: number, expressions: Expressions): boolean {
  switch (op.name) {
    case "comb.extract":
      return true;
    case "comb.icmp":
      return isSignTest(op, expressions);
    case "comb.shl":
    case "comb.shru":
    case "comb.shrs": {
      if (expressions.constant(at(op.operands, 1)) !== undefined) return true;
      return index === 1 && width(at(op.operands, 1)) >= 32;
    }
    case "hw.wire":
      return false;
    default:
      return !(
        op.name.startsWith("comb.") ||
        op.name === "hw.output" ||
        op.name.startsWith("seq.compreg") ||
        op.name === "hw.instance"
      );
  }
}

/** Whether the expression of `op` keeps its meaning inside any other: signed operators do not. */
export function isContextFree(op: Operation, expressions: Expressions): boolean {
  if (op.name === "comb.shrs") return expressions.constant(at(op.operands, 1)) !== undefined;
  return !(op.name === "comb.mul" && op.operands.some(isSignExtended));
}
