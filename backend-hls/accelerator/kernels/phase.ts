import type { LoopBuilder, Value } from "../../../ir/index.ts";
import { all, not } from "../nest.ts";

/** Which phase an iteration is, as bits; phase 0 exists once, phase 1 behind the last layer is the head. */
export interface Phase {
  readonly start: Value;
  readonly qkv: Value;
  readonly wo: Value;
  readonly gateUp: Value;
  readonly down: Value;
  readonly head: Value;
  /** The residual's last addition: what follows is the head. */
  readonly last: Value;
}

/** The phase of an iteration. */
export function phaseOf(b: LoopBuilder, layer: Value, phase: Value, layers: number): Phase {
  const inLayer = not(b, b.equals(layer, layers));
  const only = (number: number): Value => all(b, inLayer, b.equals(phase, number));
  const down = only(4);
  return {
    start: all(b, b.equals(layer, 0), b.equals(phase, 0)),
    qkv: only(1),
    wo: only(2),
    gateUp: only(3),
    down,
    last: all(b, down, b.equals(layer, layers - 1)),
    head: all(b, b.equals(layer, layers), b.equals(phase, 1)),
  };
}

/** A value per phase, chosen by its bits; phases without one have `otherwise`. */
export function pick(b: LoopBuilder, cases: readonly (readonly [Value, number])[], width: number): Value {
  return cases.reduce((other, [bit, value]) => b.select(bit, b.int(value, width), other), b.int(0, width));
}

/** Disjunction. */
export function anyOf(b: LoopBuilder, bits: readonly Value[]): Value {
  return bits.reduce((some, bit) => b.ori(some, bit));
}
