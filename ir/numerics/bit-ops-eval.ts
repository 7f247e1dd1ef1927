import { CompilerBug } from "../support/bug.ts";
import type { BitOps } from "./bit-ops.ts";

/** A bit vector with a known value, 0 <= value < 2^width. */
export interface Bits {
  readonly value: bigint;
  readonly width: number;
}

/** A bit vector from any integer, reduced modulo 2^width. */
export function bits(value: bigint, width: number): Bits {
  return { value: BigInt.asUintN(width, value), width };
}

/** The evaluating algebra on bigint: slow, any width, the plainest reading of {@link BitOps}. */
export const evalBitOps: BitOps<Bits> = {
  constant: bits,
  width: (v) => v.width,
  add: (a, b) => bits(a.value + b.value, sameWidth(a, b)),
  sub: (a, b) => bits(a.value - b.value, sameWidth(a, b)),
  mul: (a, b) => bits(a.value * b.value, sameWidth(a, b)),
  and: (a, b) => bits(a.value & b.value, sameWidth(a, b)),
  or: (a, b) => bits(a.value | b.value, sameWidth(a, b)),
  xor: (a, b) => bits(a.value ^ b.value, sameWidth(a, b)),
  not: (a) => bits(~a.value, a.width),
  shl: (a, amount) => bits(amount.value >= BigInt(a.width) ? 0n : a.value << amount.value, a.width),
  shr: (a, amount) => bits(amount.value >= BigInt(a.width) ? 0n : a.value >> amount.value, a.width),
  eq: (a, b) => flag(sameWidth(a, b) > 0 && a.value === b.value),
  ult: (a, b) => flag(sameWidth(a, b) > 0 && a.value < b.value),
  slt: (a, b) => flag(BigInt.asIntN(sameWidth(a, b), a.value) < BigInt.asIntN(b.width, b.value)),
  mux: (condition, whenTrue, whenFalse) => {
    sameWidth(whenTrue, whenFalse);
    return condition.value === 1n ? whenTrue : whenFalse;
  },
  extract: (v, low, width) => {
    if (low < 0 || width < 1 || low + width > v.width)
      throw new CompilerBug(`extract [${String(low)}, +${String(width)}) of ${String(v.width)} bits`);
    return bits(v.value >> BigInt(low), width);
  },
  concat: (...highFirst) =>
    highFirst.reduce((high, low) =>
      bits((high.value << BigInt(low.width)) | low.value, high.width + low.width),
    ),
  table: (values, width, index) => {
    const value = values[Number(index.value)];
    if (value === undefined || values.length !== 2 ** index.width)
      throw new CompilerBug(
        `table of ${String(values.length)} entries, index of ${String(index.width)} bits`,
      );
    return bits(value, width);
  },
};

function flag(condition: boolean): Bits {
  return condition ? { value: 1n, width: 1 } : { value: 0n, width: 1 };
}

function sameWidth(a: Bits, b: Bits): number {
  if (a.width !== b.width)
    throw new CompilerBug(`operands of ${String(a.width)} and ${String(b.width)} bits`);
  return a.width;
}
