import type { Value } from "../core/operation.ts";
import { widthOf } from "../dialects/comb/builder.ts";
import type { HwBuilder } from "../dialects/hw/builder.ts";
import { bitsFor, type Circuit, type CircuitMemory, type CircuitRegister } from "./circuit.ts";

/** Builds a circuit function into a hardware module. */
export class HardwareCircuit implements Circuit<Value> {
  readonly #builder: HwBuilder;

  constructor(builder: HwBuilder) {
    this.#builder = builder;
  }

  constant(value: number, width: number): Value {
    return this.#builder.constant(value, width);
  }
  add(a: Value, b: Value, width: number): Value {
    return this.#builder.add(this.#fit(a, width), this.#fit(b, width));
  }
  sub(a: Value, b: Value, width: number): Value {
    return this.#builder.sub(this.#fit(a, width), this.#fit(b, width));
  }
  and(...bits: readonly Value[]): Value {
    return bits.reduce((x, y) => this.#builder.and(x, y));
  }
  or(...bits: readonly Value[]): Value {
    return bits.reduce((x, y) => this.#builder.or(x, y));
  }
  not(bit: Value): Value {
    return this.#builder.not(bit);
  }
  eq(a: Value, b: Value): Value {
    return this.#builder.icmp("eq", a, b);
  }
  ult(a: Value, b: Value): Value {
    return this.#builder.icmp("ult", a, b);
  }
  mux(condition: Value, whenTrue: Value, whenFalse: Value): Value {
    return this.#builder.mux(condition, whenTrue, whenFalse);
  }
  extract(value: Value, low: number, width: number): Value {
    return this.#builder.extract(value, low, width);
  }

  register(name: string, width: number, reset: number): CircuitRegister<Value> {
    const register = this.#builder.feedback(width, { name, reset: BigInt(reset) });
    return {
      value: register.value,
      next: (value) => {
        register.drive(value);
      },
    };
  }

  memory(name: string, depth: number, width: number): CircuitMemory<Value> {
    const memory = this.#builder.memory({ name, depth, width, readLatency: 0, style: "distributed" });
    const addressBits = bitsFor(depth - 1);
    return {
      read: (address) => this.#builder.readPort(memory, this.#fit(address, addressBits)),
      write: (enable, address, data) => {
        this.#builder.writePort(memory, this.#fit(address, addressBits), { enable, data });
      },
    };
  }

  #fit(value: Value, width: number): Value {
    return widthOf(value) === width ? value : this.#builder.resize(value, width);
  }
}
