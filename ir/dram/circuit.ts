/** A register of a circuit: its present value, and the one it takes at the next clock edge. */
export interface CircuitRegister<V> {
  readonly value: V;
  next(value: V): void;
}

/** A memory with one read port (combinational) and one write port; a read sees the words of earlier cycles only. */
export interface CircuitMemory<V> {
  read(address: V): V;
  write(enable: V, address: V, data: V): void;
}

/**
 * What a synchronous state machine is written against so that one function is both its software twin (numbers) and
 * its hardware (values of a module being built). Every value is an unsigned integer of at most 31 bits; operands of
 * `eq`, `ult` and `mux` have equal widths; `and`, `or` and `not` take single bits.
 */
export interface Circuit<V> {
  constant(value: number, width: number): V;
  /** The sum modulo 2^width; the same holds for `sub`. Operands are at most that wide. */
  add(a: V, b: V, width: number): V;
  sub(a: V, b: V, width: number): V;
  and(...bits: readonly V[]): V;
  or(...bits: readonly V[]): V;
  not(bit: V): V;
  eq(a: V, b: V): V;
  ult(a: V, b: V): V;
  mux(condition: V, whenTrue: V, whenFalse: V): V;
  extract(value: V, low: number, width: number): V;
  register(name: string, width: number, reset: number): CircuitRegister<V>;
  memory(name: string, depth: number, width: number): CircuitMemory<V>;
}

/** Bits that hold every number from 0 to `maximum`. */
export function bitsFor(maximum: number): number {
  return Math.max(1, Math.ceil(Math.log2(maximum + 1)));
}
