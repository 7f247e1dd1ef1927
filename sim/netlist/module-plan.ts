import {
  type Attribute,
  at,
  CompilerBug,
  HwModuleOp,
  type Operation,
  present,
  type Value,
} from "../../ir/index.ts";

/** What flattening needs to know of one module, found once however often it is instantiated. */
export interface ModulePlan {
  readonly name: string;
  readonly module: Operation;
  readonly ops: readonly Operation[];
  readonly inputs: readonly Value[];
  readonly inputNames: readonly string[];
  readonly outputs: readonly Value[];
  readonly outputNames: readonly string[];
  /** Every value of the body, numbered from 0. */
  readonly localByValue: ReadonlyMap<Value, number>;
}

/** Numbers the values of a `hw.module`. */
export function planModule(module: Operation): ModulePlan {
  const { attrs } = present(HwModuleOp.match(module), "hw.module");
  const block = at(present(module.regions[0], "body").blocks, 0);
  const localByValue = new Map<Value, number>();
  for (const arg of block.args) localByValue.set(arg, localByValue.size);
  for (const op of block.ops) for (const result of op.results) localByValue.set(result, localByValue.size);
  const output = present(block.last, "hw.output");
  if (output.name !== "hw.output") throw new CompilerBug(`${attrs.sym_name} has no hw.output`);
  return {
    name: attrs.sym_name,
    module,
    ops: block.ops,
    inputs: block.args,
    inputNames: attrs.input_names,
    outputs: output.operands,
    outputNames: attrs.output_names,
    localByValue,
  };
}

/** A string attribute that may be absent. */
export function textAttribute(op: Operation, key: string): string | undefined {
  const attribute = op.attribute(key);
  return attribute?.kind === "string" ? attribute.value : undefined;
}

/** An integer attribute. */
export function numberAttribute(op: Operation, key: string): number {
  const attribute = op.attribute(key);
  if (attribute?.kind !== "int") throw new CompilerBug(`${op.name} has no number ${key}`);
  return Number(attribute.value);
}

/** The bits of an integer attribute. */
export function bitsAttribute(attribute: Attribute | undefined, width: number): bigint {
  if (attribute?.kind !== "int") throw new CompilerBug("a constant is not an integer");
  return BigInt.asUintN(width, attribute.value);
}

/** The words that a memory starts with. */
export function initialWords(op: Operation, width: number): readonly bigint[] {
  const init = op.attribute("init");
  return init?.kind === "dense" ? init.values.map((value) => BigInt.asUintN(width, BigInt(value))) : [];
}
