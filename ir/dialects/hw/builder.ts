import type { Attribute } from "../../core/attribute.ts";
import { Builder } from "../../core/builder.ts";
import { Block, type Operation, Region, type Value } from "../../core/operation.ts";
import { clockType, type FirMemType, intType, type Type } from "../../core/type.ts";
import { CompilerBug, present } from "../../support/bug.ts";
import { builtSpan, type Span } from "../../support/diagnostics.ts";
import { CombBuilder, sameWidth, widthOf } from "../comb/builder.ts";
import { SeqCompRegCeOp, SeqCompRegOp, SeqFirMemOp, SeqReadPortOp, SeqWritePortOp } from "../seq/ops.ts";
import { HwInstanceOp, HwModuleOp, HwOutputOp } from "./ops.ts";

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

/** Builds the body of one hardware module; registers may be declared before their input is known (`feedback`). */
export class HwBuilder extends CombBuilder {
  readonly #inputs: readonly PortSpec[];
  readonly #outputs = new Map<string, Value>();

  constructor(name: string, inputs: readonly PortSpec[], span: Span = builtSpan(name)) {
    const types = inputs.map(({ width }): Type => (width === "clock" ? clockType : intType(width)));
    const names = inputs.map((port) => port.name);
    super(name, new Builder(new Block(types, names), span));
    this.#inputs = inputs;
  }

  /** The input of that name. */
  input(name: string): Value {
    const index = this.#inputs.findIndex((port) => port.name === name);
    return present(this.builder.block.args[index], `input ${name} of ${this.name}`);
  }

  /** Drives an output; the order of calls is the order of ports. */
  output(name: string, value: Value): void {
    if (this.#outputs.has(name)) throw new CompilerBug(`output ${name} of ${this.name} is driven twice`);
    this.#outputs.set(name, value);
  }

  /** The finished module. */
  finish(): Operation {
    const { block } = this.builder;
    block.append(
      HwOutputOp.create({
        operands: {},
        rest: [...this.#outputs.values()],
        attrs: {},
        span: this.builder.span,
      }),
    );
    return HwModuleOp.create({
      operands: {},
      attrs: {
        sym_name: this.name,
        input_names: this.#inputs.map((port) => port.name),
        output_names: [...this.#outputs.keys()],
      },
      regions: [new Region(block)],
      span: this.builder.span,
    });
  }

  /** A register of `input`. Clock and reset are the inputs `clk` and `rst`. */
  register(input: Value, options: RegisterOptions = {}): Value {
    const clk = this.input("clk");
    const rest =
      options.reset === undefined ? [] : [this.input("rst"), this.constant(options.reset, widthOf(input))];
    const { span } = this.builder;
    const attrs = { name: options.name };
    const op =
      options.enable === undefined
        ? SeqCompRegOp.create({ operands: { input, clk }, rest, attrs, resultTypes: [input.type], span })
        : SeqCompRegCeOp.create({
            operands: { input, clk, clockEnable: options.enable },
            rest,
            attrs,
            resultTypes: [input.type],
            span,
          });
    return this.builder.value(op, options.name);
  }

  /** A register whose input is not known yet: `drive` must be called once. */
  feedback(
    width: number,
    options: Omit<RegisterOptions, "enable"> & { readonly name: string },
  ): { readonly value: Value; drive(next: Value, enable?: Value): void } {
    const placeholder = this.constant(0, width);
    const clk = this.input("clk");
    const rest = options.reset === undefined ? [] : [this.input("rst"), this.constant(options.reset, width)];
    const enableHolder = this.constant(1, 1);
    const op = SeqCompRegCeOp.create({
      operands: { input: placeholder, clk, clockEnable: enableHolder },
      rest,
      attrs: { name: options.name },
      resultTypes: [placeholder.type],
      span: this.builder.span,
    });
    const value = this.builder.value(op, options.name);
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
    const init: Attribute | undefined =
      options.init === undefined
        ? undefined
        : {
            kind: "dense",
            type: { kind: "tensor", shape: [options.init.length], element: intType(options.width) },
            values: options.init,
          };
    const op = SeqFirMemOp.create({
      operands: {},
      attrs: {
        name: options.name,
        readLatency: options.readLatency,
        writeLatency: 1,
        init,
        style: options.style,
      },
      resultTypes: [type],
      span: this.builder.span,
    });
    return this.builder.value(op, options.name);
  }

  readPort(memory: Value, address: Value, enable?: Value): Value {
    const rest = enable === undefined ? [] : [enable];
    return this.builder.value(
      SeqReadPortOp.create({
        operands: { memory, address, clk: this.input("clk") },
        rest,
        attrs: {},
        resultTypes: [intType(memoryWidth(memory))],
        span: this.builder.span,
      }),
    );
  }

  /** `mask` has one bit per equal part of the word. */
  writePort(
    memory: Value,
    address: Value,
    {
      enable,
      data,
      mask,
    }: { readonly enable: Value; readonly data: Value; readonly mask?: Value | undefined },
  ): void {
    if (widthOf(data) !== memoryWidth(memory))
      throw new CompilerBug(
        `a word of ${String(widthOf(data))} bits is written to a memory of ${String(memoryWidth(memory))} in ${this.name}`,
      );
    const rest = mask === undefined ? [] : [mask];
    this.builder.insert(
      SeqWritePortOp.create({
        operands: { memory, address, clk: this.input("clk"), enable, data },
        rest,
        attrs: {},
        span: this.builder.span,
      }),
    );
  }

  /** Instantiates `module`; gives its outputs by name. */
  instance(
    module: Operation,
    instanceName: string,
    inputs: Readonly<Record<string, Value>>,
  ): Readonly<Record<string, Value>> {
    const view = present(HwModuleOp.match(module), `module ${instanceName}`);
    const output = present(module.regions[0]?.block.last, "hw.output");
    const args = view.attrs.input_names.map((name) =>
      present(inputs[name], `input ${name} of instance ${instanceName}`),
    );
    const types = module.regions[0]?.block.args.map((arg) => arg.type) ?? [];
    args.forEach((arg, index) => {
      const wanted = types[index];
      if (
        wanted?.kind !== arg.type.kind ||
        (wanted.kind === "int" && arg.type.kind === "int" && wanted.width !== arg.type.width)
      ) {
        throw new CompilerBug(
          `input ${view.attrs.input_names[index] ?? "?"} of instance ${instanceName} in ${this.name} has the wrong width (${JSON.stringify(arg.type)} for ${JSON.stringify(wanted)})`,
        );
      }
    });
    const op = HwInstanceOp.create({
      operands: {},
      rest: args,
      resultTypes: output.operands.map((value) => value.type),
      span: this.builder.span,
      attrs: {
        instanceName,
        moduleName: view.attrs.sym_name,
        argNames: view.attrs.input_names,
        resultNames: view.attrs.output_names,
      },
    });
    this.builder.insert(op);
    return Object.fromEntries(
      view.attrs.output_names.map((name, index) => {
        const value = present(op.results[index], name);
        value.hint = `${instanceName}_${name}`;
        return [name, value];
      }),
    );
  }
}

function memoryWidth(memory: Value): number {
  if (memory.type.kind !== "firmem") throw new CompilerBug(`a ${memory.type.kind} is not a memory`);
  return memory.type.width;
}
