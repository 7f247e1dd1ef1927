import {
  type ElementType,
  f32,
  indexType,
  intType,
  type LoopBuilder,
  type Value,
  vectorType,
} from "../../ir/index.ts";
import type { Choices } from "./choices.ts";

/** Widths that integers are made of. */
const WIDTHS = [2, 3, 5, 7, 8, 11, 13, 16, 17, 24, 31, 32, 33, 40];

/** A random scalar type. */
export function randomScalar(c: Choices): ElementType {
  return c.chance(30) ? f32 : intType(c.pick(WIDTHS));
}

/** A random element type: a scalar or a short vector. */
export function randomElement(c: Choices): ElementType {
  if (!c.chance(15)) return randomScalar(c);
  return c.chance(30)
    ? vectorType(c.between(2, 3), f32)
    : vectorType(c.between(2, 4), intType(c.pick([4, 8, 12])));
}

/** The values that operations of an iteration may use. */
export class ValuePool {
  readonly #c: Choices;
  readonly #b: LoopBuilder;
  readonly #ints: { readonly value: Value; readonly width: number }[] = [];
  readonly #floats: Value[] = [];

  constructor(c: Choices, b: LoopBuilder) {
    this.#c = c;
    this.#b = b;
    this.add(b.int(c.between(-4, 3), 8));
    this.add(b.float(c.between(-6, 6) / 2));
  }

  /** Makes a value of any element type available, lanes one by one. */
  add(value: Value): void {
    const { type } = value;
    if (type.kind === "float") this.#floats.push(value);
    else if (type.kind === "int" && type.width > 1) this.#ints.push({ value, width: type.width });
    else if (type.kind === "vector") for (const lane of this.#b.lanes(value)) this.add(lane);
  }

  /** A pool with the same values, for a block whose own values end with it. */
  copy(): ValuePool {
    const made = new ValuePool(this.#c, this.#b);
    made.#ints.push(...this.#ints);
    made.#floats.push(...this.#floats);
    return made;
  }

  /** Any value of a type. */
  any(type: ElementType): Value {
    if (type.kind === "float") return this.float();
    if (type.kind === "vector")
      return this.#b.vector(
        Array.from({ length: type.lanes }, () => this.any(type.element)),
        type.element,
      );
    return this.int(type.kind === "int" ? type.width : 32);
  }

  float(): Value {
    if (this.#c.chance(70)) return this.#recent(this.#floats);
    return this.#c.chance(50)
      ? this.#b.toFloat(this.int(this.#c.pick([5, 8, 13, 16, 24, 32])))
      : this.#b.float(this.#c.between(-20, 20) / 4);
  }

  /** Any integer, brought to `width`. */
  int(width: number): Value {
    const chosen = this.#recent(this.#ints);
    const from = chosen.width;
    if (from === width) return chosen.value;
    if (from > width) return this.#b.trunci(chosen.value, width);
    return this.#c.chance(50) ? this.#b.extsi(chosen.value, width) : this.#b.extui(chosen.value, width);
  }

  /** A bit that depends on data. */
  condition(): Value {
    const [c, b] = [this.#c, this.#b];
    if (c.chance(25))
      return b.cmpf(c.pick(["oeq", "ogt", "oge", "olt", "ole"] as const), this.float(), this.float());
    const width = c.pick(WIDTHS);
    return b.cmpi(
      c.pick(["eq", "ne", "slt", "sle", "sgt", "sge", "ult", "ule", "ugt", "uge"] as const),
      this.int(width),
      this.int(width),
    );
  }

  /** An index below `size`, a power of two. */
  index(size: number): Value {
    const width = 8;
    return this.#b.indexCast(this.#b.andi(this.int(width), this.#b.int(size - 1, width)), indexType);
  }

  /** Appends the result of a random operation. */
  grow(): void {
    this.add(this.#c.chance(75) ? this.#intOperation() : this.#floatOperation());
  }

  #recent<T>(list: readonly T[]): T {
    const { length } = list;
    return this.#c.chance(60) ? this.#c.pick(list.slice(Math.max(0, length - 3))) : this.#c.pick(list);
  }

  #intOperation(): Value {
    const [c, b] = [this.#c, this.#b];
    const width = c.pick(WIDTHS);
    const [x, y] = [
      this.int(width),
      c.chance(20) ? b.int(BigInt.asIntN(width, c.wide(width)), width) : this.int(width),
    ];
    const amount = (): Value =>
      c.chance(60) || width < 8 ? b.int(c.below(width), width) : b.andi(y, b.int(3, width));
    switch (c.below(14)) {
      case 0:
      case 1:
      case 2:
        return b.addi(x, y);
      case 3:
        return b.subi(x, y);
      case 4:
        return b.muli(x, y);
      case 5:
        return b.andi(x, y);
      case 6:
        return b.ori(x, y);
      case 7:
        return b.xori(x, y);
      case 8:
        return b.shli(x, amount());
      case 9:
        return b.shrui(x, amount());
      case 10:
        return b.shrsi(x, amount());
      case 11:
        return c.chance(50) ? b.maxsi(x, y) : b.minsi(x, y);
      case 12:
        return b.toInt(this.float(), c.pick([8, 16, 32]));
      default:
        return b.select(this.condition(), x, y);
    }
  }

  #floatOperation(): Value {
    const [c, b] = [this.#c, this.#b];
    const [x, y] = [this.float(), this.float()];
    switch (c.below(12)) {
      case 0:
      case 1:
      case 2:
        return b.addf(x, y);
      case 3:
      case 4:
        return b.mulf(x, y);
      case 5:
        return b.subf(x, y);
      case 6:
        return b.maxf(x, y);
      case 7:
        return c.chance(50) ? b.negf(x) : b.abs(x);
      case 8:
        return b.scale2(x, this.int(32));
      case 9:
        return c.chance(50) ? b.toFloat(b.exponent(x)) : b.rsqrt(b.abs(x));
      case 10:
        return c.chance(30)
          ? b.exp(x)
          : c.chance(50)
            ? b.recip(x)
            : b.bitcast(b.bitcast(x, intType(32)), f32);
      default:
        return b.select(this.condition(), x, y);
    }
  }
}
