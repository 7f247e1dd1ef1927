import { CompilerBug, type Value } from "../ir/index.ts";

/** Bits of a value that carries data. */
export function width(value: Value): number {
  if (value.type.kind === "int") return value.type.width;
  if (value.type.kind === "clock") return 1;
  throw new CompilerBug(`a ${value.type.kind} is not a wire`);
}

/** Which bits of the named signals are read; linters object to bits that nobody reads. */
export class Readings {
  readonly #widths = new Map<string, number>();
  readonly #read = new Map<string, bigint>();

  /** A signal exists. */
  declare(name: string, bits: number): void {
    this.#widths.set(name, bits);
  }

  /** All bits of a signal are read. */
  whole(name: string): void {
    const bits = this.#widths.get(name);
    if (bits !== undefined) this.slice(name, 0, bits);
  }

  /** `bits` bits from `low` on are read. */
  slice(name: string, low: number, bits: number): void {
    this.#read.set(name, (this.#read.get(name) ?? 0n) | (((1n << BigInt(bits)) - 1n) << BigInt(low)));
  }

  /** Signals with a bit that nobody reads, in the order of declaration. */
  incomplete(): readonly string[] {
    return [...this.#widths]
      .filter(([name, bits]) => (this.#read.get(name) ?? 0n) !== (1n << BigInt(bits)) - 1n)
      .map(([name]) => name);
  }
}
