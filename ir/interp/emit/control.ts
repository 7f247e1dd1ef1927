import type { Block, Operation } from "../../core/operation.ts";
import { MemRefGetGlobalOp, MemRefGlobalOp } from "../../dialects/memref/ops.ts";
import { at } from "../../support/bug.ts";
import { globalCells } from "../cells.ts";
import { zeroOf } from "../values.ts";
import type { Emitter, EmitterTable } from "./emitter.ts";
import { literalText } from "./integer-text.ts";
import { elementTypeOf } from "./scalar-type.ts";

function emitIf(op: Operation, out: Emitter): void {
  const names = op.results.map((result) => {
    const name = out.fresh("r");
    out.alias(result, name);
    return name;
  });
  if (names.length > 0) out.line(`let ${names.join(", ")};`);
  out.line(`if (${out.name(at(op.operands, 0))}) {`);
  emitBranch(at(op.regions, 0).block, names, out);
  out.line("} else {");
  for (const block of op.regions[1]?.blocks ?? []) emitBranch(block, names, out);
  out.line("}");
}

function emitBranch(block: Block, names: readonly string[], out: Emitter): void {
  out.emitBlock(block);
  names.forEach((name, index) => {
    const value = block.last?.operands[index];
    if (value !== undefined) out.line(`${name} = ${out.name(value)};`);
  });
}

/** Local arrays live as long as the process: they are made once. A rank-0 array of one scalar is a variable. */
function emitAlloc(op: Operation, out: Emitter): void {
  const { type } = op.result;
  if (type.kind !== "memref") out.refuse(op, "the result is no memref");
  elementTypeOf(op, type.element, out);
  const name = out.fresh("m");
  out.alias(op.result, name);
  if (type.shape.length > 0) {
    out.prelude.push(`const ${name} = allocateCells(${out.constant(type)});`);
    return;
  }
  out.cells.add(op.result);
  const zero = zeroOf(type.element);
  out.prelude.push(`let ${name} = ${typeof zero === "object" ? out.constant(zero) : literalText(zero)};`);
}

/** `memref.get_global`: an array made once, with the content that the module gives it. */
function emitGetGlobal(op: Operation, out: Emitter): void {
  const name = MemRefGetGlobalOp.match(op)?.attrs.name;
  const global = [...(moduleOf(op)?.regions ?? [])]
    .flatMap(({ block }) => block.ops)
    .map((each) => MemRefGlobalOp.match(each))
    .find((each) => each?.attrs.sym_name === name);
  if (global === undefined || op.result.type.kind !== "memref")
    out.refuse(op, "there is no array of this name");
  out.alias(op.result, out.constant(globalCells(op.result.type, global.attrs.initial_value.values)));
}

function moduleOf(op: Operation): Operation | undefined {
  const parent = op.parent?.parent?.parent;
  return parent?.parent === undefined ? parent : moduleOf(parent);
}

/** `func.return`. */
function emitReturn(op: Operation, out: Emitter): void {
  out.line(`return [${out.names(op.operands).join(", ")}];`);
}

/** `scf`, `memref`, `func`. */
export const CONTROL_EMITTERS: EmitterTable = {
  "scf.if": emitIf,
  "scf.yield": () => undefined,
  "memref.alloc": emitAlloc,
  "memref.get_global": emitGetGlobal,
  "func.return": emitReturn,
};
