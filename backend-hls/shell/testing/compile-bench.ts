import { Block, CompilerBug, Operation, present, type Value, widthOf } from "../../../ir/index.ts";
import { moduleName } from "../unit.ts";
import { combinational, integerAttribute, textAttribute } from "./expression.ts";

/** One use of a module in the design. */
interface Scope {
  readonly module: Operation;
  readonly parent: { readonly scope: Scope; readonly instance: Operation } | undefined;
  readonly names: Map<Value, string>;
  readonly children: Map<Operation, Scope>;
  readonly memories: Map<Operation, number>;
}

/** A memory of the design: words by address, absent ones are 0. */
export interface BenchMemory {
  readonly name: string;
  readonly words: Map<bigint, bigint>;
}

function bodyOf(module: Operation): Block {
  return present(module.regions[0], "a body").block;
}

/** The strings of a list attribute. */
export function stringList(module: Operation, name: string): readonly string[] {
  const attribute = module.attribute(name);
  if (attribute?.kind !== "array") return [];
  return attribute.elements.map((element) => (element.kind === "string" ? element.value : ""));
}

/** Flattens a design and writes it as JavaScript: `lines` for one cycle, `edge` and `late` for the clock edge. */
export class BenchCompiler {
  readonly lines: string[] = [];
  readonly edge: string[] = [];
  readonly late: string[] = [];
  readonly memories: BenchMemory[] = [];
  states = 0;
  readonly #byName: ReadonlyMap<string, Operation>;
  readonly #pending: (() => void)[] = [];
  #temporaries = 0;

  constructor(modules: readonly Operation[]) {
    this.#byName = new Map(modules.map((module) => [moduleName(module), module]));
  }

  /** Compiles `top`; gives the JavaScript of its outputs. */
  compile(top: Operation): readonly { readonly name: string; readonly text: string }[] {
    const root = this.#enter(top, undefined);
    const names = stringList(top, "output_names");
    const outputs = bodyOf(top).last?.operands.map((value, index) => ({
      name: names[index] ?? "",
      text: this.#use(value, root),
    }));
    for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift()) next();
    return outputs ?? [];
  }

  #enter(module: Operation, parent: Scope["parent"]): Scope {
    const scope: Scope = { module, parent, names: new Map(), children: new Map(), memories: new Map() };
    for (const op of bodyOf(module).ops) {
      if (op.name === "seq.firmem.write_port")
        this.#pending.push(() => {
          this.#writePort(op, scope);
        });
      if (op.name === "hw.instance")
        scope.children.set(op, this.#enter(this.#moduleOf(op), { scope, instance: op }));
    }
    return scope;
  }

  #moduleOf(instance: Operation): Operation {
    return present(this.#byName.get(textAttribute(instance, "moduleName")), "an instantiated module");
  }

  #fresh(text: string): string {
    const name = `t${String(this.#temporaries)}`;
    this.#temporaries += 1;
    this.lines.push(`const ${name} = ${text};`);
    return name;
  }

  #use(value: Value, scope: Scope): string {
    const known = scope.names.get(value);
    if (known !== undefined) return known;
    const name =
      value.owner instanceof Block ? this.#argument(value, scope) : this.#result(value, value.owner, scope);
    scope.names.set(value, name);
    return name;
  }

  #argument(value: Value, { module, parent }: Scope): string {
    if (parent === undefined) return `i[${JSON.stringify(stringList(module, "input_names")[value.index])}]`;
    return this.#use(present(parent.instance.operands[value.index], "an argument"), parent.scope);
  }

  #result(value: Value, op: Operation, scope: Scope): string {
    if (op.name === "hw.instance") {
      const child = present(scope.children.get(op), "an instance");
      return this.#use(present(bodyOf(child.module).last?.operands[value.index], "an output"), child);
    }
    if (op.name === "hw.constant") return `${String(integerAttribute(op, "value"))}n`;
    if (op.name.startsWith("seq.compreg")) return this.#state(() => this.#registerInput(op, scope));
    if (op.name === "seq.firmem.read_port") return this.#readPort(op, scope);
    const args = op.operands.map((operand) => this.#use(operand, scope));
    return this.#fresh(combinational(op, args, widthOf(value)));
  }

  /** A word of state whose next value is written once everything it may depend on has a name. */
  #state(next: (present: string) => string): string {
    const slot = String(this.states);
    this.states += 1;
    const value = this.#fresh(`s[${slot}]`);
    this.#pending.push(() => {
      this.edge.push(`const n${slot} = ${next(value)};`);
      this.late.push(`s[${slot}] = n${slot};`);
    });
    return value;
  }

  #registerInput(op: Operation, scope: Scope): string {
    const enabled = op.name === "seq.compreg.ce";
    const [input, , third, fourth, fifth] = op.operands;
    const [enable, rst, reset] = enabled ? [third, fourth, fifth] : [undefined, third, fourth];
    const next = this.#use(present(input, "input"), scope);
    const slot = this.#use(op.result, scope);
    const held = enable === undefined ? next : `(${this.#use(enable, scope)} ? ${next} : ${slot})`;
    if (rst === undefined || reset === undefined) return held;
    return `${this.#use(rst, scope)} ? ${this.#use(reset, scope)} : ${held}`;
  }

  #memory(value: Value | undefined, scope: Scope): number {
    const op = value?.owner;
    if (!(op instanceof Operation)) throw new CompilerBug("a memory is an operation");
    const known = scope.memories.get(op);
    if (known !== undefined) return known;
    this.memories.push({ name: textAttribute(op, "name"), words: new Map() });
    scope.memories.set(op, this.memories.length - 1);
    return this.memories.length - 1;
  }

  #readPort(op: Operation, scope: Scope): string {
    const [memory, address, , enable] = op.operands;
    const index = String(this.#memory(memory, scope));
    const word = (): string => `(m[${index}].get(${this.#use(present(address, "address"), scope)}) ?? 0n)`;
    const owner = memory?.owner;
    if (owner instanceof Operation && integerAttribute(owner, "readLatency") === 0n)
      return this.#fresh(word());
    return this.#state((held) =>
      enable === undefined ? word() : `${this.#use(enable, scope)} ? ${word()} : ${held}`,
    );
  }

  #writePort(op: Operation, scope: Scope): void {
    const [memory, address, , enable, data, mask] = op.operands;
    const index = String(this.#memory(memory, scope));
    const at = this.#use(present(address, "address"), scope);
    const word = this.#use(present(data, "data"), scope);
    const bits =
      mask === undefined
        ? ""
        : `expand(${this.#use(mask, scope)}, ${String(widthOf(mask))}, ${String(widthOf(present(data, "data")) / widthOf(mask))})`;
    const value = mask === undefined ? word : `masked(m[${index}].get(${at}) ?? 0n, ${word}, ${bits})`;
    this.late.push(`if (${this.#use(present(enable, "enable"), scope)}) m[${index}].set(${at}, ${value});`);
  }
}
