import {
  at,
  CompilerBug,
  type ElementType,
  f32,
  indexType,
  type LoopBuilder,
  type ScalarType,
  type Type,
  type Value,
} from "../../ir/index.ts";

/** A loop bound: a number, or a command field with its maximum; `ii`: an iteration need not begin more often than that. */
export type Bound = number | { readonly to: Value; readonly max: number; readonly ii?: number };

/** A perfect nest, outermost loop first; `body` gets the counters by name. */
export function nest<const K extends string>(
  b: LoopBuilder,
  loops: Readonly<Record<K, Bound>>,
  body: (counters: Readonly<Record<K, Value>>) => void,
): void {
  const entries = Object.entries<Bound>(loops);
  const counters: Record<string, Value> = {};
  const open = (depth: number): void => {
    const entry = entries[depth];
    if (entry === undefined) {
      body(counters as Record<K, Value>); // one for each key of `loops`
      return;
    }
    const [name, bound] = entry;
    const options =
      typeof bound === "number"
        ? { to: bound }
        : { to: bound.to, maxTrip: bound.max, ...(bound.ii === undefined ? {} : { ii: bound.ii }) };
    b.loop(name, options, (counter) => {
      counters[name] = counter;
      open(depth + 1);
    });
  };
  open(0);
}

/** Conjunction. */
export function all(b: LoopBuilder, first: Value, ...others: readonly Value[]): Value {
  return others.reduce((partial, value) => b.andi(partial, value), first);
}

/** Negation of a bit. */
export function not(b: LoopBuilder, bit: Value): Value {
  return b.xori(bit, b.int(1, 1));
}

/** Whether all counters are 0. */
export function isFirst(b: LoopBuilder, counter: Value, ...others: readonly Value[]): Value {
  return all(b, b.equals(counter, 0), ...others.map((other) => b.equals(other, 0)));
}

/** Whether a counter is in its last iteration. */
export function isLast(b: LoopBuilder, counter: Value, bound: Bound): Value {
  if (typeof bound === "number") return b.equals(counter, bound - 1);
  return b.cmpi("eq", b.addi(counter, b.index(1)), asIndex(b, bound.to));
}

/** A field as an index. */
export function asIndex(b: LoopBuilder, value: Value): Value {
  return value.type.kind === "index" ? value : b.indexCast(value, indexType);
}

/** An index times a factor plus another one, as an index value. */
export function position(b: LoopBuilder, counter: Value, factor: number, lane: Value): Value {
  return b.addi(b.muli(counter, b.index(factor)), lane);
}

/** `index < limit`. */
export function isBelow(b: LoopBuilder, index: Value, limit: number | Value): Value {
  return b.cmpi("slt", index, typeof limit === "number" ? b.index(limit) : asIndex(b, limit));
}

/** A scalar that iterations hand on. */
export function register(b: LoopBuilder, name: string, type: ElementType): Value {
  return b.array(name, [], type, { storage: "reg" });
}

/** What `fresh` gives in iterations where `isNew`, and what it gave last in the others. */
export function hold(b: LoopBuilder, cell: Value, isNew: Value, fresh: () => Value): Value {
  if (cell.type.kind !== "memref") return cell;
  const [value] = b.choose(
    isNew,
    [cell.type.element],
    () => [fresh()],
    () => [b.load(cell)],
  );
  if (value === undefined) return cell;
  b.store(value, cell);
  return value;
}

/** A lane's value: what `fresh` gives in iterations where `isNew`, kept in `cells` for the lane's others. */
export function holdLane(
  b: LoopBuilder,
  { cells, lane, isNew }: Readonly<Record<"cells" | "lane" | "isNew", Value>>,
  fresh: () => Value,
): Value {
  if (cells.type.kind !== "memref") throw new CompilerBug("lanes are kept in an array");
  const values = b.choose(
    isNew,
    [cells.type.element],
    () => {
      const made = fresh();
      b.store(made, cells, lane);
      return [made];
    },
    () => [b.load(cells, lane)],
  );
  return at(values, 0);
}

/** Lanes of a vector handed out one after the other: a shift register that is loaded where `isNew`. */
export class LaneShifter {
  readonly #cells: readonly Value[];
  readonly #type: ScalarType;

  constructor(b: LoopBuilder, name: string, lanes: number, type: ScalarType) {
    this.#type = type;
    this.#cells = Array.from({ length: lanes - 1 }, (_, lane) => register(b, `${name}${String(lane)}`, type));
  }

  /** The lane of this iteration; `fresh` gives all lanes. */
  next(b: LoopBuilder, isNew: Value, fresh: () => readonly Value[]): Value {
    const types: readonly Type[] = [this.#type, ...this.#cells.map(() => this.#type)];
    const zero = (): Value => (this.#type.kind === "float" ? b.float(0) : b.constant(0, this.#type));
    const lanes = b.choose(isNew, types, fresh, () => [...this.#cells.map((cell) => b.load(cell)), zero()]);
    this.#cells.forEach((cell, index) => {
      const value = lanes[index + 1];
      if (value !== undefined) b.store(value, cell);
    });
    const [first] = lanes;
    return first ?? zero();
  }
}

/** A signed integer in another width that holds it. */
export function signedTo(b: LoopBuilder, value: Value, width: number): Value {
  if (value.type.kind !== "int" || value.type.width === width) return value;
  return value.type.width < width ? b.extsi(value, width) : b.trunci(value, width);
}

/** The float32 that a bfloat16 word is: its upper half. */
export function fromBf16(b: LoopBuilder, word: Value): Value {
  return b.bitcast(b.shli(b.extui(word, 32), b.int(16)), f32);
}

/** The float32 of two halves. */
export function joinHalves(b: LoopBuilder, low: Value, high: Value): Value {
  return b.bitcast(b.ori(b.shli(b.extui(high, 32), b.int(16)), b.extui(low, 32)), f32);
}

/** The connection of a name that is not known here, where the kernel has it. */
export function givenPort(
  port: Readonly<Record<string, Value | undefined>>,
  name: string,
): Value | undefined {
  return port[name];
}
