import { randomSource } from "../model/random-source.ts";

/** A counter in scope and its largest value. */
interface Scoped {
  readonly name: string;
  readonly max: number;
}

/** What random programs are made of. */
interface ProgramShape {
  /** Loops in each other at most. */
  readonly depth?: number;
  /** One loop or the statements in each body: nests are perfect. */
  readonly perfect?: boolean;
  /** No `scf.if`. */
  readonly unguarded?: boolean;
  /** Nests at most. */
  readonly nests?: number;
  /** Iterations of a loop that no other one bounds, at most. */
  readonly trips?: number;
}

/** MLIR text of a random function of affine loops: triangular and strided bounds, stencils, reductions, scalars, guards. */
export function randomProgram(seed: number, shape: ProgramShape = {}): string {
  return new ProgramText(randomSource(seed), shape).text();
}

class ProgramText {
  readonly #below: (bound: number) => number;
  readonly #shape: Required<ProgramShape>;
  /** What no counter exceeds. */
  readonly #largest: number;
  /** Cells of a dimension: enough for a counter twice and one, and for a sum or a difference of two. */
  readonly #size: number;
  readonly #lines: string[] = [];
  #names = 0;

  constructor(below: (bound: number) => number, shape: ProgramShape) {
    this.#below = below;
    this.#shape = { depth: 3, perfect: false, unguarded: false, nests: 3, trips: 4, ...shape };
    this.#largest = this.#shape.trips + (this.#shape.depth - 1) * (this.#shape.trips - 1);
    this.#size = 2 * this.#largest + 2;
  }

  text(): string {
    const [m, v] = [this.#type(2), this.#type(1)];
    this.#line(`func.func @f(%A: ${m}, %B: ${m}, %X: ${v}, %Y: ${v}, %alpha: f32) {`);
    this.#line("%c0 = arith.constant 0.0 : f32", "%c1 = arith.constant 1.5 : f32");
    this.#line("%s = memref.alloc() : memref<f32>", `%T = memref.alloc() : ${v}`);
    const nests = 1 + this.#below(this.#shape.nests);
    for (let nest = 0; nest < nests; nest++) this.#loop([], ["%alpha", "%c0", "%c1"]);
    this.#line("return", "}");
    return this.#lines.join("\n");
  }

  #line(...lines: readonly string[]): void {
    this.#lines.push(...lines);
  }

  #type(rank: number): string {
    return `memref<${`${String(this.#size)}x`.repeat(rank)}f32>`;
  }

  #fresh(): string {
    return `%v${String(this.#names++)}`;
  }

  #pick<T>(list: readonly T[]): T {
    const found = list[this.#below(list.length)];
    if (found === undefined) throw new Error("an empty choice");
    return found;
  }

  #block(counters: readonly Scoped[], values: readonly string[]): void {
    const { depth, perfect, unguarded } = this.#shape;
    const mayNest = counters.length < depth;
    if (perfect && mayNest && this.#below(3) > 0) {
      this.#loop(counters, values);
      return;
    }
    const visible = [...values];
    const items = 1 + this.#below(3);
    for (let item = 0; item < items; item++) {
      const kind = this.#below(8);
      if (!perfect && mayNest && kind < 4) this.#loop(counters, visible);
      else if (kind === 4 && !unguarded) this.#guarded(counters, visible);
      else visible.push(this.#statement(counters, visible));
    }
  }

  #loop(counters: readonly Scoped[], values: readonly string[]): void {
    const counter = `%i${String(this.#names++)}`;
    const outer = counters.length > 0 && this.#below(3) === 0 ? this.#pick(counters) : undefined;
    const size = 1 + this.#below(this.#shape.trips);
    let [bounds, max] = [`${String(this.#below(2))} to ${String(1 + size)}`, size];
    if (outer !== undefined && this.#below(2) === 0) {
      bounds = `0 to affine_map<(d0) -> (d0 + ${String(this.#below(2))})>(${outer.name})`;
      max = outer.max;
    } else if (outer !== undefined) {
      bounds = `affine_map<(d0) -> (d0)>(${outer.name}) to ${String(outer.max + size)}`;
      max = outer.max + size - 1;
    }
    const step = this.#below(5) === 0 ? " step 2" : "";
    this.#line(`affine.for ${counter} = ${bounds}${step} {`);
    this.#block([...counters, { name: counter, max }], values);
    this.#line("}");
  }

  #subscript(counters: readonly Scoped[]): string {
    if (counters.length === 0 || this.#below(8) === 0) return String(this.#below(4));
    const one = this.#pick(counters);
    const form = this.#below(8);
    if (form < 5) return `${one.name} + ${String(this.#below(3))}`;
    const other = this.#pick(counters);
    if (form === 5) return `${one.name} + ${other.name}`;
    return form === 6 ? `${one.name} - ${other.name} + ${String(this.#largest)}` : `2 * ${one.name} + 1`;
  }

  #cell(counters: readonly Scoped[]): string {
    const kind = this.#below(8);
    if (kind === 0) return "%s[] : memref<f32>";
    if (kind < 4) return `${this.#pick(["%X", "%Y", "%T"])}[${this.#subscript(counters)}] : ${this.#type(1)}`;
    const pair = `${this.#subscript(counters)}, ${this.#subscript(counters)}`;
    return `${this.#pick(["%A", "%B"])}[${pair}] : ${this.#type(2)}`;
  }

  #operand(counters: readonly Scoped[], values: readonly string[]): string {
    if (this.#below(3) === 0) return this.#pick(values);
    const name = this.#fresh();
    this.#line(`${name} = affine.load ${this.#cell(counters)}`);
    return name;
  }

  /** A store of an expression, every third time a reduction; returns the value that was stored. */
  #statement(counters: readonly Scoped[], values: readonly string[]): string {
    const target = this.#cell(counters);
    let value = this.#operand(counters, values);
    const operations = this.#below(3);
    for (let index = 0; index < operations; index++) {
      const other = this.#operand(counters, values);
      const result = this.#fresh();
      this.#line(`${result} = arith.${this.#pick(["addf", "subf", "mulf"])} ${value}, ${other} : f32`);
      value = result;
    }
    if (this.#below(3) === 0) {
      const [old, sum] = [this.#fresh(), this.#fresh()];
      this.#line(`${old} = affine.load ${target}`, `${sum} = arith.addf ${old}, ${value} : f32`);
      value = sum;
    }
    this.#line(`affine.store ${value}, ${target}`);
    return value;
  }

  #guarded(counters: readonly Scoped[], values: readonly string[]): void {
    const condition = this.#fresh();
    if (this.#below(2) === 0 && counters.length > 0) {
      const bound = this.#fresh();
      this.#line(`${bound} = arith.constant ${String(this.#below(4))} : index`);
      const predicate = this.#pick(["eq", "slt", "sge", "ne"]);
      this.#line(`${condition} = arith.cmpi ${predicate}, ${this.#pick(counters).name}, ${bound} : index`);
    } else {
      const [a, b] = [this.#operand(counters, values), this.#operand(counters, values)];
      this.#line(`${condition} = arith.cmpf olt, ${a}, ${b} : f32`);
    }
    this.#line(`scf.if ${condition} {`);
    this.#statement(counters, values);
    if (this.#below(2) === 0) this.#statement(counters, values);
    if (this.#below(2) === 0) {
      this.#line("} else {");
      this.#statement(counters, values);
    }
    this.#line("}");
  }
}
