import { at, type Operation, present, type Span, type Value } from "../ir/index.ts";
import { Expressions, isContextFree, needsName } from "./expressions.ts";
import { KnownValues } from "./known-bits.ts";
import { range } from "./literals.ts";
import { bodyOf, inDependenceOrder, liveOperations } from "./live.ts";
import { declareMemory, type MemoryParts, readMemory, writeMemory } from "./memories.ts";
import { type ModuleNames, type ModuleNaming, nameModule, textOf } from "./module-names.ts";
import { Readings, width } from "./net.ts";
import { writeRegisters } from "./registers.ts";

/** Expressions longer than this get a wire of their own. */
const MAX_EXPRESSION = 100;

/** What a module needs to know of the others. */
export interface Neighbours {
  readonly naming: ModuleNaming;
  readonly byName: ReadonlyMap<string, Operation>;
}

/** The Verilog of one module: ports, declarations, wires, instances, memories, registers, outputs. */
export function writeModule(
  module: Operation,
  name: string,
  neighbours: Neighbours,
  comment: (span: Span) => string = fileAndLine,
): string {
  return new ModuleWriter(module, neighbours, comment).write(name);
}

/** The names that the Verilog of `module` gives to values; what leaves it by a port has the port's name too. */
export function namedValues(
  module: Operation,
  neighbours: Neighbours,
): readonly (readonly [Value, string])[] {
  const writer = new ModuleWriter(module, neighbours, () => "");
  writer.write("named");
  const { outputs } = nameModule(module);
  const { operands } = present(bodyOf(module).last, "hw.output");
  return [...writer.named, ...operands.map((value, index) => [value, at(outputs, index)] as const)];
}

function fileAndLine({ file, line }: Span): string {
  return `${file}:${String(line)}`;
}

class ModuleWriter {
  readonly #comment: (span: Span) => string;
  readonly #module: Operation;
  readonly #neighbours: Neighbours;
  readonly #names: ModuleNames;
  readonly #readings = new Readings();
  readonly #known = new KnownValues();
  readonly #expressions = new Expressions(this.#readings, this.#known);
  readonly #live: ReadonlySet<Operation>;
  readonly #declarations: string[] = [];
  readonly #inner = new Map<Operation, string>();
  /** Ports, wires and registers by what they carry. */
  readonly named = new Map<Value, string>();

  constructor(module: Operation, neighbours: Neighbours, comment: (span: Span) => string) {
    this.#comment = comment;
    this.#module = module;
    this.#neighbours = neighbours;
    this.#names = nameModule(module);
    for (const op of inDependenceOrder(bodyOf(module))) this.#known.learn(op);
    this.#live = liveOperations(bodyOf(module), this.#known);
  }

  write(name: string): string {
    const block = bodyOf(this.#module);
    block.args.forEach((arg, index) => {
      this.#declare(arg, at(this.#names.inputs, index));
    });
    const live = block.ops.filter((op) => this.#live.has(op));
    const memories = live
      .filter((op) => op.name === "seq.firmem")
      .map((op) => readMemory(op, present(this.#names.memories.get(op), "memory name"), this.#live));
    const registers = live.filter((op) => op.name.startsWith("seq.compreg"));
    const instances = live.filter((op) => op.name === "hw.instance");
    for (const op of instances) this.#declareInstance(op);
    for (const memory of memories) this.#declareMemory(memory);
    for (const op of registers)
      this.#declareSignal("reg", op.result, textOf(op, "name") ?? op.result.hint ?? "state");
    const counter = this.#names.table.unique("i");
    const wires = this.#wires();
    const body = [
      ...instances.flatMap((op) => this.#instance(op)),
      ...memories.flatMap((memory) => writeMemory(memory, this.#expressions, this.#inner, counter)),
      ...writeRegisters(registers, this.#expressions, (op) => this.#spanComment(op)),
      ...this.#outputs(),
    ];
    const declarations = [
      ...this.#declarations,
      ...(body.some((line) => line.includes(`for (${counter} =`)) ? [`  integer ${counter};`] : []),
    ];
    const lines = [
      ...this.#header(name),
      ...section(declarations),
      ...section(wires),
      ...body,
      ...this.#unused(memories),
      "endmodule",
      "",
    ];
    return lines.join("\n");
  }

  /** What stands behind a line that `op` made: nothing where no text stands behind it. */
  #spanComment(op: Operation): string {
    const text = op.span.line === 0 ? "" : this.#comment(op.span);
    return text === "" ? "" : ` // ${text.replace(/[\r\n]/gu, " ")}`;
  }

  #declare(value: Value, name: string): void {
    this.#expressions.setName(value, name);
    this.named.set(value, name);
    this.#readings.declare(name, width(value));
  }

  #declareSignal(kind: "reg" | "wire", value: Value, hint: string): string {
    const name = this.#names.table.unique(hint);
    this.#declare(value, name);
    this.#declarations.push(`  ${kind} ${range(width(value))}${name};`);
    return name;
  }

  #header(name: string): readonly string[] {
    const block = bodyOf(this.#module);
    const span = this.#spanComment(this.#module).trim();
    const ports = [
      ...block.args.map((arg, index) => portText("input", arg, at(this.#names.inputs, index))),
      ...present(block.last, "hw.output").operands.map((value, index) =>
        portText("output", value, at(this.#names.outputs, index)),
      ),
    ];
    if (ports.length === 0) return [`module ${name};`];
    return [
      ...(span === "" ? [] : [span]),
      `module ${name} (`,
      ...ports.map((port, index) => (index === ports.length - 1 ? port : `${port},`)),
      ");",
    ];
  }

  #declareInstance(op: Operation): void {
    const instance = present(this.#names.instances.get(op), "instance name");
    const ports = this.#target(op).outputs;
    op.results.forEach((result, index) => {
      const used = result.uses.some((use) => this.#live.has(use.user));
      this.#declareSignal(
        "wire",
        result,
        used ? (result.hint ?? `${instance}_${at(ports, index)}`) : `unused_${instance}_${at(ports, index)}`,
      );
    });
  }

  #target(op: Operation): ModuleNames {
    const target = op.attribute("moduleName");
    return nameModule(
      present(
        this.#neighbours.byName.get(target?.kind === "symbol" ? target.name : ""),
        "instantiated module",
      ),
    );
  }

  #declareMemory(memory: MemoryParts): void {
    this.#declarations.push(`${declareMemory(memory)}${this.#spanComment(memory.op)}`);
    for (const port of memory.reads) {
      const name = this.#declareSignal(
        memory.latency === 0 ? "wire" : "reg",
        port.result,
        port.result.hint ?? `${memory.name}_data`,
      );
      if (memory.latency < 2) continue;
      const inner = this.#names.table.unique(`${name}_early`);
      this.#inner.set(port, inner);
      this.#declarations.push(`  reg ${range(memory.bits)}${inner};`);
    }
  }

  /** Combinational values: inside their only user where that is safe and short, else as a wire. */
  #wires(): readonly string[] {
    const lines: string[] = [];
    for (const op of inDependenceOrder(bodyOf(this.#module), this.#live)) {
      if (op.name !== "hw.wire" && this.#known.constant(op.result) !== undefined) continue;
      const expression = this.#expressions.make(op);
      if (this.#isInlined(op, expression.text)) {
        this.#expressions.setExpression(op.result, expression);
        continue;
      }
      const { hint } = op.result;
      const wanted = textOf(op, "name") ?? hint;
      const name =
        wanted === undefined
          ? this.#names.table.numbered(op.name.replace(/^[a-z]+\./u, ""))
          : this.#names.table.unique(wanted);
      this.#declare(op.result, name);
      lines.push(`  wire ${range(width(op.result))}${name} = ${expression.text};${this.#spanComment(op)}`);
    }
    return lines;
  }

  #isInlined(op: Operation, text: string): boolean {
    if (op.name === "hw.wire" || text.length > MAX_EXPRESSION || !isContextFree(op, this.#expressions))
      return false;
    const uses = op.result.uses.filter((use) => this.#live.has(use.user));
    const [use] = uses;
    return uses.length === 1 && use !== undefined && !needsName(use.user, use.index, this.#expressions);
  }

  #instance(op: Operation): readonly string[] {
    const target = op.attribute("moduleName");
    const module = present(
      this.#neighbours.naming.get(target?.kind === "symbol" ? target.name : ""),
      "module name",
    );
    const names = this.#target(op);
    const ports = [
      ...op.operands.map(
        (operand, index) => `    .${at(names.inputs, index)}(${this.#expressions.text(operand)})`,
      ),
      ...op.results.map(
        (result, index) => `    .${at(names.outputs, index)}(${this.#expressions.target(result)})`,
      ),
    ];
    return [
      "",
      `  ${module} ${present(this.#names.instances.get(op), "instance name")} (${this.#spanComment(op)}`,
      ...ports.map((port, index) => (index === ports.length - 1 ? port : `${port},`)),
      "  );",
    ];
  }

  #outputs(): readonly string[] {
    const { operands } = present(bodyOf(this.#module).last, "hw.output");
    return section(
      operands.map(
        (value, index) => `  assign ${at(this.#names.outputs, index)} = ${this.#expressions.text(value)};`,
      ),
    );
  }

  /** Signals with bits that nobody reads, gathered where linters look for them. */
  #unused(memories: readonly MemoryParts[]): readonly string[] {
    const signals = this.#readings.incomplete().filter((name) => !name.includes("unused"));
    const words = memories.filter((memory) => memory.reads.length === 0).map((memory) => `${memory.name}[0]`);
    if (signals.length + words.length === 0) return [];
    return [
      "",
      "  // Bits that nothing reads, on purpose.",
      `  wire _unused_ok = &{1'b0, ${[...signals, ...words].join(", ")}};`,
    ];
  }
}

/** Words of C++ that Verilator dislikes as port names, and that standard interfaces prescribe. */
const PRESCRIBED_NAMES = new Set(["interrupt"]);

function portText(direction: "input" | "output", value: Value, name: string): string {
  const port = `${direction} wire ${range(width(value))}${name}`;
  return PRESCRIBED_NAMES.has(name)
    ? `  /* verilator lint_off SYMRSVDWORD */ ${port} /* verilator lint_on SYMRSVDWORD */`
    : `  ${port}`;
}

function section(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", ...lines];
}
