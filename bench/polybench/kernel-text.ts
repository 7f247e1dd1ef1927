import type { ArrayArgument } from "./kernel.ts";

/** Whether sums keep the program's order. */
export const ROUNDINGS = ["strict", "reassoc"] as const;
export type Rounding = (typeof ROUNDINGS)[number];

/** A scalar of the function: its name in the text. */
export type Scalar = string;

type Memory = Pick<ArrayArgument, "name" | "shape">;

/** Writes a function of affine loops as a user would: one method per operation. */
export class KernelText {
  readonly #flag: string;
  readonly #arrays: readonly ArrayArgument[];
  readonly #locals: Memory[] = [];
  readonly #lines: string[] = [];
  #indent = "  ";
  #values = 0;

  constructor(rounding: Rounding, arrays: readonly ArrayArgument[]) {
    this.#flag = rounding === "reassoc" ? " fastmath<reassoc>" : "";
    this.#arrays = arrays;
  }

  /** A named constant. */
  constant(name: string, value: number): Scalar {
    const text = Number.isInteger(value) ? value.toFixed(1) : String(value);
    this.#line(`%${name} = arith.constant ${text} : f32`);
    return `%${name}`;
  }

  /** `for (counter = from; counter < to; counter++)`; a bound is a number or an expression of one outer counter. */
  loop(counter: string, from: number | string, to: number | string, body: () => void): void {
    this.#line(`affine.for %${counter} = ${bound(from)} to ${bound(to)} {`);
    const outer = this.#indent;
    this.#indent = `${outer}  `;
    body();
    this.#indent = outer;
    this.#line("}");
  }

  /** A scalar variable: an array without dimensions. */
  variable(name: string): void {
    this.array(name);
  }

  /** An array of the function's own. */
  array(name: string, ...shape: readonly number[]): void {
    this.#locals.push({ name, shape });
    this.#line(`%${name} = memref.alloc() : ${typeOf({ name, shape })}`);
  }

  /** The cell at these subscripts, `"i"` or `"i + 1"`. */
  load(name: string, ...subscripts: readonly string[]): Scalar {
    return this.#value(`affine.load ${this.#cell(name, subscripts)}`);
  }

  store(value: Scalar, name: string, ...subscripts: readonly string[]): void {
    this.#line(`affine.store ${value}, ${this.#cell(name, subscripts)}`);
  }

  add(a: Scalar, b: Scalar): Scalar {
    return this.#binary("addf", a, b);
  }
  sub(a: Scalar, b: Scalar): Scalar {
    return this.#binary("subf", a, b);
  }
  mul(a: Scalar, b: Scalar): Scalar {
    return this.#binary("mulf", a, b);
  }
  div(a: Scalar, b: Scalar): Scalar {
    return this.#binary("divf", a, b);
  }
  sqrt(a: Scalar): Scalar {
    return this.#value(`math.sqrt ${a}${this.#flag} : f32`);
  }
  exp(a: Scalar): Scalar {
    return this.#value(`math.exp ${a}${this.#flag} : f32`);
  }
  /** `a <= b ? whenTrue : whenFalse`. */
  selectAtMost(a: Scalar, b: Scalar, whenTrue: Scalar, whenFalse: Scalar): Scalar {
    const condition = this.#value(`arith.cmpf ole, ${a}, ${b} : f32`);
    return this.#value(`arith.select ${condition}, ${whenTrue}, ${whenFalse} : f32`);
  }

  /** The whole function. */
  finish(name: string): string {
    const args = this.#arrays.map((array) => `%${array.name}: ${typeOf(array)}`).join(", ");
    return [`func.func @${name}(${args}) {`, ...this.#lines, "  return", "}", ""].join("\n");
  }

  #binary(mnemonic: string, a: Scalar, b: Scalar): Scalar {
    return this.#value(`arith.${mnemonic} ${a}, ${b}${this.#flag} : f32`);
  }

  #value(text: string): Scalar {
    const name = `%v${String(this.#values++)}`;
    this.#line(`${name} = ${text}`);
    return name;
  }

  #cell(name: string, subscripts: readonly string[]): string {
    const array = [...this.#arrays, ...this.#locals].find((each) => each.name === name);
    if (array === undefined) throw new Error(`there is no array ${name}`);
    return `%${name}[${subscripts.map(expression).join(", ")}] : ${typeOf(array)}`;
  }

  #line(text: string): void {
    this.#lines.push(`${this.#indent}${text}`);
  }
}

function typeOf({ shape }: Memory): string {
  return `memref<${[...shape, "f32"].join("x")}>`;
}

/** `i + 1` with the counter as a value. */
function expression(text: string): string {
  return text.replaceAll(/[a-z]\w*/gu, (name) => `%${name}`);
}

/** A constant, or the map of a counter. */
function bound(text: number | string): string {
  if (typeof text === "number") return String(text);
  const [counter] = /[a-z]\w*/u.exec(text) ?? [];
  if (counter === undefined) throw new Error(`no counter in ${text}`);
  return `affine_map<(d0) -> (${text.replace(counter, "d0")})>(%${counter})`;
}
