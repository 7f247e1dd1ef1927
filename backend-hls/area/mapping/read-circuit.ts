import { at, CompilerBug, HwModuleOp, type Operation, present, type Value } from "../../../ir/index.ts";
import { Arithmetic } from "./arithmetic.ts";
import type { ArithmeticFamily, Circuit, Knowledge, Memory, Part } from "./circuit.ts";
import { FALSE, invert, isConstant, type Literal, LogicNetwork, TRUE } from "./logic-network.ts";
import { readRegisters } from "./read-registers.ts";
import { constantWord, equalWords, leafWord, selectWord, shiftWord, type Word, zip } from "./word.ts";

/** What of a family decides how a module is read. */
export interface ReadFamily {
  readonly arithmetic: ArithmeticFamily;
  /** Bits of a table of constants that is put into a block RAM where registers alone read it. */
  readonly blockTable: number;
}

/** Reads a `hw.module` bit by bit, with what is known of it; modules inside it stay closed. */
export function readCircuit(module: Operation, family: ReadFamily, knowledge: Knowledge): Circuit {
  return new CircuitReader(module, family, knowledge).read();
}

class CircuitReader {
  readonly #logic = new LogicNetwork();
  readonly #parts: Part[] = [];
  readonly #arithmetic: Arithmetic;
  readonly #blockTable: number;
  readonly #knowledge: Knowledge;
  readonly #ops: readonly Operation[];
  readonly #inputs: readonly Value[];
  readonly #numbers: ReadonlyMap<Operation, number>;
  readonly #words = new Map<Value, Word>();

  constructor(module: Operation, { arithmetic, blockTable }: ReadFamily, knowledge: Knowledge) {
    present(HwModuleOp.match(module), "a hw.module");
    const { block } = at(module.regions, 0);
    this.#ops = block.ops;
    this.#inputs = block.args;
    this.#numbers = new Map(block.ops.map((op, index) => [op, index]));
    this.#knowledge = knowledge;
    this.#blockTable = blockTable;
    this.#arithmetic = new Arithmetic(this.#logic, this.#parts, arithmetic, knowledge);
  }

  read(): Circuit {
    const leaf = (value: Value): void => {
      if (value.type.kind === "int") this.#words.set(value, leafWord(this.#logic, value.type.width));
    };
    this.#inputs.forEach(leaf);
    for (const op of this.#ops) if (op.name === "hw.instance") op.results.forEach(leaf);
    const registers = this.#ops.filter(({ name }) => name.startsWith("seq.compreg"));
    const finish = readRegisters(this.#logic, registers, this.#knowledge, (value) => this.#word(value));
    for (const [op, word] of finish.outputs) this.#words.set(op.result, word);
    const memories = this.#ops.filter((op) => op.name === "seq.firmem" && this.#isMemory(op));
    for (const op of memories)
      for (const read of readsOf(op))
        this.#words.set(read.result, leafWord(this.#logic, widthOf(read.result)));
    const roots = this.#ops.flatMap((op) =>
      op.name === "hw.output" || op.name === "hw.instance"
        ? op.operands.flatMap((value) => (value.type.kind === "int" ? this.#word(value) : []))
        : [],
    );
    // One by one: a call takes only so many arguments.
    for (const part of finish.inputs()) this.#parts.push(part);
    for (const op of memories) this.#parts.push(this.#memory(op));
    return { logic: this.#logic, parts: this.#parts, roots };
  }

  #word(value: Value): Word {
    const known = this.#words.get(value);
    if (known !== undefined) return known;
    const op = present(value.producer, "the operation behind a value");
    const word = this.#evaluate(op);
    this.#words.set(value, word);
    return word;
  }

  #evaluate(op: Operation): Word {
    const operand = (index: number): Word => this.#word(at(op.operands, index));
    const logic = this.#logic;
    switch (op.name) {
      case "hw.constant":
        return constantWord(numberOf(op, "value"), widthOf(op.result));
      case "hw.wire":
        return operand(0);
      case "comb.extract": {
        const low = Number(numberOf(op, "lowBit"));
        return operand(0).slice(low, low + widthOf(op.result));
      }
      case "comb.concat":
        return op.operands.toReversed().flatMap((value) => this.#word(value));
      case "comb.replicate": {
        const word = operand(0);
        return Array.from({ length: widthOf(op.result) }, (_, bit) => at(word, bit % word.length));
      }
      case "comb.and":
        return zip(operand(0), operand(1), (a, b) => logic.and(a, b));
      case "comb.or":
        return zip(operand(0), operand(1), (a, b) => logic.or(a, b));
      case "comb.xor":
        return zip(operand(0), operand(1), (a, b) => logic.xor(a, b));
      case "comb.mux": {
        const condition = at(operand(0), 0);
        return zip(operand(1), operand(2), (a, b) => logic.mux(condition, a, b));
      }
      case "seq.firmem.read_port":
        return this.#readTable(op);
      default:
        return this.#compute(op, operand(0), operand(1));
    }
  }

  #compute(op: Operation, a: Word, b: Word): Word {
    this.#arithmetic.begin(present(this.#numbers.get(op), "an operation of the module"));
    switch (op.name) {
      case "comb.add":
        return this.#arithmetic.add(a, b);
      case "comb.sub":
        return this.#arithmetic.subtract(a, b);
      case "comb.mul":
        return this.#arithmetic.multiply(a, b);
      case "comb.icmp":
        return [this.#compare(Number(numberOf(op, "predicate")), a, b)];
      case "comb.shl":
      case "comb.shru":
      case "comb.shrs":
        return this.#shift(op.name === "comb.shl" ? "shl" : op.name === "comb.shru" ? "shru" : "shrs", a, b);
      default:
        throw new CompilerBug(`no area of ${op.name}`);
    }
  }

  #shift(kind: "shl" | "shru" | "shrs", word: Word, amount: Word): Word {
    if (amount.every(isConstant)) {
      const by = amount.reduce((sum, bit, place) => sum + (bit === TRUE ? 2 ** place : 0), 0);
      const top = kind === "shrs" ? (word.at(-1) ?? FALSE) : FALSE;
      return word.map((_, index) => word[kind === "shl" ? index - by : index + by] ?? top);
    }
    return shiftWord(this.#logic, kind, word, amount);
  }

  /** CIRCT's predicates: eq, ne, then signed and unsigned orders. */
  #compare(predicate: number, a: Word, b: Word): Literal {
    if (predicate <= 1) {
      const isEqual = equalWords(this.#logic, a, b);
      return predicate === 0 ? isEqual : invert(isEqual);
    }
    const isSigned = predicate < 6;
    const order = (predicate - 2) % 4; // <, <=, >, >=
    const orEqual = order % 2 === 1;
    return order < 2
      ? this.#arithmetic.greater(b, a, isSigned, orEqual)
      : this.#arithmetic.greater(a, b, isSigned, orEqual);
  }

  /** A memory that nobody writes: logic, as a table. */
  #readTable(port: Operation): Word {
    const firmem = present(at(port.operands, 0).producer, "a memory");
    const [words, width] = [depthOf(firmem), widthOf(port.result)];
    const init = firmem.attribute("init");
    const values = init?.kind === "dense" ? init.values : [];
    const table = Array.from({ length: words }, (_, index) =>
      constantWord(BigInt.asUintN(width, BigInt(values[index] ?? 0)), width),
    );
    const address = this.#word(at(port.operands, 1));
    return selectWord(this.#logic, table, address.slice(0, Math.max(1, Math.ceil(Math.log2(words)))));
  }

  #table(op: Operation): Memory {
    const [read] = readsOf(op);
    const port = present(read, "the read port of a table");
    const outputs = present(this.#words.get(port.result), "a read word");
    return {
      kind: "memory",
      depth: depthOf(op),
      width: outputs.length,
      style: "block",
      reads: [{ outputs, inputs: this.#word(at(port.operands, 1)) }],
      writes: [],
      extraRegisters: -outputs.length,
    };
  }

  #isMemory(op: Operation): boolean {
    return writesOf(op).length > 0 || this.#isBlockTable(op);
  }

  /** A large table of constants whose words go into registers at once. */
  #isBlockTable(op: Operation): boolean {
    const [read, ...more] = readsOf(op);
    if (writesOf(op).length > 0 || read === undefined || more.length > 0) return false;
    const isLarge = depthOf(op) * widthOf(read.result) >= this.#blockTable;
    return isLarge && read.result.uses.every(({ user }) => user.name.startsWith("seq.compreg"));
  }

  #memory(op: Operation): Memory {
    if (this.#isBlockTable(op)) return this.#table(op);
    const words = (port: Operation): Word =>
      port.operands.flatMap((value) => (value.type.kind === "int" ? this.#word(value) : []));
    const style = op.attribute("style");
    const isBlock = style?.kind === "string" && style.value !== "distributed";
    const latency = Number(numberOf(op, "readLatency"));
    return {
      kind: "memory",
      depth: depthOf(op),
      width: op.result.type.kind === "firmem" ? op.result.type.width : 1,
      style:
        style?.kind === "string" && style.value === "ultra"
          ? "ultra"
          : isBlock || latency > 0
            ? "block"
            : "distributed",
      reads: readsOf(op).map((port) => ({
        outputs: present(this.#words.get(port.result), "a read word"),
        inputs: words(port),
      })),
      writes: writesOf(op).flatMap(words),
      extraRegisters: readsOf(op).reduce((sum, port) => sum + registerBits(at(port.operands, 1)), 0),
    };
  }
}

function widthOf(value: Value): number {
  return value.type.kind === "int" ? value.type.width : 1;
}

function depthOf(memory: Operation): number {
  const { type } = memory.result;
  return type.kind === "firmem" ? type.depth : 1;
}

function numberOf(op: Operation, name: string): bigint {
  const attribute = op.attribute(name);
  if (attribute?.kind !== "int") throw new CompilerBug(`${op.name} has no number ${name}`);
  return attribute.value;
}

function readsOf(memory: Operation): readonly Operation[] {
  return memory.result.uses.map(({ user }) => user).filter(({ name }) => name === "seq.firmem.read_port");
}

function writesOf(memory: Operation): readonly Operation[] {
  return memory.result.uses.map(({ user }) => user).filter(({ name }) => name === "seq.firmem.write_port");
}

function registerBits(value: Value): number {
  return value.producer?.name.startsWith("seq.compreg") === true ? widthOf(value) : 0;
}
