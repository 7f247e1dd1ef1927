import { builtSpan, type Diagnostic } from "../../ir/index.ts";
import { ggufKeyWrong } from "./diagnostics.ts";
import type { GgufEntry, GgufValue } from "./metadata.ts";

type Kind = GgufValue["kind"];
type ValueOf<K extends Kind> = Extract<GgufValue, { readonly kind: K }>["value"];

/** What a number has to be. */
interface Range {
  readonly least: number;
  readonly most: number;
}

/** Typed access to metadata; what is missing or of another kind is collected as a diagnostic. */
export class KeyReader {
  readonly problems: Diagnostic[] = [];
  readonly #file: string;
  readonly #metadata: ReadonlyMap<string, GgufEntry>;

  constructor(file: string, metadata: ReadonlyMap<string, GgufEntry>) {
    this.#file = file;
    this.#metadata = metadata;
  }

  /** The value of a key that may be absent. */
  find<K extends Kind>(key: string, kind: K): ValueOf<K> | undefined {
    const entry = this.#metadata.get(key)?.value;
    if (entry === undefined) return undefined;
    if (entry.kind === kind) return entry.value as ValueOf<K> | undefined; // the kind decides about the value's type
    this.complain(key, `is of kind ${entry.kind}`, kind);
    return undefined;
  }

  /** The value of a key that must be there. */
  need<K extends Kind>(key: string, kind: K): ValueOf<K> | undefined {
    if (!this.#metadata.has(key)) this.complain(key, "is missing", kind);
    return this.find(key, kind);
  }

  /** An integer within bounds, or a key that may be absent. */
  integer(key: string, { least, most }: Range): number | undefined {
    const value = this.find(key, "number");
    if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return value;
    this.complain(key, `is ${String(value)}`, `an integer from ${String(least)} to ${String(most)}`);
    return undefined;
  }

  /** The same, and it must be there. */
  needInteger(key: string, range: Range): number | undefined {
    if (!this.#metadata.has(key)) this.complain(key, "is missing", "an integer");
    return this.integer(key, range);
  }

  /** A number above zero, or a key that may be absent. */
  positive(key: string): number | undefined {
    const value = this.find(key, "number");
    if (value === undefined || (value > 0 && Number.isFinite(value))) return value;
    this.complain(key, `is ${String(value)}`, "a number above 0");
    return undefined;
  }

  /** Whether the file has this key. */
  has(key: string): boolean {
    return this.#metadata.has(key);
  }

  /** The value of a key, whatever it is. */
  any(key: string): GgufValue | undefined {
    return this.#metadata.get(key)?.value;
  }

  /** Adds a diagnostic about a key. */
  complain(key: string, problem: string, expected: string): void {
    this.problems.push(ggufKeyWrong(builtSpan(this.#file), { key, problem, expected }));
  }
}
