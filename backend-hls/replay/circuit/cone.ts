import { at, CompilerBug, HwModuleOp, type Operation, present, type Value } from "../../../ir/index.ts";
import { entry } from "../entry.ts";
import { binaryBits, compareBits, type Expression, extractBits, joinBits, WIDEST } from "./expression.ts";

/** Instances down to this depth are groups of their own: engines, arbiters, queues, the memory. */
const GROUP_DEPTH = 2;

/** One use of a module: where its inputs come from. */
interface Scope {
  /** Levels of instances above it. */
  readonly depth: number;
  readonly group: number;
  readonly inputs: ReadonlyMap<
    Value,
    { readonly scope: Scope; readonly value: Value } | { readonly port: string }
  >;
}

/** Bits of a value in a scope. */
interface Wanted {
  readonly scope: Scope;
  readonly value: Value;
  readonly low: number;
  readonly width: number;
}

interface Memory {
  readonly place: number;
  readonly scope: Scope;
  readonly op: Operation;
  readonly low: number;
  readonly width: number;
}

/** State that a cone holds: where it starts. It is read as `I<n>` (below 32 bits) or `D<n>`. */
export interface ConeState {
  readonly reset: number;
  readonly width: number;
}

/** A value `v<n>`: an expression of other values, states, inputs `X<n>` and words of memories `M<n>[]`. */
export interface ConeLine {
  readonly text: string;
  readonly width: number;
  /** Lines of one instance stand together. */
  readonly group: number;
}

/** What happens at the clock edge where `enable` is 1: a state or a word takes a value. All three are names of lines, or numbers. */
export interface ConeEdge {
  readonly enable: string;
  readonly target:
    | { readonly kind: "state"; readonly state: number }
    | { readonly kind: "word"; readonly memory: number; readonly address: string };
  readonly value: string;
  readonly group: number;
}

/** A memory of a cone: `words` numbers of `width` bits. */
export interface ConeMemory {
  readonly words: number;
  readonly width: number;
  readonly init: readonly bigint[];
}

/**
 * Everything that outputs of a design depend on, as JavaScript, whatever the hierarchy; what they do not depend on (data, when
 * only control is asked for) is left out. Wide vectors are followed slice by slice.
 */
export class Cone {
  readonly lines: ConeLine[] = [];
  readonly edges: ConeEdge[] = [];
  readonly states: ConeState[] = [];
  readonly memories: ConeMemory[] = [];
  /** Input slices in use: `name:low:width` by place. */
  readonly inputs = new Map<string, number>();
  readonly #modules: ReadonlyMap<string, Operation>;
  readonly #known = new Map<Scope, Map<Value, Map<string, Expression>>>();
  readonly #scopes = new Map<Scope, Map<Operation, Scope>>();
  readonly #memories = new Map<Scope, Map<Operation, Map<string, Memory>>>();
  #groups = 1;
  /** What is still to be followed: inputs of registers and write ports. */
  readonly #pending: (() => void)[] = [];

  constructor(modules: readonly Operation[]) {
    this.#modules = new Map(modules.map((module) => [moduleView(module).attrs.sym_name, module]));
  }

  /** The text of each output of `top`. */
  follow(top: Operation, outputs: readonly string[]): readonly string[] {
    const { attrs, block } = bodyOf(top);
    const scope: Scope = {
      depth: 0,
      group: 0,
      inputs: new Map(block.args.map((arg, index) => [arg, { port: at(attrs.input_names, index) }])),
    };
    const texts = outputs.map((name) => {
      const place = attrs.output_names.indexOf(name);
      if (place < 0) throw new CompilerBug(`${attrs.sym_name} has no output ${name}`);
      return this.#whole(scope, at(present(block.last, "hw.output").operands, place)).text;
    });
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) next();
    return texts;
  }

  #whole(scope: Scope, value: Value): Expression {
    return this.#bits({ scope, value, low: 0, width: widthOf(value) });
  }

  #bits(wanted: Wanted): Expression {
    if (wanted.width > WIDEST)
      throw new CompilerBug(`control depends on ${String(wanted.width)} bits at once`);
    const values = entry(this.#known, wanted.scope, () => new Map<Value, Map<string, Expression>>());
    const slices = entry(values, wanted.value, () => new Map<string, Expression>());
    const key = `${String(wanted.low)}:${String(wanted.width)}`;
    const known = slices.get(key);
    if (known !== undefined) return known;
    const made = this.#follow(wanted);
    slices.set(key, made);
    return made;
  }

  #follow(wanted: Wanted): Expression {
    const { scope, value, low, width } = wanted;
    const source = scope.inputs.get(value);
    if (source !== undefined)
      return "port" in source ? this.#input(source.port, low, width) : this.#bits({ ...source, low, width });
    const op = present(value.producer, "a driven wire");
    switch (op.name) {
      case "hw.wire":
        return this.#bits({ scope, value: at(op.operands, 0), low, width });
      case "hw.constant":
        return { text: constantText(op, low, width), width };
      case "hw.instance":
        return this.#bits({ ...this.#inside(scope, op, value), low, width });
      case "seq.compreg":
      case "seq.compreg.ce":
        return this.#register(wanted, op);
      case "seq.firmem.read_port":
        return this.#read(wanted, op);
      default:
        return this.#operation(wanted, op);
    }
  }

  #input(name: string, low: number, width: number): Expression {
    const place = entry(this.inputs, `${name}:${String(low)}:${String(width)}`, () => this.inputs.size);
    return { text: `X${String(place)}`, width };
  }

  #inside(scope: Scope, op: Operation, value: Value): { readonly scope: Scope; readonly value: Value } {
    const target = op.attribute("moduleName");
    const module = target?.kind === "symbol" ? this.#modules.get(target.name) : undefined;
    const { block } = bodyOf(present(module, "the module of an instance"));
    const inner = entry(
      entry(this.#scopes, scope, () => new Map<Operation, Scope>()),
      op,
      () => ({
        depth: scope.depth + 1,
        group: scope.depth < GROUP_DEPTH ? this.#groups++ : scope.group,
        inputs: new Map(block.args.map((arg, index) => [arg, { scope, value: at(op.operands, index) }])),
      }),
    );
    return { scope: inner, value: at(present(block.last, "hw.output").operands, op.results.indexOf(value)) };
  }

  #operation(wanted: Wanted, op: Operation): Expression {
    const { scope, low, width } = wanted;
    const name = op.name.replace("comb.", "");
    const slice = (index: number): Expression =>
      this.#bits({ scope, value: at(op.operands, index), low, width });
    const whole = (index: number): Expression => this.#whole(scope, at(op.operands, index));
    switch (name) {
      case "extract":
        return this.#bits({ scope, value: at(op.operands, 0), low: low + numberOf(op, "lowBit"), width });
      case "concat":
        return this.#concat(wanted, op);
      case "replicate":
        return this.#replicate(wanted, op);
      case "mux":
        return this.#define(scope, `(${whole(0).text} === 1 ? ${slice(1).text} : ${slice(2).text})`, width);
      case "icmp":
        return this.#define(scope, compareBits(numberOf(op, "predicate"), whole(0), whole(1)), 1);
      case "and":
      case "or":
      case "xor":
        return this.#define(scope, present(binaryBits(name, slice(0), slice(1)), name), width);
      default: {
        const all = binaryBits(name, whole(0), whole(1));
        if (all === undefined) throw new CompilerBug(`${op.name} in the control of a memory port`);
        const made = this.#define(scope, all, widthOf(op.result));
        return made.width === width ? made : this.#define(scope, extractBits(made, low, width), width);
      }
    }
  }

  #concat({ scope, low, width }: Wanted, op: Operation): Expression {
    let top = op.operands.reduce((sum, operand) => sum + widthOf(operand), 0);
    const parts = op.operands.flatMap((value): readonly Expression[] => {
      const size = widthOf(value);
      top -= size;
      const [from, to] = [Math.max(low, top), Math.min(low + width, top + size)];
      return from < to ? [this.#bits({ scope, value, low: from - top, width: to - from })] : [];
    });
    return parts.length === 1 ? at(parts, 0) : this.#define(scope, joinBits(parts), width);
  }

  #replicate({ scope, width }: Wanted, op: Operation): Expression {
    const bit = this.#whole(scope, at(op.operands, 0));
    if (bit.width !== 1) throw new CompilerBug("a vector is replicated in the control of a memory port");
    return this.#define(scope, `(${bit.text} === 1 ? ${String(2 ** width - 1)} : 0)`, width);
  }

  #register({ scope, low, width }: Wanted, op: Operation): Expression {
    const isEnabled = op.name === "seq.compreg.ce";
    const [reset] = op.operands.slice(isEnabled ? 4 : 3);
    const state = this.#state(width, reset === undefined ? 0 : constantBits(reset, low, width));
    this.#pending.push(() => {
      const next = this.#bits({ scope, value: at(op.operands, 0), low, width });
      const enable = isEnabled ? this.#whole(scope, at(op.operands, 2)) : ALWAYS;
      this.#set(scope, state, { enable, next });
    });
    return this.#present(state);
  }

  #state(width: number, reset: number): number {
    return this.states.push({ reset, width }) - 1;
  }

  #present(state: number): Expression {
    const { width } = at(this.states, state);
    return { text: `${width < 32 ? "I" : "D"}${String(state)}`, width };
  }

  #set(
    scope: Scope,
    state: number,
    { enable, next }: { readonly enable: Expression; readonly next: Expression },
  ): void {
    const { group } = scope;
    const value = this.#named(scope, next);
    this.edges.push({ enable: this.#named(scope, enable), target: { kind: "state", state }, value, group });
  }

  /** A value as it is before the clock edge: a line or a number. */
  #named(scope: Scope, { text, width }: Expression): string {
    return /^(?:v?\d+)$/u.test(text) ? text : this.#define(scope, text, width).text;
  }

  #read({ scope, low, width }: Wanted, op: Operation): Expression {
    const firmem = present(at(op.operands, 0).producer, "a memory");
    const { place } = this.#memory({ scope, op: firmem, low, width });
    const latency = numberOf(firmem, "readLatency");
    const word = (): Expression =>
      this.#define(scope, `M${String(place)}[${this.#whole(scope, at(op.operands, 1)).text}]`, width);
    if (latency === 0) return word();
    const first = this.#state(width, 0);
    const enabled = op.operands[3];
    this.#pending.push(() => {
      const enable = enabled === undefined ? ALWAYS : this.#whole(scope, enabled);
      this.#set(scope, first, { enable, next: word() });
    });
    if (latency === 1) return this.#present(first);
    const second = this.#state(width, 0);
    this.#set(scope, second, { enable: ALWAYS, next: this.#present(first) });
    return this.#present(second);
  }

  #memory(wanted: Omit<Memory, "place">): Memory {
    const { scope, op, low, width } = wanted;
    const { type } = op.result;
    if (type.kind !== "firmem") throw new CompilerBug("a port of no memory");
    const ofScope = entry(this.#memories, scope, () => new Map<Operation, Map<string, Memory>>());
    const slices = entry(ofScope, op, () => new Map<string, Memory>());
    return entry(slices, `${String(low)}:${String(width)}`, () => {
      const memory = { ...wanted, place: this.memories.length };
      const init = op.attribute("init");
      const words = init?.kind === "dense" ? init.values : [];
      this.memories.push({
        words: 2 ** Math.ceil(Math.log2(Math.max(2, type.depth))),
        width,
        init: words.map((word) => BigInt.asUintN(width, BigInt(word) >> BigInt(low))),
      });
      this.#pending.push(() => {
        for (const { user } of op.result.uses)
          if (user.name === "seq.firmem.write_port") this.#write(memory, user);
      });
      return memory;
    });
  }

  #write({ place, scope, low, width }: Memory, port: Operation): void {
    if (port.operands.length > 5) throw new CompilerBug("control is kept in a memory with a write mask");
    const line = (index: number): string => this.#named(scope, this.#whole(scope, at(port.operands, index)));
    const value = this.#named(scope, this.#bits({ scope, value: at(port.operands, 4), low, width }));
    const target = { kind: "word", memory: place, address: line(1) } as const;
    this.edges.push({ enable: line(3), target, value, group: scope.group });
  }

  #define({ group }: Scope, text: string, width: number): Expression {
    this.lines.push({ text, width, group });
    return { text: `v${String(this.lines.length - 1)}`, width };
  }
}

const ALWAYS: Expression = { text: "1", width: 1 };

function moduleView(module: Operation) {
  return present(HwModuleOp.match(module), "an hw.module");
}

function bodyOf(module: Operation) {
  return { attrs: moduleView(module).attrs, block: at(module.regions, 0).block };
}

function widthOf({ type }: Value): number {
  return type.kind === "int" ? type.width : 1;
}

function numberOf(op: Operation, key: string): number {
  const attribute = op.attribute(key);
  if (attribute?.kind !== "int") throw new CompilerBug(`${op.name} has no number ${key}`);
  return Number(attribute.value);
}

function constantText(op: Operation, low: number, width: number): string {
  const attribute = op.attribute("value");
  if (attribute?.kind !== "int") throw new CompilerBug("a constant is an integer");
  return String(BigInt.asUintN(width, BigInt.asUintN(widthOf(op.result), attribute.value) >> BigInt(low)));
}

function constantBits(value: Value, low: number, width: number): number {
  return Number(constantText(present(value.producer, "a reset value"), low, width));
}
