import type { Attributes } from "../../core/attribute.ts";
import type { Block, Operation, Region, Value } from "../../core/operation.ts";
import { printType, type Type } from "../../core/type.ts";
import { CompilerBug } from "../../support/bug.ts";
import { printDict } from "./attribute.ts";

/** How operations are spelled: the writer asks it for each one. */
export type OpSpelling = (op: Operation, writer: Writer) => void;

/** What of a region its operation has already said. */
export interface RegionOptions {
  /** Block arguments stand in the operation's head: no `^bb0(…)` line. */
  readonly headed?: boolean;
  /** A terminator of this name without operands and attributes is left out. */
  readonly implied?: string;
}

/** Collects text: one operation a line, regions indented by two. */
export class Writer {
  readonly #names: ReadonlyMap<Value, string>;
  readonly #spell: OpSpelling;
  readonly #out: string[] = [];
  #indent = "";

  constructor(names: ReadonlyMap<Value, string>, spell: OpSpelling) {
    this.#names = names;
    this.#spell = spell;
  }

  /** Everything written so far. */
  get text(): string {
    return this.#out.join("");
  }

  write(text: string): void {
    this.#out.push(text);
  }

  /** `%name`. */
  name(value: Value): string {
    const name = this.#names.get(value);
    if (name === undefined) throw new CompilerBug("a value is used that is not defined in what is printed");
    return `%${name}`;
  }

  /** `%a, %b`. */
  nameList(values: readonly Value[]): string {
    return values.map((value) => this.name(value)).join(", ");
  }

  /** `t1, t2`. */
  types(values: readonly { readonly type: Type }[]): string {
    return values.map((value) => printType(value.type)).join(", ");
  }

  /** ` {a = 1}`, without the keys that the syntax says elsewhere; nothing where none is left. */
  attrDict(attributes: Attributes, said: readonly string[] = []): void {
    const left = Object.entries(attributes).filter(([key]) => !said.includes(key));
    if (left.length > 0) this.write(` ${printDict(Object.fromEntries(left))}`);
  }

  /** The operation on a line of its own, with its results. */
  operation(op: Operation): void {
    this.write(this.#indent);
    if (op.results.length > 0) this.write(`${this.nameList(op.results)} = `);
    this.#spell(op, this);
    this.write("\n");
  }

  /** `{`, the region's operations, `}`. */
  region(region: Region, options: RegionOptions = {}): void {
    this.write("{\n");
    region.blocks.forEach((block, index) => {
      this.#block(block, index, options);
    });
    this.write(`${this.#indent}}`);
  }

  /** Writes ` (items)`, on one line or, where that would be too long, one item a line. */
  listing(items: readonly string[], used: number): void {
    const flat = items.join(", ");
    if (flat.length + used + this.#indent.length <= 120) this.write(`(${flat})`);
    else this.write(`(\n${items.map((item) => `${this.#indent}    ${item}`).join(",\n")})`);
  }

  #block(block: Block, index: number, options: RegionOptions): void {
    const args = block.args.map((arg) => `${this.name(arg)}: ${printType(arg.type)}`);
    const label = index > 0 || (options.headed !== true && (args.length > 0 || block.ops.length === 0));
    if (label)
      this.write(`${this.#indent}^bb${String(index)}${args.length === 0 ? "" : `(${args.join(", ")})`}:\n`);
    const outer = this.#indent;
    this.#indent += "  ";
    for (const op of block.ops) if (!isImplied(op, options.implied)) this.operation(op);
    this.#indent = outer;
  }
}

function isImplied(op: Operation, implied: string | undefined): boolean {
  return (
    op.name === implied &&
    op.operands.length === 0 &&
    op.results.length === 0 &&
    Object.keys(op.attributes).length === 0
  );
}
