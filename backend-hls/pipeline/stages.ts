import { type HwBuilder, present, type Value, widthOf } from "../../ir/index.ts";

/** Values with the cycle in which they appear; what is wanted later goes through registers, made once. */
export class Stages<K> {
  readonly #builder: HwBuilder;
  readonly #values = new Map<
    K,
    { readonly cycle: number; readonly chain: Value[] } | { readonly constant: Value }
  >();
  /** Flip-flops made so far. */
  registerBits = 0;

  constructor(builder: HwBuilder) {
    this.#builder = builder;
  }

  /** `value` is there in `cycle` (combinational from registers of that cycle). */
  define(key: K, value: Value, cycle: number): void {
    this.#values.set(key, { cycle, chain: [value] });
  }

  /** A value that is there in every cycle. */
  constant(key: K, value: Value): void {
    this.#values.set(key, { constant: value });
  }

  has(key: K): boolean {
    return this.#values.has(key);
  }

  /** The value as it stands in `cycle`. */
  at(key: K, cycle: number): Value {
    const entry = present(this.#values.get(key), `stage value ${String(key)}`);
    if ("constant" in entry) return entry.constant;
    const delay = Math.max(0, cycle - entry.cycle);
    while (entry.chain.length <= delay)
      entry.chain.push(this.delayed(present(entry.chain[entry.chain.length - 1], "a stage"), 1));
    return present(entry.chain[delay], "a stage");
  }

  /** `value` after `cycles` registers. */
  delayed(value: Value, cycles: number): Value {
    let last = value;
    for (let i = 0; i < cycles; i++) {
      last = this.#builder.register(last);
      this.registerBits += widthOf(last);
    }
    return last;
  }

  /**
   * An operator of `latencyCycles` with its registers where a multiplier block has them: one behind it, then a second
   * one behind it (product and output register), the others in front.
   */
  around(
    operands: readonly Value[],
    latencyCycles: number,
    make: (operands: readonly Value[]) => Value,
  ): Value {
    const behind = Math.min(2, latencyCycles);
    return this.delayed(
      make(operands.map((operand) => this.delayed(operand, latencyCycles - behind))),
      behind,
    );
  }

  /** An operator's result with its latency in registers behind it, where synthesis can move them into the operator. */
  pipelined(value: Value, latencyCycles: number): Value {
    return this.delayed(value, latencyCycles);
  }
}
