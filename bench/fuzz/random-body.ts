import {
  affineSum,
  type ElementType,
  type IntType,
  intType,
  type LoopBuilder,
  type Subscript,
  type Value,
} from "../../ir/index.ts";
import type { Choices } from "./choices.ts";
import { randomElement, randomScalar, ValuePool } from "./random-values.ts";

/** A loop of a nest as it is generated; a symbolic one counts from 0 in steps of 1. */
export interface RandomLoop {
  readonly from: number;
  readonly step: number;
  /** The most trips that happen. */
  readonly trips: number;
  /** Place among the command's fields, where it is symbolic. */
  readonly field: number | undefined;
}

/** How often a stream is used: once in each iteration of the loops that all kernels have, in each iteration of all, or by any guard. */
export type Rate = "common" | "every" | "any";

/** One use of a stream by a kernel. */
export interface RandomUse {
  readonly port: Value;
  readonly rate: Rate;
}

/** What a body is made from. */
export interface BodyParts {
  readonly c: Choices;
  readonly b: LoopBuilder;
  readonly common: readonly RandomLoop[];
  readonly own: readonly RandomLoop[];
  readonly fields: readonly Value[];
  readonly reads: readonly RandomUse[];
  readonly writes: readonly RandomUse[];
  /** Shared arrays of one dimension: what is done to them. */
  readonly shared: readonly {
    readonly memref: Value;
    readonly size: number;
    readonly access: "load" | "store";
  }[];
}

interface Pattern {
  readonly terms: readonly (readonly [number, number])[];
  readonly offset: number;
  readonly size: number;
}

interface RandomArray {
  readonly memref: Value;
  readonly element: ElementType;
  /** Subscripts that stay inside, by dimension. */
  readonly patterns: readonly (readonly Pattern[])[];
  readonly sizes: readonly number[];
}

/** Writes the nest of one kernel. */
export function randomBody(parts: BodyParts): void {
  new BodyWriter(parts).write();
}

class BodyWriter {
  readonly #parts: BodyParts;
  readonly #c: Choices;
  readonly #b: LoopBuilder;
  readonly #loops: readonly RandomLoop[];
  readonly #unroll: number;
  readonly #arrays: readonly RandomArray[];
  readonly #holds: readonly (Value | undefined)[];
  readonly #accumulators: readonly { readonly memref: Value; readonly element: ElementType }[];
  #counters: readonly Value[] = [];

  constructor(parts: BodyParts) {
    this.#parts = parts;
    const { c, b } = parts;
    [this.#c, this.#b] = [c, b];
    this.#loops = [...parts.common, ...parts.own];
    this.#unroll = c.chance(30) ? c.between(2, 4) : 0;
    this.#arrays = Array.from({ length: c.below(4) }, (_, index) => this.#array(`a${String(index)}`));
    this.#accumulators = Array.from({ length: c.below(3) }, (_, index) => {
      const element = randomScalar(c);
      return { element, memref: b.array(`acc${String(index)}`, [], element) };
    });
    this.#holds = parts.reads.map(({ port, rate }, index) => {
      const type = elementType(port);
      return rate === "every" || type === undefined ? undefined : b.array(`hold${String(index)}`, [], type);
    });
  }

  write(): void {
    this.#nest(0, []);
  }

  #nest(level: number, counters: readonly Value[]): void {
    const loop = this.#loops[level];
    if (loop === undefined) {
      this.#counters = counters;
      this.#iteration();
      return;
    }
    const name = `i${String(level)}`;
    const field = loop.field === undefined ? undefined : this.#parts.fields[loop.field];
    const options =
      field === undefined
        ? {
            from: loop.from,
            to: loop.from + loop.step * (loop.trips - 1) + this.#c.between(1, loop.step),
            step: loop.step,
          }
        : { to: field, maxTrip: loop.trips };
    this.#b.loop(name, options, (counter) => {
      this.#nest(level + 1, [...counters, counter]);
    });
  }

  // ---- arrays
  #array(name: string): RandomArray {
    const c = this.#c;
    const element = randomElement(c);
    const patterns = Array.from({ length: c.chance(30) ? 2 : 1 }, () => this.#patterns());
    const sizes = patterns.map((list) =>
      Math.max(...list.map((pattern) => pattern.size), c.chance(30) ? 8 : 1),
    );
    const storage = c.pick([undefined, undefined, "lut", "block", "block", "reg"] as const);
    const small = sizes.reduce((x, y) => x * y, 1) <= 24;
    return {
      element,
      patterns,
      sizes,
      memref: this.#b.array(
        name,
        sizes,
        element,
        storage === undefined || (storage === "reg" && !small) ? {} : { storage },
      ),
    };
  }

  /** A subscript and some that stand beside it. */
  #patterns(): readonly Pattern[] {
    const c = this.#c;
    const base = this.#pattern();
    return Array.from({ length: c.between(1, 3) }, (_, index) => {
      if (index === 0) return base;
      const shift = c.below(3);
      return c.chance(70)
        ? { ...base, offset: base.offset + shift, size: base.size + shift }
        : this.#pattern();
    });
  }

  #pattern(): Pattern {
    const c = this.#c;
    const spaces = [
      ...this.#loops,
      ...(this.#unroll > 0 ? [{ from: 0, step: 1, trips: this.#unroll, field: undefined }] : []),
    ];
    const terms: (readonly [number, number])[] = [];
    spaces.forEach((_, index) => {
      if (c.chance(45)) terms.push([index, c.pick([1, 1, 1, 2, 3, -1])]);
    });
    for (;;) {
      const [low, high] = rangeOf(spaces, terms);
      if (high - low < 40) {
        const slack = c.chance(70) ? 0 : c.below(3);
        return { terms, offset: slack - low, size: high - low + slack + 1 };
      }
      terms.pop();
    }
  }

  #subscripts(array: RandomArray, unrolled: Value | undefined, pool: ValuePool): readonly Subscript[] {
    const c = this.#c;
    const places = [...this.#counters, unrolled];
    return array.patterns.map((list, dim) => {
      const size = array.sizes[dim] ?? 1;
      if (c.chance(10)) return pool.index(2 ** Math.floor(Math.log2(size)));
      const { terms, offset } = c.pick(list);
      const used = terms.flatMap(([loop, factor]): (readonly [Value, number])[] => {
        const place = places[loop];
        return place === undefined ? [] : [[place, factor]];
      });
      // Without the unrolled counter the subscript moves to that counter's value 0, which is inside.
      const first = used[0];
      if (used.length === 1 && offset === 0 && first?.[1] === 1) return first[0];
      return used.length === 0 ? offset : affineSum(used, offset);
    });
  }

  // ---- one iteration
  #iteration(): void {
    const [c, b] = [this.#c, this.#b];
    const pool = new ValuePool(c, b);
    for (const field of this.#parts.fields) pool.add(field);
    for (const counter of this.#counters) if (c.chance(40)) pool.add(b.indexCast(counter, intTypeOf(c)));
    this.#parts.reads.forEach((use, index) => {
      this.#read(use, this.#holds[index], pool);
    });
    this.#loadShared(pool);
    const steps = c.between(2, 8);
    for (let k = 0; k < steps; k++) this.#step(pool, undefined);
    if (this.#unroll > 0)
      b.loop("u", { to: this.#unroll, unroll: this.#unroll }, (unrolled) => {
        const inner = pool.copy();
        for (let k = c.between(1, 4); k > 0; k--) this.#step(inner, unrolled);
      });
    for (const { memref, element } of this.#accumulators) this.#accumulate(memref, element, pool);
    this.#storeShared(pool);
    for (const use of this.#parts.writes) this.#write(use, pool);
  }

  #loadShared(pool: ValuePool): void {
    for (const { memref, size, access } of this.#parts.shared)
      if (access === "load") pool.add(this.#b.load(memref, this.#sharedSubscript(size, pool)));
  }

  #storeShared(pool: ValuePool): void {
    for (const { memref, size, access } of this.#parts.shared)
      if (access === "store" && memref.type.kind === "memref")
        this.#b.store(pool.any(memref.type.element), memref, this.#sharedSubscript(size, pool));
  }

  #sharedSubscript(size: number, pool: ValuePool): Subscript {
    const counter = this.#counters.at(-1);
    const loop = this.#loops.at(-1);
    if (
      counter !== undefined &&
      loop !== undefined &&
      this.#c.chance(70) &&
      loop.from + loop.step * (loop.trips - 1) < size
    )
      return counter;
    return pool.index(size);
  }

  #step(pool: ValuePool, unrolled: Value | undefined): void {
    const c = this.#c;
    const array = this.#arrays.length === 0 ? undefined : c.pick(this.#arrays);
    const kind = c.below(10);
    if (array === undefined || kind < 4) pool.grow();
    else if (kind < 7) pool.add(this.#b.load(array.memref, ...this.#subscripts(array, unrolled, pool)));
    else if (kind === 7)
      this.#b.when(pool.condition(), () => {
        this.#store(array, unrolled, pool.copy());
      });
    else if (kind === 8 && c.chance(40)) this.#choose(pool);
    else this.#store(array, unrolled, pool);
  }

  #store(array: RandomArray, unrolled: Value | undefined, pool: ValuePool): void {
    const subscripts = this.#subscripts(array, unrolled, pool);
    this.#b.store(pool.any(array.element), array.memref, ...subscripts);
  }

  #choose(pool: ValuePool): void {
    const element = randomScalar(this.#c);
    const side = (): readonly Value[] => {
      const inner = pool.copy();
      inner.grow();
      return [inner.any(element)];
    };
    for (const value of this.#b.choose(pool.condition(), [element], side, side)) pool.add(value);
  }

  #accumulate(memref: Value, element: ElementType, pool: ValuePool): void {
    const [c, b] = [this.#c, this.#b];
    const old = b.load(memref);
    const start = c.chance(50) ? old : b.select(this.#guard(), pool.any(element), old);
    const next = element.kind === "float" ? b.addf(start, pool.float()) : b.addi(start, pool.any(element));
    if (c.chance(25))
      b.when(pool.condition(), () => {
        b.store(next, memref);
      });
    else b.store(next, memref);
    pool.add(c.chance(50) ? next : b.load(memref));
  }

  // ---- streams
  #read({ port, rate }: RandomUse, hold: Value | undefined, pool: ValuePool): void {
    const b = this.#b;
    const guard = this.#guardOf(rate);
    if (guard === undefined) {
      for (const value of b.readFields(port)) pool.add(value);
      return;
    }
    b.when(guard, () => {
      const [value] = b.readFields(port);
      if (value !== undefined && hold !== undefined) b.store(value, hold);
    });
    if (hold !== undefined) pool.add(b.load(hold));
  }

  #write({ port, rate }: RandomUse, pool: ValuePool): void {
    const guard = this.#guardOf(rate);
    if (port.type.kind !== "stream") return;
    const { element } = port.type;
    const types = element.kind === "bundle" ? element.fields : element.kind === "token" ? [] : [element];
    const put = (): void => {
      this.#b.write(port, ...types.map((type) => pool.any(type)));
    };
    if (guard === undefined) put();
    else this.#b.when(guard, put);
  }

  #guardOf(rate: Rate): Value | undefined {
    if (rate === "every") return undefined;
    if (rate === "any") return this.#guard();
    const bits = this.#parts.own.map((loop, index) => {
      const counter = this.#counters[this.#parts.common.length + index];
      const position = loop.field === undefined ? this.#c.below(loop.trips) : 0;
      return counter === undefined
        ? this.#b.int(1, 1)
        : this.#b.equals(counter, loop.from + loop.step * position);
    });
    return bits.length === 0 ? undefined : bits.reduce((x, y) => this.#b.andi(x, y));
  }

  /** A bit of counters and command fields alone. */
  #guard(): Value {
    const [c, b] = [this.#c, this.#b];
    const one = (): Value => {
      const field = this.#parts.fields.find((value) => value.type.kind === "int");
      if (field !== undefined && c.chance(20))
        return b.cmpi(
          c.pick(["slt", "sge", "ne", "ugt"] as const),
          field,
          b.constant(c.between(-2, 4), field.type),
        );
      const level = c.below(this.#counters.length);
      const [counter, loop] = [this.#counters[level], this.#loops[level]];
      if (counter === undefined || loop === undefined) return b.int(1, 1);
      const value = loop.from + loop.step * c.below(loop.trips);
      const left = c.chance(20) ? b.addi(counter, c.pick(this.#counters)) : counter;
      return b.cmpi(
        c.pick(["eq", "ne", "slt", "sle", "sgt", "sge", "ult", "uge"] as const),
        left,
        b.index(value),
      );
    };
    const first = one();
    if (c.chance(60)) return first;
    return c.pick([
      (x: Value, y: Value) => b.andi(x, y),
      (x: Value, y: Value) => b.ori(x, y),
      (x: Value, y: Value) => b.xori(x, y),
    ])(first, one());
  }
}

function intTypeOf(c: Choices): IntType {
  return intType(c.pick([4, 8, 16, 32]));
}

function elementType(port: Value): ElementType | undefined {
  if (port.type.kind !== "stream") return undefined;
  const { element } = port.type;
  return element.kind === "bundle" ? element.fields[0] : element.kind === "token" ? undefined : element;
}

function rangeOf(
  spaces: readonly { readonly from: number; readonly step: number; readonly trips: number }[],
  terms: readonly (readonly [number, number])[],
): readonly [number, number] {
  let [low, high] = [0, 0];
  for (const [index, factor] of terms) {
    const space = spaces[index];
    if (space === undefined) continue;
    const [first, last] = [factor * space.from, factor * (space.from + space.step * (space.trips - 1))];
    low += Math.min(first, last);
    high += Math.max(first, last);
  }
  return [low, high];
}
