import { at, type HwBuilder, type Value } from "../../ir/index.ts";
import type { PipelinedPrimitive } from "../primitives/pipelined-primitive.ts";
import { lateInstance } from "../shell/late-instance.ts";
import { unitPort } from "./unit-pool.ts";

/** One use of a unit: in which cycle of the iteration, and with what. */
export interface UnitUse {
  /** Cycle modulo the initiation interval. */
  readonly slot: number;
  readonly cycle: number;
  readonly args: readonly Value[];
}

interface Unit {
  readonly result: Value;
  readonly connect: (operands: readonly Value[]) => void;
  readonly uses: UnitUse[];
}

/** Float units; operations of one kind that never start in the same slot share one (binding by slots). */
export class SharedUnits {
  readonly #b: HwBuilder;
  readonly #validAt: (cycle: number) => Value;
  readonly #units = new Map<string, Unit[]>();
  readonly #isPooled: boolean;

  /** `isPooled`: units stand outside of the kernel, for several kernels that take turns. */
  constructor(b: HwBuilder, isPooled: boolean, validAt: (cycle: number) => Value) {
    this.#b = b;
    this.#isPooled = isPooled;
    this.#validAt = validAt;
  }

  /** The result of `primitive`, at the use's cycle plus its latency. */
  use(primitive: PipelinedPrimitive, use: UnitUse): Value {
    const units = this.#units.get(primitive.name) ?? [];
    this.#units.set(primitive.name, units);
    const shareable = primitive.characteristics.latencyCycles > 0;
    let unit = shareable
      ? units.find(({ uses }) => uses.every((other) => other.slot !== use.slot))
      : undefined;
    if (unit === undefined) {
      unit =
        this.#isPooled && shareable
          ? this.#fromPool(primitive.name, units.length)
          : this.#own(primitive, units.length);
      units.push(unit);
    }
    unit.uses.push(use);
    return unit.result;
  }

  #own({ module, name }: PipelinedPrimitive, number: number): Unit {
    const instance = lateInstance(this.#b, module, `unit_${name}_${String(number)}`);
    const connect = (operands: readonly Value[]): void => {
      instance.connect(Object.fromEntries(operands.map((operand, index) => [`a${String(index)}`, operand])));
    };
    return { result: instance.out("y"), connect, uses: [] };
  }

  #fromPool(name: string, number: number): Unit {
    const connect = (operands: readonly Value[]): void => {
      operands.forEach((operand, index) => {
        this.#b.output(unitPort(name, number, `a${index}`), operand);
      });
    };
    return { result: this.#b.input(unitPort(name, number, "y")), connect, uses: [] };
  }

  /** Connects operands: directly, or through a selection by the stage that is live. */
  finish(): void {
    for (const units of this.#units.values()) for (const unit of units) this.#connect(unit);
  }

  #connect({ connect, uses }: Unit): void {
    const count = at(uses, 0).args.length;
    const operands = Array.from({ length: count }, (_, index) =>
      uses
        .slice(1)
        .reduce(
          (other, use) => this.#b.mux(this.#validAt(use.cycle), at(use.args, index), other),
          at(at(uses, 0).args, index),
        ),
    );
    connect(operands);
  }

  /** Units built, by primitive. */
  counts(): ReadonlyMap<string, number> {
    return new Map([...this.#units].map(([name, units]) => [name, units.length]));
  }
}
