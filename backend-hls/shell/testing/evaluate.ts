import { Block, CompilerBug, ICMP_PREDICATES, Operation, present, widthOf, type Value } from "../../../ir/index.ts";
import { moduleName } from "../unit.ts";

/** A design under test: inputs are set, outputs are read in the same cycle, `tick` is the clock edge. */
export interface Bench {
  set(inputs: Readonly<Record<string, bigint | number>>): void;
  get(output: string): bigint;
  /** The present value of an input. */
  input(name: string): bigint;
  tick(): void;
  /** The words of the memory of that name: the first one in the design. */
  memory(name: string): Map<bigint, bigint>;
}

interface Scope {
  readonly module: Operation;
  readonly parent: Scope | undefined;
  readonly instance: Operation | undefined;
  readonly names: Map<Value, string>;
  readonly children: Map<Operation, Scope>;
}

interface Code {
  readonly lines: string[];
  readonly edge: string[];
  readonly late: string[];
  readonly pending: (() => void)[];
  readonly memories: { readonly name: string; readonly words: Map<bigint, bigint> }[];
  readonly memoryOf: Map<Operation, Map<Scope, number>>;
  state: number;
  temporaries: number;
}

const COMPARE: Readonly<Record<string, string>> = { eq: "===", ne: "!==", ult: "<", ule: "<=", ugt: ">", uge: ">=", slt: "<", sle: "<=", sgt: ">", sge: ">=" };

function integerAttribute(op: Operation, name: string): bigint {
  const attribute = op.attribute(name);
  return attribute?.kind === "int" ? attribute.value : 0n;
}

function combinational(op: Operation, args: readonly string[], width: number): string {
  const wrap = (text: string): string => `BigInt.asUintN(${String(width)}, ${text})`;
  const [a = "", b = "", c = ""] = args;
  switch (op.name) {
    case "comb.add": return wrap(`${a} + ${b}`);
    case "comb.sub": return wrap(`${a} - ${b}`);
    case "comb.mul": return wrap(`${a} * ${b}`);
    case "comb.and": return `${a} & ${b}`;
    case "comb.or": return `${a} | ${b}`;
    case "comb.xor": return `${a} ^ ${b}`;
    case "comb.shl": return wrap(`${a} << ${b}`);
    case "comb.shru": return `${a} >> ${b}`;
    case "comb.mux": return `${a} ? ${b} : ${c}`;
    case "comb.extract": return wrap(`${a} >> ${String(integerAttribute(op, "lowBit"))}n`);
    case "comb.icmp": return `${a} ${present(COMPARE[ICMP_PREDICATES[Number(integerAttribute(op, "predicate"))] ?? ""], "a comparison")} ${b} ? 1n : 0n`;
    case "comb.concat": return op.operands.reduce((text, value, index) => (index === 0 ? args[0] ?? "" : `(${text} << ${String(widthOf(value))}n | ${args[index] ?? ""})`), "");
    case "comb.replicate": {
      const from = widthOf(present(op.operands[0], "input"));
      return from === 1 ? `${a} ? ${String((1n << BigInt(width)) - 1n)}n : 0n` : Array.from({ length: width / from }, (_, index) => `(${a} << ${String(index * from)}n)`).join(" | ");
    }
    default: throw new CompilerBug(`the bench does not know ${op.name}`);
  }
}

/** Compiles `top` with the modules that it instantiates into closures over big integers. Slow, small, and independent of `sim`. */
export function bench(top: Operation, modules: readonly Operation[]): Bench {
  const byName = new Map(modules.map((module) => [moduleName(module), module]));
  const code: Code = { lines: [], edge: [], late: [], pending: [], memories: [], memoryOf: new Map(), state: 0, temporaries: 0 };
  const resets: bigint[] = [];
  const bodyOf = (module: Operation): Block => present(module.regions[0], "a body").block;
  const fresh = (text: string): string => {
    const name = `t${String(code.temporaries++)}`;
    code.lines.push(`const ${name} = ${text};`);
    return name;
  };
  const use = (value: Value, scope: Scope): string => {
    const known = scope.names.get(value);
    if (known !== undefined) return known;
    const name = define(value, scope);
    scope.names.set(value, name);
    return name;
  };
  const define = (value: Value, scope: Scope): string => {
    const { owner } = value;
    if (owner instanceof Block) {
      if (scope.parent === undefined || scope.instance === undefined) return `i[${JSON.stringify(inputNames(scope.module)[value.index])}]`;
      return use(present(scope.instance.operands[value.index], "an argument"), scope.parent);
    }
    const op = owner;
    if (op.name === "hw.instance") return use(present(bodyOf(child(op, scope).module).last?.operands[value.index], "an output"), child(op, scope));
    if (op.name === "hw.constant") {
      const attribute = op.attribute("value");
      return `${String(attribute?.kind === "int" ? attribute.value : 0n)}n`;
    }
    if (op.name.startsWith("seq.compreg")) return register(op, scope);
    if (op.name === "seq.firmem.read_port") return readPort(op, scope);
    return fresh(combinational(op, op.operands.map((operand) => use(operand, scope)), widthOf(value)));
  };
  const child = (op: Operation, scope: Scope): Scope => {
    const known = scope.children.get(op);
    if (known !== undefined) return known;
    const attribute = op.attribute("moduleName");
    const module = present(byName.get(attribute?.kind === "symbol" ? attribute.name : ""), "an instantiated module");
    const made: Scope = { module, parent: scope, instance: op, names: new Map(), children: new Map() };
    scope.children.set(op, made);
    enter(made);
    return made;
  };
  const register = (op: Operation, scope: Scope): string => {
    const slot = code.state++;
    resets.push(0n);
    code.pending.push(() => {
      const enabled = op.name === "seq.compreg.ce";
      const next = use(present(op.operands[0], "input"), scope);
      const held = enabled ? `${use(present(op.operands[2], "enable"), scope)} ? ${next} : s[${String(slot)}]` : next;
      const reset = op.operands[enabled ? 4 : 3];
      const rst = op.operands[enabled ? 3 : 2];
      const text = reset === undefined || rst === undefined ? held : `${use(rst, scope)} ? ${use(reset, scope)} : (${held})`;
      code.edge.push(`const n${String(slot)} = ${text};`);
      code.late.push(`s[${String(slot)}] = n${String(slot)};`);
    });
    return fresh(`s[${String(slot)}]`);
  };
  const memoryIndex = (value: Value, scope: Scope): number => {
    const op = value.owner;
    if (!(op instanceof Operation)) throw new CompilerBug("a memory is an operation");
    const scopes = code.memoryOf.get(op) ?? new Map<Scope, number>();
    code.memoryOf.set(op, scopes);
    const known = scopes.get(scope);
    if (known !== undefined) return known;
    const attribute = op.attribute("name");
    code.memories.push({ name: attribute?.kind === "string" ? attribute.value : "", words: new Map() });
    scopes.set(scope, code.memories.length - 1);
    return code.memories.length - 1;
  };
  const readPort = (op: Operation, scope: Scope): string => {
    const memory = present(op.operands[0], "memory");
    const index = memoryIndex(memory, scope);
    const address = present(op.operands[1], "address");
    const read = (): string => `(m[${String(index)}].get(${use(address, scope)}) ?? 0n)`;
    if (memory.owner instanceof Operation && integerAttribute(memory.owner, "readLatency") === 0n) return fresh(read());
    const slot = code.state++;
    resets.push(0n);
    code.pending.push(() => {
      const enable = op.operands[3];
      code.edge.push(`const n${String(slot)} = ${enable === undefined ? read() : `${use(enable, scope)} ? ${read()} : s[${String(slot)}]`};`);
      code.late.push(`s[${String(slot)}] = n${String(slot)};`);
    });
    return fresh(`s[${String(slot)}]`);
  };
  const writePort = (op: Operation, scope: Scope): void => {
    const [memory, address, , enable, data, mask] = op.operands;
    const index = memoryIndex(present(memory, "memory"), scope);
    const at = use(present(address, "address"), scope);
    const word = use(present(data, "data"), scope);
    const lane = mask === undefined ? 0 : widthOf(present(data, "data")) / widthOf(mask);
    const value = mask === undefined ? word : `masked(m[${String(index)}].get(${at}) ?? 0n, ${word}, ${use(mask, scope)}, ${String(lane)}, ${String(widthOf(mask))})`;
    code.late.push(`if (${use(present(enable, "enable"), scope)}) m[${String(index)}].set(${at}, ${value});`);
  };
  const enter = (scope: Scope): void => {
    for (const op of bodyOf(scope.module).ops) {
      if (op.name === "seq.firmem.write_port") code.pending.push(() => { writePort(op, scope); });
      if (op.name === "hw.instance") child(op, scope);
    }
  };
  const root: Scope = { module: top, parent: undefined, instance: undefined, names: new Map(), children: new Map() };
  enter(root);
  const outputNames = stringList(top, "output_names");
  const outputs = bodyOf(top).last?.operands.map((value, index) => `o[${JSON.stringify(outputNames[index])}] = ${use(value, root)};`) ?? [];
  for (let next = code.pending.shift(); next !== undefined; next = code.pending.shift()) next();
  const comb = compile(["i", "s", "m", "o"], [...code.lines, ...outputs]);
  const edge = compile(["i", "s", "m", "masked"], [...code.lines, ...code.edge, ...code.late]);
  return run(inputNames(top), { comb, edge, state: resets, memories: code.memories });
}

type Compiled = (...args: readonly unknown[]) => void;

function compile(parameters: readonly string[], lines: readonly string[]): Compiled {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- generated from the module under test
  return new Function(...parameters, lines.join("\n")) as Compiled; // Function() is untyped
}

function stringList(module: Operation, name: string): readonly string[] {
  const attribute = module.attribute(name);
  return attribute?.kind === "array" ? attribute.elements.map((element) => (element.kind === "string" ? element.value : "")) : [];
}

function inputNames(module: Operation): readonly string[] {
  return stringList(module, "input_names");
}

function masked(old: bigint, word: bigint, mask: bigint, lane: number, lanes: number): bigint {
  let bits = 0n;
  for (let index = 0; index < lanes; index += 1) if ((mask >> BigInt(index)) & 1n) bits |= ((1n << BigInt(lane)) - 1n) << BigInt(index * lane);
  return (word & bits) | (old & ~bits);
}

interface Compilation {
  readonly comb: Compiled;
  readonly edge: Compiled;
  readonly state: bigint[];
  readonly memories: Code["memories"];
}

function run(names: readonly string[], { comb, edge, state, memories }: Compilation): Bench {
  const inputs: Record<string, bigint> = Object.fromEntries(names.map((name) => [name, 0n]));
  const outputs: Record<string, bigint> = {};
  const words = memories.map((memory) => memory.words);
  let stale = true;
  return {
    set: (values) => {
      for (const [name, value] of Object.entries(values)) {
        if (inputs[name] === undefined) throw new CompilerBug(`the design has no input ${name}`);
        inputs[name] = BigInt(value);
      }
      stale = true;
    },
    get: (name) => {
      if (stale) comb(inputs, state, words, outputs);
      stale = false;
      return present(outputs[name], `output ${name}`);
    },
    input: (name) => present(inputs[name], `input ${name}`),
    tick: () => {
      edge(inputs, state, words, masked);
      stale = true;
    },
    memory: (name) => present(memories.find((memory) => memory.name === name), `memory ${name}`).words,
  };
}
