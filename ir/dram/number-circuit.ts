import { at, CompilerBug } from "../support/bug.ts";
import type { Circuit, CircuitMemory, CircuitRegister } from "./circuit.ts";

interface Write {
  readonly words: Uint32Array;
  readonly address: number;
  readonly data: number;
}

/** A register or memory port of one cycle; reused, so that a cycle allocates nothing. */
class NumberRegister implements CircuitRegister<number> {
  value: number;
  pending: number;

  constructor(reset: number) {
    this.value = reset;
    this.pending = reset;
  }

  next(value: number): void {
    this.pending = value;
  }
}

class NumberMemory implements CircuitMemory<number> {
  readonly words: Uint32Array;
  readonly #writes: Write[];

  constructor(depth: number, writes: Write[]) {
    this.words = new Uint32Array(depth);
    this.#writes = writes;
  }

  read(address: number): number {
    return at(this.words, address);
  }

  write(enable: number, address: number, data: number): void {
    if (enable === 1) this.#writes.push({ words: this.words, address, data });
  }
}

function mask(width: number): number {
  return 2 ** width - 1;
}

/**
 * Runs a circuit function cycle by cycle on numbers. The function is called once per cycle and must declare the same
 * registers and memories in the same order each time; `commit` is the clock edge.
 */
export class NumberCircuit implements Circuit<number> {
  readonly #registers: NumberRegister[] = [];
  readonly #memories: NumberMemory[] = [];
  readonly #writes: Write[] = [];
  #registerCursor = 0;
  #memoryCursor = 0;

  constant(value: number): number {
    return value;
  }
  add(a: number, b: number, width: number): number {
    return (a + b) & mask(width);
  }
  sub(a: number, b: number, width: number): number {
    return (a - b) & mask(width);
  }
  and(...bits: readonly number[]): number {
    for (const bit of bits) if (bit === 0) return 0;
    return 1;
  }
  or(...bits: readonly number[]): number {
    for (const bit of bits) if (bit === 1) return 1;
    return 0;
  }
  not(bit: number): number {
    return bit ^ 1;
  }
  eq(a: number, b: number): number {
    return a === b ? 1 : 0;
  }
  ult(a: number, b: number): number {
    return a < b ? 1 : 0;
  }
  mux(condition: number, whenTrue: number, whenFalse: number): number {
    return condition === 1 ? whenTrue : whenFalse;
  }
  extract(value: number, low: number, width: number): number {
    return (value >>> low) & mask(width);
  }

  register(name: string, width: number, reset: number): CircuitRegister<number> {
    if (width > 31)
      throw new CompilerBug(`register ${name} of ${String(width)} bits is wider than a circuit value`);
    const index = this.#registerCursor;
    this.#registerCursor += 1;
    const known = this.#registers[index];
    if (known !== undefined) return known;
    const made = new NumberRegister(reset);
    this.#registers.push(made);
    return made;
  }

  memory(_name: string, depth: number): CircuitMemory<number> {
    const index = this.#memoryCursor;
    this.#memoryCursor += 1;
    const known = this.#memories[index];
    if (known !== undefined) return known;
    const made = new NumberMemory(depth, this.#writes);
    this.#memories.push(made);
    return made;
  }

  /** The clock edge: registers and memories take their next values. */
  commit(): void {
    for (const register of this.#registers) register.value = register.pending;
    for (const { words, address, data } of this.#writes) words[address] = data;
    this.#writes.length = 0;
    this.#registerCursor = 0;
    this.#memoryCursor = 0;
  }
}
