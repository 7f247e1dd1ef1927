import { at, HwModuleOp, type Operation, present, type Value, widthOf } from "../../ir/index.ts";

type Bits = bigint;
const ones = (width: number): Bits => (1n << BigInt(width)) - 1n;
const signed = (value: Bits, width: number): Bits =>
  ((value >> BigInt(width - 1)) & 1n) === 1n ? value - (1n << BigInt(width)) : value;

/** One instance, evaluated straight from the IR by demand: slow, simple, and sharing no code with the simulators. */
class Instance {
  readonly #ops: readonly Operation[];
  readonly #inputNames: readonly string[];
  readonly #outputNames: readonly string[];
  readonly #inputs: ReadonlyMap<string, () => Bits>;
  readonly #children = new Map<Operation, Instance>();
  readonly #state = new Map<Value, Bits>();
  readonly #second = new Map<Value, Bits>();
  readonly #words = new Map<Operation, Bits[]>();
  readonly #memo = new Map<Value, Bits>();
  readonly #output: Operation;

  constructor(
    module: Operation,
    modules: ReadonlyMap<string, Operation>,
    inputs: ReadonlyMap<string, () => Bits>,
  ) {
    const { attrs } = present(HwModuleOp.match(module), "module");
    this.#inputNames = attrs.input_names;
    this.#outputNames = attrs.output_names;
    this.#inputs = inputs;
    const block = at(present(module.regions[0], "body").blocks, 0);
    this.#ops = block.ops;
    this.#output = present(block.last, "output");
    for (const op of block.ops) {
      if (op.name === "hw.instance") this.#children.set(op, this.#child(op, modules));
      if (op.name === "seq.firmem") {
        const init = op.attribute("init");
        const depth = op.result.type.kind === "firmem" ? op.result.type.depth : 0;
        this.#words.set(
          op,
          Array.from({ length: depth }, (_, i) =>
            init?.kind === "dense" ? BigInt(init.values[i] ?? 0) : 0n,
          ),
        );
      }
    }
  }

  #child(op: Operation, modules: ReadonlyMap<string, Operation>): Instance {
    const target = op.attribute("moduleName");
    const module = present(modules.get(target?.kind === "symbol" ? target.name : ""), "child");
    const names = present(HwModuleOp.match(module), "module").attrs.input_names;
    return new Instance(
      module,
      modules,
      new Map(names.map((name, i) => [name, () => this.value(at(op.operands, i))])),
    );
  }

  forget(): void {
    this.#memo.clear();
    for (const child of this.#children.values()) child.forget();
  }

  output(name: string): Bits {
    return this.value(at(this.#output.operands, this.#outputNames.indexOf(name)));
  }

  value(value: Value): Bits {
    if (value.type.kind !== "int") return 0n;
    const known = this.#memo.get(value);
    if (known !== undefined) return known;
    const made = this.#compute(value);
    this.#memo.set(value, made);
    return made;
  }

  #compute(value: Value): Bits {
    const op = value.producer;
    if (op === undefined) return present(this.#inputs.get(at(this.#inputNames, value.index)), "input")();
    if (op.name.startsWith("seq.compreg")) return this.#state.get(value) ?? 0n;
    if (op.name === "seq.firmem.read_port") {
      const latency = this.#latency(op);
      return latency === 0 ? this.#word(op) : ((latency === 1 ? this.#state : this.#second).get(value) ?? 0n);
    }
    const child = this.#children.get(op);
    if (child !== undefined) return child.value(at(child.#output.operands, value.index));
    return combinational(
      op,
      op.operands.map((operand) => this.value(operand)),
    );
  }

  #latency(port: Operation): number {
    const attribute = present(at(port.operands, 0).producer, "memory").attribute("readLatency");
    return attribute?.kind === "int" ? Number(attribute.value) : 0;
  }

  #word(port: Operation): Bits {
    const words = present(this.#words.get(present(at(port.operands, 0).producer, "memory")), "words");
    return words[Number(this.value(at(port.operands, 1)))] ?? 0n;
  }

  /** First half of an edge: what every state takes, from old values. */
  prepare(effects: (() => void)[]): void {
    for (const op of this.#ops) {
      if (op.name.startsWith("seq.compreg")) this.#prepareRegister(op, effects);
      else if (op.name === "seq.firmem.read_port" && this.#latency(op) > 0) {
        const enabled = op.operands.length < 4 || this.value(at(op.operands, 3)) === 1n;
        const first = this.#state.get(op.result) ?? 0n;
        const word = this.#word(op);
        effects.push(() => {
          this.#second.set(op.result, first);
          if (enabled) this.#state.set(op.result, word);
        });
      } else if (op.name === "seq.firmem.write_port") this.#prepareWrite(op, effects);
    }
    for (const child of this.#children.values()) child.prepare(effects);
  }

  #prepareRegister(op: Operation, effects: (() => void)[]): void {
    const withEnable = op.name === "seq.compreg.ce";
    const rest = op.operands.slice(withEnable ? 3 : 2);
    const [when, resetValue] = rest;
    const enabled = !withEnable || this.value(at(op.operands, 2)) === 1n;
    const next =
      when !== undefined && resetValue !== undefined && this.value(when) === 1n
        ? this.value(resetValue)
        : enabled
          ? this.value(at(op.operands, 0))
          : this.value(op.result);
    effects.push(() => {
      this.#state.set(op.result, next);
    });
  }

  #prepareWrite(op: Operation, effects: (() => void)[]): void {
    const words = present(this.#words.get(present(at(op.operands, 0).producer, "memory")), "words");
    const [, address, , enable, data] = op.operands.map((operand) => this.value(operand));
    const maskValue = op.operands[5];
    const width = widthOf(at(op.operands, 4));
    const parts = maskValue === undefined ? 1 : widthOf(maskValue);
    const mask = maskValue === undefined ? 1n : this.value(maskValue);
    if (enable !== 1n || address === undefined || data === undefined || address >= BigInt(words.length))
      return;
    effects.push(() => {
      const size = BigInt(width / parts);
      for (let part = 0n; part < BigInt(parts); part += 1n) {
        if (((mask >> part) & 1n) === 0n) continue;
        const lane = ones(Number(size)) << (part * size);
        words[Number(address)] = ((words[Number(address)] ?? 0n) & ~lane) | (data & lane);
      }
    });
  }
}

const binary: Readonly<Record<string, (a: Bits, b: Bits, width: number) => Bits>> = {
  "comb.add": (a, b) => a + b,
  "comb.sub": (a, b) => a - b,
  "comb.mul": (a, b) => a * b,
  "comb.and": (a, b) => a & b,
  "comb.or": (a, b) => a | b,
  "comb.xor": (a, b) => a ^ b,
  "comb.shl": (a, b, width) => (b >= BigInt(width) ? 0n : a << b),
  "comb.shru": (a, b, width) => (b >= BigInt(width) ? 0n : a >> b),
  "comb.shrs": (a, b, width) => signed(a, width) >> (b >= BigInt(width) ? BigInt(width) : b),
};

const predicates: readonly ((a: Bits, b: Bits, x: Bits, y: Bits) => boolean)[] = [
  (a, b) => a === b,
  (a, b) => a !== b,
  (_a, _b, x, y) => x < y,
  (_a, _b, x, y) => x <= y,
  (_a, _b, x, y) => x > y,
  (_a, _b, x, y) => x >= y,
  (a, b) => a < b,
  (a, b) => a <= b,
  (a, b) => a > b,
  (a, b) => a >= b,
];

function attributeNumber(op: Operation, key: string): number {
  const attribute = op.attribute(key);
  return attribute?.kind === "int" ? Number(attribute.value) : 0;
}

function combinational(op: Operation, values: readonly Bits[]): Bits {
  const width = widthOf(op.result);
  const [a, b, c] = [values[0] ?? 0n, values[1] ?? 0n, values[2] ?? 0n];
  const known = binary[op.name];
  if (known !== undefined) return known(a, b, width) & ones(width);
  switch (op.name) {
    case "hw.constant": {
      const value = op.attribute("value");
      return (value?.kind === "int" ? value.value : 0n) & ones(width);
    }
    case "hw.wire":
      return a;
    case "comb.icmp": {
      const from = widthOf(at(op.operands, 0));
      return at(predicates, attributeNumber(op, "predicate"))(a, b, signed(a, from), signed(b, from))
        ? 1n
        : 0n;
    }
    case "comb.mux":
      return a === 1n ? b : c;
    case "comb.extract":
      return (a >> BigInt(attributeNumber(op, "lowBit"))) & ones(width);
    case "comb.concat":
      return values.reduce((sum, value, i) => (sum << BigInt(widthOf(at(op.operands, i)))) | value, 0n);
    case "comb.replicate": {
      const from = BigInt(widthOf(at(op.operands, 0)));
      let sum = 0n;
      for (let done = 0n; done < BigInt(width); done += from) sum |= a << done;
      return sum;
    }
    default:
      throw new Error(`the oracle does not know ${op.name}`);
  }
}

/** The reference in tests: one clock, state starts at 0. */
export class Oracle {
  readonly #inputs = new Map<string, Bits>();
  readonly #top: Instance;

  constructor(top: string, modules: readonly Operation[]) {
    const byName = new Map(
      modules.map((module) => [present(HwModuleOp.match(module), "module").attrs.sym_name, module]),
    );
    const module = present(byName.get(top), top);
    const names = present(HwModuleOp.match(module), "module").attrs.input_names;
    this.#top = new Instance(
      module,
      byName,
      new Map(names.map((name) => [name, () => this.#inputs.get(name) ?? 0n])),
    );
  }

  poke(name: string, value: Bits): void {
    this.#inputs.set(name, value);
    this.#top.forget();
  }

  peek(name: string): Bits {
    return this.#top.output(name);
  }

  step(): void {
    const effects: (() => void)[] = [];
    this.#top.prepare(effects);
    for (const effect of effects) effect();
    this.#top.forget();
  }
}
