import { Builder } from "../../core/builder.ts";
import type { Attribute } from "../../core/attribute.ts";
import { Block, Operation, Region, type Value } from "../../core/operation.ts";
import { clockType, intType, type FirMemType, type Type } from "../../core/type.ts";
import { CompilerBug, present } from "../../support/bug.ts";
import { builtSpan, type Span } from "../../support/diagnostics.ts";
import {
  CombAddOp, CombAndOp, CombConcatOp, CombExtractOp, CombIcmpOp, CombMulOp, CombMuxOp, CombOrOp, CombReplicateOp,
  CombShlOp, CombShrsOp, CombShruOp, CombSubOp, CombXorOp, ICMP_PREDICATES, type IcmpPredicate,
} from "../comb/ops.ts";
import type { OpDefinition } from "../../core/op-definition.ts";
import { SeqCompRegCeOp, SeqCompRegOp, SeqFirMemOp, SeqReadPortOp, SeqWritePortOp } from "../seq/ops.ts";
import { HwConstantOp, HwInstanceOp, HwModuleOp, HwOutputOp } from "./ops.ts";

/** A port of a module: name and width, or `clock`. */
export interface PortSpec {
  readonly name: string;
  readonly width: number | "clock";
}

/** What a register needs beside its input. */
export interface RegisterOptions {
  readonly name?: string;
  readonly enable?: Value;
  /** Synchronous reset value; without it the register has no reset and powers up unknown. */
  readonly reset?: bigint;
}

/** What a memory is. */
export interface MemoryOptions {
  readonly name: string;
  readonly depth: number;
  readonly width: number;
  readonly readLatency: 0 | 1 | 2;
  readonly init?: readonly bigint[];
  readonly style?: "distributed" | "block" | "ultra";
}

function binary(definition: OpDefinition, lhs: Value, rhs: Value, span: Span): Operation {
  return new Operation({ name: definition.name, operands: [lhs, rhs], resultTypes: [lhs.type], span });
}

/** Builds the body of one hardware module; registers may be declared before their input is known (`feedback`). */
export class HwBuilder {
  readonly name: string;
  readonly #builder: Builder;
  readonly #inputs: readonly PortSpec[];
  readonly #outputs = new Map<string, Value>();
  readonly #constants = new Map<string, Value>();

  constructor(name: string, inputs: readonly PortSpec[], span: Span = builtSpan(name)) {
    this.name = name;
    this.#inputs = inputs;
    const types = inputs.map(({ width }): Type => (width === "clock" ? clockType : intType(width)));
    this.#builder = new Builder(new Block(types, inputs.map((port) => port.name)), span);
  }

  /** The span given to operations made from here on: where in the source they come from. */
  set span(span: Span) {
    this.#builder.span = span;
  }

  /** The input of that name. */
  input(name: string): Value {
    const index = this.#inputs.findIndex((port) => port.name === name);
    return present(this.#builder.block.args[index], `input ${name} of ${this.name}`);
  }

  /** Drives an output; the order of calls is the order of ports. */
  output(name: string, value: Value): void {
    if (this.#outputs.has(name)) throw new CompilerBug(`output ${name} of ${this.name} is driven twice`);
    this.#outputs.set(name, value);
  }

  /** The finished module. */
  finish(): Operation {
    const { block } = this.#builder;
    block.append(HwOutputOp.create({ operands: {}, rest: [...this.#outputs.values()], attrs: {}, span: this.#builder.span }));
    return HwModuleOp.create({
      operands: {},
      attrs: { sym_name: this.name, input_names: this.#inputs.map((port) => port.name), output_names: [...this.#outputs.keys()] },
      regions: [new Region(block)],
      span: this.#builder.span,
    });
  }

  constant(value: bigint | number, width: number): Value {
    const bits = BigInt.asUintN(width, BigInt(value));
    const key = `${String(width)}:${String(bits)}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const type = intType(width);
    const op = HwConstantOp.create({ operands: {}, attrs: { value: { kind: "int", value: bits, type } }, resultTypes: [type], span: this.#builder.span });
    const made = this.#builder.value(op);
    this.#constants.set(key, made);
    return made;
  }

  add(a: Value, b: Value): Value { return this.#binary(CombAddOp, a, b); }
  sub(a: Value, b: Value): Value { return this.#binary(CombSubOp, a, b); }
  mul(a: Value, b: Value): Value { return this.#binary(CombMulOp, a, b); }
  and(a: Value, ...rest: readonly Value[]): Value { return rest.reduce((x, y) => this.#binary(CombAndOp, x, y), a); }
  or(a: Value, ...rest: readonly Value[]): Value { return rest.reduce((x, y) => this.#binary(CombOrOp, x, y), a); }
  xor(a: Value, b: Value): Value { return this.#binary(CombXorOp, a, b); }
  shl(a: Value, b: Value): Value { return this.#binary(CombShlOp, a, b); }
  shru(a: Value, b: Value): Value { return this.#binary(CombShruOp, a, b); }
  shrs(a: Value, b: Value): Value { return this.#binary(CombShrsOp, a, b); }
  not(a: Value): Value { return this.xor(a, this.constant(-1n, widthOf(a))); }

  icmp(predicate: IcmpPredicate, a: Value, b: Value): Value {
    sameWidth(predicate, a, b);
    return this.#builder.value(CombIcmpOp.create({
      operands: { lhs: a, rhs: b }, attrs: { predicate: ICMP_PREDICATES.indexOf(predicate) }, resultTypes: [intType(1)], span: this.#builder.span,
    }));
  }

  /** `value == number`. */
  equals(value: Value, number: number | bigint): Value {
    return this.icmp("eq", value, this.constant(number, widthOf(value)));
  }

  mux(condition: Value, whenTrue: Value, whenFalse: Value): Value {
    sameWidth("mux", whenTrue, whenFalse);
    if (widthOf(condition) !== 1) throw new CompilerBug(`a mux condition has ${String(widthOf(condition))} bits in ${this.name}`);
    return this.#builder.value(CombMuxOp.create({ operands: { condition, whenTrue, whenFalse }, attrs: {}, resultTypes: [whenTrue.type], span: this.#builder.span }));
  }

  extract(input: Value, lowBit: number, width: number): Value {
    if (lowBit === 0 && width === widthOf(input)) return input;
    if (lowBit < 0 || width < 1 || lowBit + width > widthOf(input)) throw new CompilerBug(`bits ${String(lowBit)}+${String(width)} are outside i${String(widthOf(input))} in ${this.name}`);
    return this.#builder.value(CombExtractOp.create({ operands: { input }, attrs: { lowBit }, resultTypes: [intType(width)], span: this.#builder.span }));
  }

  /** Concatenation, the first on top. */
  concat(...highFirst: readonly Value[]): Value {
    const [only] = highFirst;
    if (highFirst.length === 1 && only !== undefined) return only;
    const width = highFirst.reduce((sum, value) => sum + widthOf(value), 0);
    return this.#builder.value(CombConcatOp.create({ operands: {}, rest: highFirst, attrs: {}, resultTypes: [intType(width)], span: this.#builder.span }));
  }

  replicate(input: Value, times: number): Value {
    if (times === 1) return input;
    return this.#builder.value(CombReplicateOp.create({ operands: { input }, attrs: {}, resultTypes: [intType(widthOf(input) * times)], span: this.#builder.span }));
  }

  /** Zero-extends or truncates. */
  resize(input: Value, width: number): Value {
    const from = widthOf(input);
    return width <= from ? this.extract(input, 0, width) : this.concat(this.constant(0, width - from), input);
  }

  /** Sign-extends or truncates. */
  resizeSigned(input: Value, width: number): Value {
    const from = widthOf(input);
    return width <= from ? this.extract(input, 0, width) : this.concat(this.replicate(this.extract(input, from - 1, 1), width - from), input);
  }

  /** A register of `input`. Clock and reset are the inputs `clk` and `rst`. */
  register(input: Value, options: RegisterOptions = {}): Value {
    const clk = this.input("clk");
    const rest = options.reset === undefined ? [] : [this.input("rst"), this.constant(options.reset, widthOf(input))];
    const { span } = this.#builder;
    const attrs = { name: options.name };
    const op = options.enable === undefined
      ? SeqCompRegOp.create({ operands: { input, clk }, rest, attrs, resultTypes: [input.type], span })
      : SeqCompRegCeOp.create({ operands: { input, clk, clockEnable: options.enable }, rest, attrs, resultTypes: [input.type], span });
    return this.#builder.value(op, options.name);
  }

  /** A register whose input is not known yet: `drive` must be called once. */
  feedback(width: number, options: Omit<RegisterOptions, "enable"> & { readonly name: string }): { readonly value: Value; drive(next: Value, enable?: Value): void } {
    const placeholder = this.constant(0, width);
    const clk = this.input("clk");
    const rest = options.reset === undefined ? [] : [this.input("rst"), this.constant(options.reset, width)];
    const enableHolder = this.constant(1, 1);
    const op = SeqCompRegCeOp.create({ operands: { input: placeholder, clk, clockEnable: enableHolder }, rest, attrs: { name: options.name }, resultTypes: [placeholder.type], span: this.#builder.span });
    const value = this.#builder.value(op, options.name);
    return {
      value,
      drive: (next, enable) => {
        sameWidth(options.name, value, next);
        op.setOperand(0, next);
        if (enable !== undefined) op.setOperand(2, enable);
      },
    };
  }

  /** A memory; make its ports with `readPort` and `writePort`. */
  memory(options: MemoryOptions): Value {
    const type: FirMemType = { kind: "firmem", depth: options.depth, width: options.width };
    const init: Attribute | undefined = options.init === undefined ? undefined
      : { kind: "dense", type: { kind: "tensor", shape: [options.init.length], element: intType(options.width) }, values: options.init };
    const op = SeqFirMemOp.create({
      operands: {}, attrs: { name: options.name, readLatency: options.readLatency, writeLatency: 1, init, style: options.style }, resultTypes: [type], span: this.#builder.span,
    });
    return this.#builder.value(op, options.name);
  }

  readPort(memory: Value, address: Value, enable?: Value): Value {
    const rest = enable === undefined ? [] : [enable];
    return this.#builder.value(SeqReadPortOp.create({ operands: { memory, address, clk: this.input("clk") }, rest, attrs: {}, resultTypes: [intType(memoryWidth(memory))], span: this.#builder.span }));
  }

  /** `mask` has one bit per equal part of the word. */
  writePort(memory: Value, address: Value, { enable, data, mask }: { readonly enable: Value; readonly data: Value; readonly mask?: Value | undefined }): void {
    if (widthOf(data) !== memoryWidth(memory)) throw new CompilerBug(`a word of ${String(widthOf(data))} bits is written to a memory of ${String(memoryWidth(memory))} in ${this.name}`);
    const rest = mask === undefined ? [] : [mask];
    this.#builder.insert(SeqWritePortOp.create({ operands: { memory, address, clk: this.input("clk"), enable, data }, rest, attrs: {}, span: this.#builder.span }));
  }

  /** Instantiates `module`; gives its outputs by name. */
  instance(module: Operation, instanceName: string, inputs: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
    const view = present(HwModuleOp.match(module), `module ${instanceName}`);
    const output = present(module.regions[0]?.block.last, "hw.output");
    const args = view.attrs.input_names.map((name) => present(inputs[name], `input ${name} of instance ${instanceName}`));
    const types = module.regions[0]?.block.args.map((arg) => arg.type) ?? [];
    args.forEach((arg, index) => {
      const wanted = types[index];
      if (wanted?.kind !== arg.type.kind || (wanted.kind === "int" && arg.type.kind === "int" && wanted.width !== arg.type.width)) {
        throw new CompilerBug(`input ${view.attrs.input_names[index] ?? "?"} of instance ${instanceName} in ${this.name} has the wrong width (${JSON.stringify(arg.type)} for ${JSON.stringify(wanted)})`);
      }
    });
    const op = HwInstanceOp.create({
      operands: {}, rest: args, resultTypes: output.operands.map((value) => value.type), span: this.#builder.span,
      attrs: { instanceName, moduleName: view.attrs.sym_name, argNames: view.attrs.input_names, resultNames: view.attrs.output_names },
    });
    this.#builder.insert(op);
    return Object.fromEntries(view.attrs.output_names.map((name, index) => {
      const value = present(op.results[index], name);
      value.hint = `${instanceName}_${name}`;
      return [name, value];
    }));
  }

  #binary(definition: OpDefinition, a: Value, b: Value): Value {
    sameWidth(definition.name, a, b);
    return this.#builder.value(binary(definition, a, b, this.#builder.span));
  }
}

/** The width of a hardware value in bits; a clock has none. */
export function widthOf(value: Value): number {
  if (value.type.kind !== "int") throw new CompilerBug(`a ${value.type.kind} has no width`);
  return value.type.width;
}

function memoryWidth(memory: Value): number {
  if (memory.type.kind !== "firmem") throw new CompilerBug(`a ${memory.type.kind} is not a memory`);
  return memory.type.width;
}

function sameWidth(what: string, a: Value, b: Value): void {
  if (widthOf(a) !== widthOf(b)) throw new CompilerBug(`${what} of i${String(widthOf(a))} and i${String(widthOf(b))}`);
}
