import type { Operation } from "../../core/operation.ts";
import { stringsOf } from "../custom/hw.ts";
import { isGraph, isIsolated, printableSyntax } from "../custom/table.ts";
import { quote } from "../literal.ts";
import { type NamingRules, nameValues } from "./names.ts";
import { Writer } from "./writer.ts";

function argumentName(op: Operation, index: number): string | undefined {
  return op.name === "hw.module" ? stringsOf(op, "input_names")[index] : undefined;
}

/** Tools that do not know our operations do not know which of them are isolated either: no name hides another. */
const GENERIC_NAMES: NamingRules = { isolated: () => false, graph: (op) => isGraph(op.name), argumentName };
const CUSTOM_NAMES: NamingRules = { ...GENERIC_NAMES, isolated: (op) => isIsolated(op.name) };

/** Their generic form is not the same in every version of MLIR, their own form is. */
const VARYING: ReadonlySet<string> = new Set(["affine.for", "memref.alloc", "vector.extract"]);

/**
 * `op` and all inside it in MLIR's generic form, which tools read that know none of the operations. Ends with a line break.
 * Operations of MLIR whose generic form depends on its version are in their own form.
 */
export function printGeneric(op: Operation): string {
  const spell = (each: Operation, writer: Writer): void => {
    const isMlir =
      VARYING.has(each.name) &&
      each.operands.every(({ type }) => type.kind === "index" || type.kind === "vector");
    (isMlir ? spellCustom : spellGeneric)(each, writer);
  };
  const writer = new Writer(nameValues(op, GENERIC_NAMES), spell);
  writer.operation(op);
  return writer.text;
}

/** `op` and all inside it in the form of its dialect, as MLIR and CIRCT write it; generic where there is none. Ends with a line break. */
export function printModule(op: Operation): string {
  const writer = new Writer(nameValues(op, CUSTOM_NAMES), spellCustom);
  writer.operation(op);
  return writer.text;
}

function spellCustom(op: Operation, writer: Writer): void {
  const syntax = printableSyntax(op);
  if (syntax === undefined) {
    spellGeneric(op, writer);
    return;
  }
  writer.write(syntax.shortName ?? op.name);
  syntax.print(op, writer);
}

function spellGeneric(op: Operation, writer: Writer): void {
  writer.write(`${quote(op.name)}(${writer.nameList(op.operands)})`);
  op.regions.forEach((region, index) => {
    writer.write(index === 0 ? " (" : ", ");
    writer.region(region);
  });
  if (op.regions.length > 0) writer.write(")");
  writer.attrDict(op.attributes);
  const results = writer.types(op.results);
  const [only] = op.results;
  const bare = op.results.length === 1 && only?.type.kind !== "function";
  writer.write(` : (${writer.types(op.operands)}) -> ${bare ? results : `(${results})`}`);
}
