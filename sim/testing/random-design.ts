import { at, HwBuilder, ICMP_PREDICATES, type Operation, type Value, widthOf } from "../../ir/index.ts";

/** A seeded source of choices (xorshift32), the same on every machine. */
export class Choices {
  #state: number;

  constructor(seed: number) {
    this.#state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) >>> 0 || 1;
  }

  next(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return this.#state >>> 0;
  }

  below(limit: number): number {
    return this.next() % limit;
  }

  pick<T>(list: readonly T[]): T {
    return at(list, this.below(list.length));
  }

  bits(width: number): bigint {
    const mode = this.below(8);
    if (mode === 0) return 0n;
    if (mode === 1) return (1n << BigInt(width)) - 1n;
    if (mode === 2) return 1n << BigInt(this.below(width));
    let value = 0n;
    for (let i = 0; i < width; i += 32) value = (value << 32n) | BigInt(this.next());
    return BigInt.asUintN(width, value);
  }
}

/** A design made by chance: its modules (top last) and the input ports to drive. */
export interface RandomDesign {
  readonly top: string;
  readonly modules: readonly Operation[];
  readonly inputs: readonly { readonly name: string; readonly width: number }[];
  readonly outputs: readonly { readonly name: string; readonly width: number }[];
}

const WIDTHS = [
  1, 1, 1, 2, 3, 4, 5, 7, 8, 8, 9, 12, 16, 17, 24, 31, 32, 32, 33, 40, 48, 63, 64, 65, 70, 96, 100, 128, 130,
];

/** Grows one module by chance: a pool of values, from which operations are made. */
class Grower {
  readonly b: HwBuilder;
  readonly c: Choices;
  readonly pool: Value[] = [];
  readonly loose: (() => void)[] = [];
  counter = 0;

  constructor(b: HwBuilder, c: Choices) {
    this.b = b;
    this.c = c;
  }

  ofWidth(width: number): Value {
    const same = this.pool.filter((value) => widthOf(value) === width);
    if (same.length > 0 && this.c.below(4) > 0) return this.c.pick(same);
    if (this.c.below(5) === 0) return this.b.constant(this.c.bits(width), width);
    const value = this.c.pick(this.pool);
    return this.c.below(2) === 0 ? this.b.resize(value, width) : this.b.resizeSigned(value, width);
  }

  any(): Value {
    return this.c.pick(this.pool);
  }

  name(kind: string): string {
    this.counter += 1;
    return `${kind}${String(this.c.below(3) === 0 ? "" : this.counter)}`;
  }

  grow(): void {
    const { b, c } = this;
    const kind = c.below(22);
    const width = c.pick(WIDTHS);
    if (kind < 8) this.pool.push(this.#arithmetic(kind, width));
    else if (kind < 11) this.pool.push(b.icmp(c.pick(ICMP_PREDICATES), ...this.#pair(width)));
    else if (kind < 13) this.pool.push(b.mux(this.ofWidth(1), ...this.#pair(width)));
    else if (kind === 13) this.#extract();
    else if (kind === 14)
      this.pool.push(
        b.concat(...Array.from({ length: 1 + c.below(4) }, () => this.ofWidth(1 + c.below(40)))),
      );
    else if (kind === 15) this.pool.push(b.replicate(this.ofWidth(1 + c.below(10)), 1 + c.below(12)));
    else if (kind < 18) this.#register(width);
    else if (kind < 20) this.#feedback(width);
    else this.#memory(c.pick([1, 5, 8, 16, 24, 32, 33, 64, 72, 96]));
  }

  #pair(width: number): [Value, Value] {
    return [this.ofWidth(width), this.ofWidth(width)];
  }

  #arithmetic(kind: number, width: number): Value {
    const { b, c } = this;
    const [x, y] = this.#pair(width);
    const small =
      c.below(2) === 0 && width > 3
        ? b.resize(b.extract(y, 0, Math.min(width, 1 + Math.ceil(Math.log2(width)))), width)
        : y;
    switch (kind) {
      case 0:
        return b.add(x, y);
      case 1:
        return b.sub(x, y);
      case 2:
        return b.mul(x, y);
      case 3:
        return c.pick([() => b.and(x, y), () => b.or(x, y)])();
      case 4:
        return c.pick([() => b.xor(x, y), () => b.not(x)])();
      case 5:
        return b.shl(x, small);
      case 6:
        return b.shru(x, small);
      default:
        return b.shrs(x, small);
    }
  }

  #extract(): void {
    const value = this.any();
    const low = this.c.below(widthOf(value));
    this.pool.push(this.b.extract(value, low, 1 + this.c.below(widthOf(value) - low)));
  }

  #register(width: number): void {
    const { b, c } = this;
    const enable = c.below(2) === 0 ? { enable: this.ofWidth(1) } : {};
    this.pool.push(
      b.register(this.ofWidth(width), { name: this.name("r"), reset: c.bits(width), ...enable }),
    );
  }

  #feedback(width: number): void {
    const { b, c } = this;
    const register = b.feedback(width, { name: this.name("state"), reset: c.bits(width) });
    this.pool.push(register.value);
    this.loose.push(() => {
      const next = this.ofWidth(width);
      if (c.below(2) === 0) register.drive(next, this.ofWidth(1));
      else register.drive(next);
    });
  }

  #memory(width: number): void {
    const { b, c } = this;
    const depth = c.pick([2, 4, 8, 32]);
    const bits = Math.log2(depth);
    const readLatency = c.pick([0, 1, 2] as const);
    const init = Array.from({ length: depth }, () => c.bits(width));
    const memory = b.memory({ name: this.name("mem"), depth, width, readLatency, init });
    const rom = c.below(4) === 0;
    const parts = [1, 2, 4, 8].filter((count) => width % count === 0);
    this.loose.push(() => {
      for (let port = 0; port < (rom ? 0 : 1 + c.below(2)); port += 1) {
        const mask = c.below(2) === 0 ? this.ofWidth(c.pick(parts)) : undefined;
        // before reset values are unknown and must not reach a memory
        b.writePort(memory, this.ofWidth(c.below(4) === 0 ? bits + 2 : bits), {
          enable: b.and(this.ofWidth(1), b.not(b.input("rst"))),
          data: this.ofWidth(width),
          ...(mask === undefined ? {} : { mask }),
        });
      }
    });
    for (let port = 0; port < 1 + c.below(2); port += 1) {
      const enable = readLatency > 0 && c.below(2) === 0 ? this.ofWidth(1) : undefined;
      const read = b.readPort(memory, this.ofWidth(c.below(4) === 0 ? bits + 2 : bits), enable);
      this.pool.push(readLatency === 0 ? read : this.#known(read, enable));
    }
  }

  /** Read registers start unknown: their words count only after the first enabled read since reset. */
  #known(read: Value, enable: Value | undefined): Value {
    const { b } = this;
    const seen = b.feedback(1, { name: this.name("seen"), reset: 0n });
    seen.drive(enable === undefined ? b.constant(1, 1) : b.or(seen.value, enable));
    const twice = b.register(seen.value, { name: this.name("seen"), reset: 0n });
    return b.mux(b.and(seen.value, twice), read, b.constant(0, widthOf(read)));
  }
}

const CLOCKED = [
  { name: "clk", width: "clock" },
  { name: "rst", width: 1 },
] as const;

interface Built {
  readonly module: Operation;
  readonly inputs: RandomDesign["inputs"];
  readonly outputs: RandomDesign["outputs"];
}

function buildModule(name: string, c: Choices, size: number, children: readonly Built[]): Built {
  const inputs = Array.from({ length: 2 + c.below(3) }, (_, index) => ({
    name: `in${String(index)}`,
    width: c.pick(WIDTHS),
  }));
  const b = new HwBuilder(name, [...CLOCKED, ...inputs]);
  const grower = new Grower(b, c);
  grower.pool.push(...inputs.map((input) => b.input(input.name)));
  for (let step = 0; step < size; step += 1) {
    const child = children.length > 0 && c.below(8) === 0 ? c.pick(children) : undefined;
    if (child === undefined) grower.grow();
    else instantiate(grower, child, step);
  }
  for (const close of grower.loose) close();
  const outputs = Array.from({ length: 3 + c.below(4) }, (_, index) => {
    const value = index === 0 ? grower.ofWidth(1) : grower.any();
    const register = c.below(2) === 0 ? b.register(value, { name: `q${String(index)}`, reset: 0n }) : value;
    b.output(`out${String(index)}`, register);
    return { name: `out${String(index)}`, width: widthOf(value) };
  });
  return { module: b.finish(), inputs, outputs };
}

function instantiate(grower: Grower, child: Built, step: number): void {
  const { b } = grower;
  const ports = Object.fromEntries(child.inputs.map((input) => [input.name, grower.ofWidth(input.width)]));
  const outputs = b.instance(child.module, `u${String(step)}`, {
    clk: b.input("clk"),
    rst: b.input("rst"),
    ...ports,
  });
  grower.pool.push(...Object.values(outputs));
}

/** A design from a seed; about `size` operations in each of up to three modules. Its state is known after reset. */
export function randomDesign(seed: number, size: number, name = "top"): RandomDesign {
  const c = new Choices(seed);
  const children: Built[] = [];
  for (let i = 0; i < c.below(3); i += 1)
    children.push(buildModule(`${name}_child${String(i)}`, c, Math.ceil(size / 2), children));
  const top = buildModule(name, c, size, children);
  return {
    top: name,
    modules: [...children.map((child) => child.module), top.module],
    inputs: top.inputs,
    outputs: top.outputs,
  };
}
