import { at } from "../../../ir/index.ts";
import type { ArithmeticFamily, Knowledge, MultiplierRule, Part, Sum } from "./circuit.ts";
import { FALSE, invert, isConstant, type Literal, type LogicNetwork, TRUE } from "./logic-network.ts";
import { constantWord, extend, invertWord, leafWord, narrowed, type Word } from "./word.ts";

/** A narrowest operand of a hard multiplier. */
const LEAST_OPERAND = 2;

/** Numbers for what one operation is made of. */
const KEYS = 4096;

/** What is multiplied. */
interface Factors {
  readonly left: Word;
  readonly right: Word;
  /** Bits of the result that are made. */
  readonly width: number;
  /** Zeros below them. */
  readonly low: number;
  /** Whether neither operand has a sign, whatever its uppermost bit is here. */
  readonly isUnsigned: boolean;
}

/** Adds sums, comparisons and products to a circuit; equal ones are made once. */
export class Arithmetic {
  readonly #logic: LogicNetwork;
  readonly #family: ArithmeticFamily;
  readonly #knowledge: Knowledge;
  readonly #parts: Part[];
  readonly #made = new Map<string, Word>();
  #keys = 0;

  constructor(logic: LogicNetwork, parts: Part[], family: ArithmeticFamily, knowledge: Knowledge) {
    this.#logic = logic;
    this.#family = family;
    this.#knowledge = knowledge;
    this.#parts = parts;
  }

  /** What comes next belongs to the operation of this number. */
  begin(operation: number): void {
    this.#keys = operation * KEYS;
  }

  add(a: Word, b: Word): Word {
    return this.#sum(a, b, FALSE);
  }

  subtract(a: Word, b: Word): Word {
    return this.#sum(a, invertWord(b), TRUE);
  }

  /** Whether `a` is greater than `b`, or with `orEqual` at least as large. */
  greater(a: Word, b: Word, isSigned: boolean, orEqual: boolean): Literal {
    const flip = (word: Word): Word =>
      isSigned ? [...word.slice(0, -1), invert(word.at(-1) ?? FALSE)] : word;
    const [x, y] = this.#withoutCommonTop(flip(a), flip(b));
    if (this.#family.comparesInTables || Math.min(variables(x), variables(y)) === 0)
      return this.#compareInTables(x, y, orEqual);
    // b - a - 1 (or b - a) does not borrow where a > b (a >= b) does not hold.
    const width = x.length + 1;
    const difference = this.#sum(
      extend(x, width, false),
      invertWord(extend(y, width, false)),
      orEqual ? TRUE : FALSE,
    );
    return invert(difference.at(-1) ?? FALSE);
  }

  multiply(a: Word, b: Word): Word {
    const width = a.length;
    const key = this.#keys++;
    const used = Math.min(width, this.#knowledge.widths.get(key) ?? width);
    const [wholeLeft, wholeRight] = [asSigned(a), asSigned(b)];
    // Signs are looked at before operands are cut to what the result uses.
    const isUnsigned = haveNoSigns(wholeLeft, wholeRight);
    const [left, right] = [wholeLeft.slice(0, used), wholeRight.slice(0, used)];
    const low = lowZeros(left) + lowZeros(right);
    const [x, y] = [left.slice(lowZeros(left)), right.slice(lowZeros(right))];
    if (x.length === 0 || y.length === 0 || low >= used) return constantWord(0n, width);
    const result = Math.min(used - low, x.length + y.length);
    const product = this.#product({ left: x, right: y, width: result, low, isUnsigned }, key);
    return extend([...constantWord(0n, low), ...product], width, used === width);
  }

  // ---- sums
  #sum(a: Word, b: Word, carryIn: Literal): Word {
    const width = a.length;
    const key = this.#keys++;
    const used = Math.min(width, this.#knowledge.widths.get(key) ?? width);
    const long = Math.min(used, carryIn === FALSE ? 1 + Math.max(unsignedBits(a), unsignedBits(b)) : used);
    let low = 0;
    const outputs: Literal[] = [];
    for (; carryIn === FALSE && low < long && (a[low] === FALSE || b[low] === FALSE); low++)
      outputs.push(a[low] === FALSE ? at(b, low) : at(a, low));
    const rest = this.#chain({ left: a.slice(low, long), right: b.slice(low, long), carryIn, low }, key);
    return extend([...outputs, ...rest], width, false);
  }

  #chain({ left, right, carryIn, low }: Pick<Sum, "left" | "right" | "carryIn" | "low">, key: number): Word {
    if (left.length <= this.#family.shortSum) return this.#ripple(left, right, carryIn);
    return this.#once(`+${left.join()}|${right.join()}|${String(carryIn)}`, () => {
      const outputs = leafWord(this.#logic, left.length);
      this.#parts.push({ kind: "sum", key, low, outputs, left, right, carryIn });
      return outputs;
    });
  }

  #ripple(left: Word, right: Word, carryIn: Literal): Word {
    const logic = this.#logic;
    let carry = carryIn;
    return left.map((a, index) => {
      const b = at(right, index);
      const half = logic.xor(a, b);
      const result = logic.xor(half, carry);
      carry = logic.or(logic.and(a, b), logic.and(half, carry));
      return result;
    });
  }

  // ---- comparisons
  #withoutCommonTop(a: Word, b: Word): readonly [Word, Word] {
    let length = a.length;
    while (length > 1 && a[length - 1] === b[length - 1]) length -= 1;
    return [a.slice(0, length), b.slice(0, length)];
  }

  /** As many pairs of bits in one table as its inputs allow, from the top down, then a chain over the tables (Yosys `cmp2lcu`). */
  #compareInTables(a: Word, b: Word, orEqual: boolean): Literal {
    const logic = this.#logic;
    const [propagate, generate]: [Literal[], Literal[]] = [[], []];
    let [p, g, budget]: [Literal, Literal, number] = [TRUE, FALSE, this.#family.tableInputs];
    for (let bit = a.length - 1; bit >= 0; bit--) {
      const [x, y] = [at(a, bit), at(b, bit)];
      const cost = (isConstant(x) ? 0 : 1) + (isConstant(y) ? 0 : 1);
      if (budget < cost) {
        propagate.unshift(p);
        generate.unshift(g);
        [p, g, budget] = [TRUE, FALSE, this.#family.tableInputs];
      }
      g = logic.or(g, logic.and(p, logic.and(x, invert(y))));
      p = logic.and(p, invert(logic.xor(x, y)));
      budget -= cost;
    }
    propagate.unshift(p);
    generate.unshift(g);
    if (propagate.length <= 2 || !this.#family.comparesInTables)
      return propagate.reduce<Literal>(
        (carry, pass, index) => logic.or(at(generate, index), logic.and(pass, carry)),
        orEqual ? TRUE : FALSE,
      );
    const [output = FALSE] = this.#once(`>${propagate.join()}|${generate.join()}|${String(orEqual)}`, () => {
      const made = logic.leaf();
      this.#parts.push({ kind: "comparison", output: made, propagate, generate });
      return [made];
    });
    return output;
  }

  // ---- products
  #product({ left, right, width, low, isUnsigned: hasNoSigns }: Factors, key: number): Word {
    const rule = this.#family.multiplier;
    const [wide, narrow] = left.length >= right.length ? [left, right] : [right, left];
    if (narrow.length <= 2 && narrow[0] === TRUE && narrow.at(-1) === FALSE) return extend(wide, width, true);
    const bits = narrow.length - (hasNoSigns || haveNoSigns(wide, narrow) ? 1 : 0);
    const isHard = rule !== undefined && bits >= LEAST_OPERAND && width >= rule.leastResult;
    if (!isHard) return this.#block("soft-product", { left: wide, right: narrow, width, low }, key);
    if (wide.length > rule.left) return this.#split(rule, { long: wide, other: narrow, width }, "left");
    if (narrow.length > rule.right) return this.#split(rule, { long: narrow, other: wide, width }, "right");
    return this.#block("product", { left: wide, right: narrow, width, low }, key);
  }

  #block(
    kind: "product" | "soft-product",
    { left, right, width, low }: Omit<Factors, "isUnsigned">,
    key: number,
  ): Word {
    return this.#once(`${kind}${left.join()}|${right.join()}|${String(width)}`, () => {
      const outputs = leafWord(this.#logic, width);
      this.#parts.push({ kind, key, low, outputs, left, right });
      return outputs;
    });
  }

  /** Pieces of the operand that is too wide, their products added one after the other. */
  #split(
    rule: MultiplierRule,
    { long, other, width }: { readonly long: Word; readonly other: Word; readonly width: number },
    side: "left" | "right",
  ): Word {
    const head = rule.signedOnly ? 1 : 0;
    const step = rule.piece - head;
    const count = Math.floor((long.length - rule[side] + step - 1) / step);
    let sum: Word = [];
    for (let index = 0; index <= count; index++) {
      const isLast = index === count;
      const piece = isLast
        ? long.slice(index * step)
        : [...long.slice(index * step, (index + 1) * step), ...(head === 1 ? [FALSE] : [])];
      const bits = Math.min(width, piece.length + other.length);
      const factors = { left: piece, right: other, width: bits, low: 0, isUnsigned: false };
      const part = this.#product(factors, this.#keys++);
      const shifted = extend([...constantWord(0n, index * step), ...extend(part, width, true)], width, false);
      sum = index === 0 ? shifted : this.add(shifted, sum);
    }
    return sum;
  }

  #once(key: string, make: () => Word): Word {
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#made.set(key, made);
    return made;
  }
}

/** Whether both are positive, whatever their bits. */
function haveNoSigns(a: Word, b: Word): boolean {
  return a.at(-1) === FALSE && b.at(-1) === FALSE;
}

/** A number's bits as a signed number: an unsigned one keeps a zero on top. */
function asSigned(word: Word): Word {
  const { bits, isSigned } = narrowed(word);
  return isSigned || bits.length === word.length ? bits : [...bits, FALSE];
}

function unsignedBits(word: Word): number {
  const { bits, isSigned } = narrowed(word);
  return isSigned ? word.length : bits.length;
}

function variables(word: Word): number {
  return word.filter((bit) => !isConstant(bit)).length;
}

/** Zeros at the bottom: a factor that is a power of two. */
function lowZeros(word: Word): number {
  const first = word.findIndex((bit) => bit !== FALSE);
  return first < 0 ? word.length : first;
}
