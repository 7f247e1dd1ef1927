import type { Block, Operation, Value } from "../../core/operation.ts";
import { CompilerBug } from "../../support/bug.ts";
import { cannotExecute } from "../diagnostics.ts";
import { InterpreterFault } from "../fault.ts";
import type { Interval } from "./interval.ts";

/** Writes the JavaScript of one operation. */
export type OpEmitter = (op: Operation, out: Emitter) => void;

/** Emitters by operation name; each dialect has a table. */
export type EmitterTable = Readonly<Record<string, OpEmitter>>;

/** What an emitter needs to know about the place that it writes for. */
export interface EmitOptions {
  readonly table: EmitterTable;
  /** Tell the order checker of every access to a shared array. */
  readonly checkOrder: boolean;
  /** Note for every element that is written where that happens (`place.ts`). */
  readonly recordPlaces?: boolean;
}

/** Collects JavaScript lines and the names of values in them. */
export class Emitter {
  readonly lines: string[] = [];
  /** Lines that run once, before the lines of the body. */
  readonly prelude: string[] = [];
  /** Objects that the code refers to as `K[i]`. */
  readonly constants: unknown[] = [];
  /** Operations that a fault can name, by the number that the code passes. */
  readonly sites: Operation[] = [];
  /** What is known of whole numbers at compile time. */
  readonly intervals = new Map<Value, Interval>();
  /** Memrefs of rank 0 that are plain variables. */
  readonly cells = new Set<Value>();
  /** Memrefs whose accesses are checked, with the name of their shadow. */
  readonly shadows = new Map<Value, string>();
  readonly options: EmitOptions;
  /** Open loops, outermost first: their names and the variables of their counters. */
  readonly loops: { readonly name: string; readonly counter: string }[] = [];
  /** The variable that counts commands, where places are recorded. */
  commands = "0";
  readonly #names = new Map<Value, string>();
  readonly #emitted = new Set<Operation>();
  #count = 0;

  constructor(options: EmitOptions) {
    this.options = options;
  }

  line(text: string): void {
    this.lines.push(text);
  }

  /** A name that nothing has yet. */
  fresh(prefix: string): string {
    return `${prefix}${String(this.#count++)}`;
  }

  /** Lets `value` be written as `text`, a name or a literal. */
  alias(value: Value, text: string): void {
    this.#names.set(value, text);
  }

  /** Computes `text` once, into a variable for `value`. */
  bind(value: Value, text: string): void {
    const name = this.fresh("v");
    this.line(`const ${name} = ${text};`);
    this.alias(value, name);
  }

  /** The name or literal of a value. */
  name(value: Value): string {
    const name = this.#names.get(value);
    if (name === undefined) throw new CompilerBug("a value is used before it is computed");
    return name;
  }

  names(values: readonly Value[]): readonly string[] {
    return values.map((value) => this.name(value));
  }

  /** The text of a run-time object. */
  constant(object: unknown): string {
    this.constants.push(object);
    return `K[${String(this.constants.length - 1)}]`;
  }

  /** The number by which the code names `op` in a fault. */
  site(op: Operation): string {
    this.sites.push(op);
    return String(this.sites.length - 1);
  }

  emitBlock(block: Block): void {
    for (const op of block.ops) this.emit(op);
  }

  /** Emits `op` here; where it stands it is then passed over. */
  emitOnce(op: Operation): void {
    this.emit(op);
    this.#emitted.add(op);
  }

  emit(op: Operation): void {
    if (this.#emitted.has(op)) return;
    const emitter = this.options.table[op.name];
    if (emitter === undefined) this.refuse(op, "the interpreter has no definition of it");
    emitter(op, this);
  }

  /** Ends the compilation with a diagnostic at `op`. */
  refuse(op: Operation, reason: string): never {
    throw new InterpreterFault(cannotExecute(op.span, { op: op.name, reason }));
  }
}
