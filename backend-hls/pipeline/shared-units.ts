import { at, type HwBuilder, type Value } from "../../ir/index.ts";
import type { PipelinedPrimitive } from "../primitives/pipelined-primitive.ts";
import { type LateInstance, lateInstance } from "../shell/late-instance.ts";

/** One use of a unit: in which cycle of the iteration, and with what. */
export interface UnitUse {
  /** Cycle modulo the initiation interval. */
  readonly slot: number;
  readonly cycle: number;
  readonly args: readonly Value[];
}

interface Unit {
  readonly instance: LateInstance;
  readonly uses: UnitUse[];
}

/** Float units; operations of one kind that never start in the same slot share one (binding by slots). */
export class SharedUnits {
  readonly #b: HwBuilder;
  readonly #validAt: (cycle: number) => Value;
  readonly #units = new Map<string, Unit[]>();

  constructor(b: HwBuilder, validAt: (cycle: number) => Value) {
    this.#b = b;
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
      unit = {
        instance: lateInstance(this.#b, primitive.module, `unit_${primitive.name}_${String(units.length)}`),
        uses: [],
      };
      units.push(unit);
    }
    unit.uses.push(use);
    return unit.instance.out("y");
  }

  /** Connects operands: directly, or through a selection by the stage that is live. */
  finish(): void {
    for (const units of this.#units.values()) for (const unit of units) this.#connect(unit);
  }

  #connect({ instance, uses }: Unit): void {
    const count = at(uses, 0).args.length;
    const inputs = Array.from({ length: count }, (_, index) => {
      const chosen = uses
        .slice(1)
        .reduce(
          (other, use) => this.#b.mux(this.#validAt(use.cycle), at(use.args, index), other),
          at(at(uses, 0).args, index),
        );
      return [`a${String(index)}`, chosen] as const;
    });
    instance.connect(Object.fromEntries(inputs));
  }

  /** Units built, by primitive. */
  counts(): ReadonlyMap<string, number> {
    return new Map([...this.#units].map(([name, units]) => [name, units.length]));
  }
}
