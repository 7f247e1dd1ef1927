import { type LoopBuilder, present, type Subscript, type Value } from "../../ir/index.ts";
import type { TensorShape } from "./tensor-shape.ts";

/** A value of the graph in a buffer of its own; rows and columns are padded. */
export interface Tensor {
  readonly shape: TensorShape;
  readonly buffer: Value;
}

/** Where an access goes in a tensor. */
type Place = (tensor: Tensor) => readonly Subscript[];

/**
 * One operand (or result) of all uses of a merged kernel: use `i` means tensor `i`. A tensor of several uses is
 * connected once.
 */
export class Operand {
  readonly connections: Readonly<Record<string, Value>>;
  readonly #choices: readonly {
    readonly name: string;
    readonly tensor: Tensor;
    readonly uses: readonly number[];
  }[];

  constructor(name: string, tensors: readonly Tensor[]) {
    const buffers = [...new Set(tensors.map(({ buffer }) => buffer))];
    this.#choices = buffers.map((buffer, index) => ({
      name: `${name}${String(index)}`,
      tensor: present(
        tensors.find((tensor) => tensor.buffer === buffer),
        name,
      ),
      uses: tensors.flatMap((tensor, use) => (tensor.buffer === buffer ? [use] : [])),
    }));
    this.connections = Object.fromEntries(this.#choices.map((choice) => [choice.name, choice.tensor.buffer]));
  }

  /** The element of the tensor of this use. */
  load(scope: UseScope, place: Place): Value {
    const { b, port } = scope;
    const load = (index: number): Value => {
      const { name, tensor, uses } = present(this.#choices[index], "a tensor");
      const read = (): Value => b.load(present(port[name], name), ...place(tensor));
      if (index === this.#choices.length - 1) return read();
      const { element } = tensor.shape;
      const [value] = b.choose(
        isUse(scope, uses),
        [element],
        () => [read()],
        () => [load(index + 1)],
      );
      return present(value, "a loaded value");
    };
    return load(0);
  }

  /** Stores what `value` gives for the tensor of this use; `value` may differ by the tensor's element type. */
  store(scope: UseScope, place: Place, value: Value | ((tensor: Tensor) => Value)): void {
    for (const { name, tensor, uses } of this.#choices) {
      const store = (): void => {
        const stored = typeof value === "function" ? value(tensor) : value;
        scope.b.store(stored, present(scope.port[name], name), ...place(tensor));
      };
      if (this.#choices.length === 1) store();
      else scope.b.when(isUse(scope, uses), store);
    }
  }

  /** Calls `visit` once per tensor, under the condition that it is the one of this use. */
  each(scope: UseScope, visit: (tensor: Tensor, port: Value) => void): void {
    for (const { name, tensor, uses } of this.#choices) {
      const run = (): void => {
        visit(tensor, present(scope.port[name], name));
      };
      if (this.#choices.length === 1) run();
      else scope.b.when(isUse(scope, uses), run);
    }
  }
}

/** The body of a merged kernel: `use` is the command's field. */
export interface UseScope {
  readonly b: LoopBuilder;
  readonly port: Readonly<Record<string, Value>>;
  readonly use: Value;
}

function isUse({ b, use }: UseScope, uses: readonly number[]): Value {
  return uses.map((number) => b.equals(use, number)).reduce((some, bit) => b.ori(some, bit));
}
