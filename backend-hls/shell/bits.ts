import { type HwBuilder, type Value, widthOf } from "../../ir/index.ts";

/** Bits that hold every number from 0 to `maximum`. */
export function bitsFor(maximum: number): number {
  return Math.max(1, Math.ceil(Math.log2(maximum + 1)));
}

/** The position after `index` in a ring of `depth`. */
export function nextIndex(b: HwBuilder, index: Value, depth: number): Value {
  const width = widthOf(index);
  const next = b.add(index, b.constant(1, width));
  return depth === 2 ** width ? next : b.mux(b.equals(index, depth - 1), b.constant(0, width), next);
}

/** A flag that `set` raises and `clear` lowers; where both happen it is raised. */
export function stickyFlag(b: HwBuilder, name: string, set: Value, clear: Value): Value {
  const flag = b.feedback(1, { name, reset: 0n });
  flag.drive(b.or(set, b.and(flag.value, b.not(clear))));
  return flag.value;
}

/** `value + 1` where `up`, `value - 1` where `down`, unchanged where both or neither. */
export function upDown(b: HwBuilder, value: Value, up: Value, down: Value): Value {
  const one = b.constant(1, widthOf(value));
  return b.mux(b.xor(up, down), b.mux(up, b.add(value, one), b.sub(value, one)), value);
}
