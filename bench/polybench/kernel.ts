import { KernelText, type Rounding } from "./kernel-text.ts";
import { Matrix } from "./matrix.ts";

/** The suite's data sets that are used here. */
export const SIZES = ["mini", "small", "medium"] as const;
export type Size = (typeof SIZES)[number];

/** An array argument of a kernel, in the suite's order; `out` is written before it is read. */
export interface ArrayArgument {
  readonly name: string;
  readonly shape: readonly number[];
  readonly role: "in" | "out" | "inout";
  /** The suite's initial value, already rounded to f32; zero where it has none. */
  readonly value?: (i: number, j: number) => number;
}

/** What a kernel of PolyBench/C 4.2 is: sizes, arguments, the program as MLIR text, and the same in TypeScript. */
export interface KernelDefinition<D> {
  /** The suite's name. */
  readonly name: string;
  readonly sizes: Readonly<Record<Size, D>>;
  readonly arrays: (d: D) => readonly ArrayArgument[];
  /** Writes the body of the function. */
  readonly body: (t: KernelText, d: D) => void;
  /** Computes in place: every operation rounded to f32, in the suite's order. */
  readonly reference: (m: (name: string) => Matrix, d: D) => void;
}

/** A kernel at one size. */
export interface KernelInstance {
  readonly arrays: readonly ArrayArgument[];
  /** MLIR: every float operation in IEEE order (`strict`), or with `fastmath<reassoc>`. */
  readonly text: (rounding: Rounding) => string;
  /** The suite's initial values by argument. */
  readonly inputs: () => ReadonlyMap<string, Float32Array>;
  /** What the arguments hold at the end, computed without any of the compiler's code. */
  readonly reference: () => ReadonlyMap<string, Float32Array>;
}

/** A kernel of the suite. */
export interface PolybenchKernel {
  readonly name: string;
  /** The function's name: the suite's with what MLIR's symbols allow. */
  readonly top: string;
  readonly at: (size: Size) => KernelInstance;
  /** Every dimension `n`. */
  readonly square: (n: number) => KernelInstance;
}

/** Makes a kernel of its definition. */
export function defineKernel<D extends Readonly<Record<keyof D, number>>>(
  definition: KernelDefinition<D>,
): PolybenchKernel {
  const top = definition.name.replaceAll("-", "_").replace(/^(?=\d)/u, "k");
  return {
    name: definition.name,
    top,
    at: (size) => instance(definition, top, definition.sizes[size]),
    square: (n) => {
      const dimensions = Object.keys(definition.sizes.mini).map((name) => [name, n]);
      return instance(definition, top, Object.fromEntries(dimensions) as D); // the dimensions of any size
    },
  };
}

function instance<D>(definition: KernelDefinition<D>, top: string, d: D): KernelInstance {
  const arrays = definition.arrays(d);
  const matrices = (): ReadonlyMap<string, Matrix> =>
    new Map(arrays.map(({ name, shape, value }) => [name, new Matrix(shape, value)] as const));
  const contents = (of: ReadonlyMap<string, Matrix>): ReadonlyMap<string, Float32Array> =>
    new Map(Array.from(of, ([name, { data }]) => [name, data] as const));
  return {
    arrays,
    text: (rounding) => {
      const text = new KernelText(rounding, arrays);
      definition.body(text, d);
      return text.finish(top);
    },
    inputs: () => contents(matrices()),
    reference: () => {
      const memory = matrices();
      definition.reference((name) => {
        const matrix = memory.get(name);
        if (matrix === undefined) throw new Error(`${definition.name} has no argument ${name}`);
        return matrix;
      }, d);
      return contents(memory);
    },
  };
}
