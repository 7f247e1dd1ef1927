import type { OpSpec } from "../../core/op-definition.ts";
import type { Operation, Value } from "../../core/operation.ts";
import { printType, sameType } from "../../core/type.ts";
import { at, present } from "../../support/bug.ts";
import type { Writer } from "../print/writer.ts";
import { formatCanSay, printFormatAttribute } from "./attributes.ts";
import type { FormatElement, ValueRef } from "./elements.ts";
import { fastmathSaid, fastmathText } from "./fastmath.ts";
import type { TypeSource } from "./type-plan.ts";

function valueAt(op: Operation, ref: ValueRef): Value {
  return at(ref.side === "operand" ? op.operands : op.results, ref.index);
}

/** Whether reading the printed text would give `op` again. */
export function fitsFormat(
  op: Operation,
  spec: OpSpec,
  elements: readonly FormatElement[],
  plan: readonly TypeSource[],
): boolean {
  const named = Object.keys(spec.operands).length;
  const values = [...op.operands.slice(0, named), ...op.results];
  const says = (kind: FormatElement["kind"]): boolean => elements.some((element) => element.kind === kind);
  if (op.regions.length > 0 || values.length !== plan.length) return false;
  if (op.operands.length > named && !says("rest")) return false;
  const said = new Set(elements.map((element) => (element.kind === "attribute" ? element.name : "")));
  if (!says("attr-dict") && !Object.keys(op.attributes).every((name) => said.has(name))) return false;
  const typesFit = plan.every((source, index) => {
    if (source.kind === "written") return true;
    return sameType(
      at(values, index).type,
      source.kind === "fixed" ? source.type : valueAt(op, source.as).type,
    );
  });
  return (
    typesFit &&
    elements.every(
      (element) =>
        element.kind !== "attribute" || formatCanSay(op.attribute(element.name), spec.attrs[element.name]),
    )
  );
}

/** Prints `op` as the format says. */
export function printFormat(
  op: Operation,
  writer: Writer,
  spec: OpSpec,
  elements: readonly FormatElement[],
): void {
  const rest = op.operands.slice(Object.keys(spec.operands).length);
  const said = elements.flatMap((element) => {
    if (element.kind === "attribute") return [element.name];
    return element.kind === "fastmath" ? fastmathSaid(op) : [];
  });
  let glued = false;
  for (const element of elements) {
    if (element.kind === "attr-dict") {
      writer.attrDict(op.attributes, said);
      continue;
    }
    const text = elementText(element, op, writer, { spec, rest });
    if (text === "") continue;
    writer.write(glued || /^[,)\]>]/u.test(text) ? text : ` ${text}`);
    glued = element.kind === "literal" && /[([<]$/u.test(text);
  }
}

function elementText(
  element: Exclude<FormatElement, { kind: "attr-dict" }>,
  op: Operation,
  writer: Writer,
  { spec, rest }: { readonly spec: OpSpec; readonly rest: readonly Value[] },
): string {
  switch (element.kind) {
    case "literal":
      return element.text;
    case "operand":
      return writer.name(at(op.operands, element.index));
    case "rest":
      return writer.nameList(rest);
    case "attribute":
      return printFormatAttribute(
        present(op.attribute(element.name), element.name),
        spec.attrs[element.name],
      );
    case "fastmath":
      return fastmathText(op);
    case "type":
      return printType(valueAt(op, element.of).type);
    case "rest-types":
      return writer.types(rest);
    case "functional-type":
      return `(${writer.types(op.operands)}) -> (${writer.types(op.results)})`;
    default:
      return element satisfies never;
  }
}
