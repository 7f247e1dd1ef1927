import {
  AffineForOp,
  ArithConstantOp,
  at,
  Block,
  CompilerBug,
  type LoopBuilder,
  Operation,
  present,
  Region,
  type ScheduleBuilder,
  type Value,
} from "../../../ir/index.ts";
import type { Nest } from "./loop-function.ts";

/** How a nest is started, and what says that it has ended. */
export interface NestKernel {
  readonly command: Value;
  readonly done: Value;
}

/** Makes the kernel of a nest; arrays are flat buffers. */
export function nestKernel(
  s: ScheduleBuilder,
  name: string,
  nest: Nest,
  bufferOf: (array: Value) => Value,
): NestKernel {
  const command = s.tokens(`${name}_cmd`);
  const done = s.tokens(`${name}_done`);
  const arrays = [...new Set([...nest.reads, ...nest.writes])];
  const port = (index: number): string => `array${String(index)}`;
  s.kernel({
    name,
    command,
    fields: [],
    done,
    connections: Object.fromEntries(arrays.map((array, index) => [port(index), bufferOf(array)] as const)),
    body: ({ b, port: ports }) => {
      const values = new Map(
        arrays.map((array, index) => [array, present(ports[port(index)], "an array")] as const),
      );
      const copy = new NestCopy(b, values);
      const [only] = nest.ops;
      if (only?.name === AffineForOp.name) copy.copy(nest.ops);
      else
        b.loop("once", { to: 1 }, () => {
          copy.copy(nest.ops);
        });
    },
  });
  return { command, done };
}

/** Writes operations anew, with accesses to flat arrays; constants of the function are made where they are used first. */
class NestCopy {
  readonly #b: LoopBuilder;
  readonly #values: Map<Value, Value>;
  #depth = 0;

  constructor(b: LoopBuilder, values: Map<Value, Value>) {
    this.#b = b;
    this.#values = values;
  }

  copy(ops: readonly Operation[]): void {
    for (const op of ops) this.#copyOp(op);
  }

  #value(value: Value): Value {
    const known = this.#values.get(value);
    if (known !== undefined) return known;
    const constant = ArithConstantOp.match(value.producer);
    if (constant === undefined) throw new CompilerBug("a value of another nest");
    const made = constant.op.attributes;
    return this.#b.value(
      new Operation({
        name: ArithConstantOp.name,
        attributes: made,
        resultTypes: [value.type],
        span: constant.op.span,
      }),
    );
  }

  #copyOp(op: Operation): void {
    const operands = op.operands.map((value) => this.#value(value));
    const copied = new Operation({
      name: op.name,
      operands,
      resultTypes: op.results.map(({ type }) => type),
      attributes: op.attributes,
      regions: op.regions.map(({ block }) => new Region(this.#emptyCopy(block))),
      span: op.span,
    });
    this.#b.insert(copied);
    op.results.forEach((result, index) => {
      this.#values.set(result, at(copied.results, index));
    });
    if (op.name === AffineForOp.name) this.#depth += 1;
    op.regions.forEach(({ block }, index) => {
      this.#b.within(at(copied.regions, index).block, () => {
        this.copy(block.ops);
      });
    });
    if (op.name === AffineForOp.name) this.#depth -= 1;
  }

  #emptyCopy(block: Block): Block {
    const copied = new Block(
      block.args.map(({ type }) => type),
      block.args.map(() => `i${String(this.#depth)}`),
    );
    block.args.forEach((arg, index) => {
      this.#values.set(arg, at(copied.args, index));
    });
    return copied;
  }
}
