import {
  AffineForOp,
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
import { accessesOf, arrayOf } from "./array-copies.ts";
import { memrefOf } from "./array-type.ts";
import { isRunConstant, type Nest } from "./loop-function.ts";

/** How a nest is started, and what says that it has ended. */
export interface NestKernel {
  readonly command: Value;
  readonly done: Value;
}

/** What surrounds the kernel of a nest. */
export interface NestPlace {
  /** Where an access goes. */
  readonly bufferOf: (access: Operation) => Value;
  /** The pool that it takes float units from; its own where absent. */
  readonly unitPool: string | undefined;
}

/** Makes the kernel of a nest. */
export function nestKernel(
  s: ScheduleBuilder,
  name: string,
  nest: Nest,
  { bufferOf, unitPool }: NestPlace,
): NestKernel {
  const command = s.tokens(`${name}_cmd`);
  const done = s.tokens(`${name}_done`);
  const shared = accessesOf(nest).filter((access) => !nest.wires.includes(arrayOf(access)));
  const buffers = [...new Set(shared.map(bufferOf))];
  const port = (index: number): string => `array${String(index)}`;
  s.kernel({
    name,
    command,
    fields: [],
    unitPool,
    done,
    connections: Object.fromEntries(buffers.map((buffer, index) => [port(index), buffer] as const)),
    body: ({ b, port: ports }) => {
      const wires = new Map(
        nest.wires.map((wire, index) => [
          wire,
          b.array(wire.hint ?? `wire${String(index)}`, [], memrefOf(wire).element),
        ]),
      );
      const copy = new NestCopy(
        b,
        (access) =>
          wires.get(arrayOf(access)) ?? present(ports[port(buffers.indexOf(bufferOf(access)))], "an array"),
      );
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

/** Writes operations anew, with accesses to the kernel's arrays; constants of the function are made where they are used first. */
class NestCopy {
  readonly #b: LoopBuilder;
  readonly #values = new Map<Value, Value>();
  readonly #arrayOf: (access: Operation) => Value;

  constructor(b: LoopBuilder, arrayOf: (access: Operation) => Value) {
    this.#b = b;
    this.#arrayOf = arrayOf;
  }

  copy(ops: readonly Operation[]): void {
    for (const op of ops) this.#copyOp(op);
  }

  #value(value: Value): Value {
    const known = this.#values.get(value);
    if (known !== undefined) return known;
    const { producer } = value;
    if (producer === undefined || !isRunConstant(producer)) throw new CompilerBug("a value of another nest");
    const { name, attributes, span } = producer;
    const operands = producer.operands.map((operand) => this.#value(operand));
    return this.#b.value(new Operation({ name, operands, attributes, resultTypes: [value.type], span }));
  }

  #copyOp(op: Operation): void {
    const operands = op.operands.map((value) =>
      value.type.kind === "memref" ? this.#arrayOf(op) : this.#value(value),
    );
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
    op.regions.forEach(({ block }, index) => {
      this.#b.within(at(copied.regions, index).block, () => {
        this.copy(block.ops);
      });
    });
  }

  #emptyCopy(block: Block): Block {
    const copied = new Block(
      block.args.map(({ type }) => type),
      block.args.map(({ hint }) => hint ?? "i"),
    );
    block.args.forEach((arg, index) => {
      this.#values.set(arg, at(copied.args, index));
    });
    return copied;
  }
}
