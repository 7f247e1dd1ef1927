import { at, foldBinary, type Operation, type Value } from "../ir/index.ts";
import { constantComparison } from "./comparisons.ts";
import { width } from "./net.ts";

/** Bits whose value is certain: where `mask` is 1, the bit is that of `value`; elsewhere `value` is 0. */
export interface KnownBits {
  readonly mask: bigint;
  readonly value: bigint;
}

/** Operations whose bits depend on more than the same bits of their operands. */
const ARITHMETIC: ReadonlyMap<string, "add" | "sub" | "mul" | "shl" | "shru" | "shrs"> = new Map(
  (["add", "sub", "mul", "shl", "shru", "shrs"] as const).map((operator) => [`comb.${operator}`, operator]),
);

const NOTHING: KnownBits = { mask: 0n, value: 0n };

function ones(bits: number): bigint {
  return (1n << BigInt(bits)) - 1n;
}

function parameter(op: Operation, key: string): number {
  const attribute = op.attribute(key);
  return attribute?.kind === "int" ? Number(attribute.value) : 0;
}

/** Known bits of combinational values: linters follow constants through wires and reject what they then find constant. */
export class KnownValues {
  readonly #byValue = new Map<Value, KnownBits>();

  /** Learns the result of `op`, whose operands come first. */
  learn(op: Operation): void {
    if (op.results.length !== 1 || op.result.type.kind !== "int") return;
    const known = this.#result(op);
    if (known.mask !== 0n) this.#byValue.set(op.result, known);
  }

  /** The number that the value always is, or undefined. */
  constant(value: Value): bigint | undefined {
    if (value.type.kind !== "int") return undefined;
    const known = this.#of(value);
    return known.mask === ones(value.type.width) ? known.value : undefined;
  }

  #of(value: Value): KnownBits {
    return this.#byValue.get(value) ?? NOTHING;
  }

  #result(op: Operation): KnownBits {
    const bits = width(op.result);
    const all = ones(bits);
    const inputs = op.operands.map((operand) => this.#of(operand));
    const [a = NOTHING, b = NOTHING, c = NOTHING] = inputs;
    switch (op.name) {
      case "hw.constant": {
        const attribute = op.attribute("value");
        return attribute?.kind === "int"
          ? { mask: all, value: BigInt.asUintN(bits, attribute.value) }
          : NOTHING;
      }
      case "hw.wire":
        return a;
      case "comb.and":
        return together((a.mask & b.mask) | (a.mask & ~a.value) | (b.mask & ~b.value), a.value & b.value);
      case "comb.or":
        return together((a.mask & b.mask) | a.value | b.value, a.value | b.value);
      case "comb.xor":
        return op.operands[0] === op.operands[1]
          ? { mask: all, value: 0n }
          : together(a.mask & b.mask, a.value ^ b.value);
      case "comb.extract": {
        const low = BigInt(parameter(op, "lowBit"));
        return { mask: BigInt.asUintN(bits, a.mask >> low), value: BigInt.asUintN(bits, a.value >> low) };
      }
      case "comb.concat":
        return joined(inputs, op.operands.map(width));
      case "comb.replicate":
        return joined(
          Array.from({ length: bits / width(at(op.operands, 0)) }, () => a),
          Array.from({ length: bits / width(at(op.operands, 0)) }, () => width(at(op.operands, 0))),
        );
      case "comb.mux":
        if (a.mask === 1n) return a.value === 1n ? b : c;
        return op.operands[1] === op.operands[2]
          ? b
          : together(b.mask & c.mask & ~(b.value ^ c.value), b.value);
      case "comb.icmp":
        return this.#comparison(op);
      default:
        return arithmetic(op, [a, b]);
    }
  }

  #comparison(op: Operation): KnownBits {
    const [left, right] = [at(op.operands, 0), at(op.operands, 1)];
    const predicate = parameter(op, "predicate");
    if (left === right) return { mask: 1n, value: [0, 3, 5, 7, 9].includes(predicate) ? 1n : 0n };
    const [a, b] = [this.#of(left), this.#of(right)];
    const differ = a.mask & b.mask & (a.value ^ b.value);
    if (predicate < 2 && differ !== 0n) return { mask: 1n, value: BigInt(predicate) };
    const known = constantComparison(predicate, width(left), this.constant(left), this.constant(right));
    return known === undefined ? NOTHING : { mask: 1n, value: known ? 1n : 0n };
  }
}

function together(mask: bigint, value: bigint): KnownBits {
  return { mask, value: value & mask };
}

/** Parts of a concatenation, the first on top. */
function joined(parts: readonly KnownBits[], widths: readonly number[]): KnownBits {
  return parts.reduce((sum, part, index) => {
    const by = BigInt(at(widths, index));
    return { mask: (sum.mask << by) | part.mask, value: (sum.value << by) | part.value };
  }, NOTHING);
}

/** Results of carries and shifts that a 0 decides. */
function decidedByZero(op: Operation, [a, b]: readonly [KnownBits, KnownBits]): KnownBits | undefined {
  const bits = width(op.result);
  const all = ones(bits);
  const zero: KnownBits = { mask: all, value: 0n };
  const isZero = (known: KnownBits): boolean => known.mask === all && known.value === 0n;
  switch (op.name) {
    case "comb.add":
      return isZero(b) ? a : undefined;
    case "comb.sub":
      return op.operands[0] === op.operands[1] ? zero : isZero(b) ? a : undefined;
    case "comb.mul":
      return isZero(a) || isZero(b) ? zero : undefined;
    case "comb.shl":
    case "comb.shru":
      return isZero(a) || b.value >= BigInt(bits) ? zero : undefined;
    default:
      return isZero(a) && op.name === "comb.shrs" ? zero : undefined;
  }
}

/** Results of carries and shifts: known where all inputs are, and in the usual cases of 0. */
function arithmetic(op: Operation, inputs: readonly [KnownBits, KnownBits]): KnownBits {
  const decided = decidedByZero(op, inputs);
  if (decided !== undefined) return decided;
  const [a, b] = inputs;
  const bits = width(op.result);
  const all = ones(bits);
  if (a.mask !== all || b.mask !== all) return NOTHING;
  const operator = ARITHMETIC.get(op.name);
  return operator === undefined
    ? NOTHING
    : { mask: all, value: foldBinary(operator, a.value, b.value, bits) };
}
