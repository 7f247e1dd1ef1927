import type { Attribute } from "../../core/attribute.ts";
import type { AttrConstraint } from "../../core/constraint.ts";
import { f32, i64 } from "../../core/type.ts";
import type { OpReader } from "../custom/hook.ts";
import { printAttribute } from "../print/attribute.ts";

type Constraint = AttrConstraint<unknown> | undefined;

/** Numbers whose type the constraint knows are written without it. */
function isBare(constraint: Constraint): boolean {
  return (
    constraint?.read({ kind: "int", value: 1n, type: i64 }) === 1 ||
    constraint?.read({ kind: "float", value: 1.5, type: f32 }) === 1.5
  );
}

/** The attribute as its constraint would write it. */
function rewritten(constraint: Constraint, attribute: Attribute): Attribute | undefined {
  const value = constraint?.read(attribute);
  return value === undefined ? undefined : constraint?.write(value);
}

/** Whether `$attribute` in a format can say this attribute. */
export function formatCanSay(attribute: Attribute | undefined, constraint: Constraint): boolean {
  if (attribute === undefined) return false;
  if (!isBare(constraint)) return true;
  const again = rewritten(constraint, attribute);
  return again !== undefined && printAttribute(again) === printAttribute(attribute);
}

/** The text of `$attribute`. */
export function printFormatAttribute(attribute: Attribute, constraint: Constraint): string {
  const text = printAttribute(attribute);
  return isBare(constraint) ? text.replace(/ : .*$/u, "") : text;
}

/** Reads `$attribute`. */
export function parseFormatAttribute(reader: OpReader, constraint: Constraint): Attribute {
  if (!isBare(constraint)) return reader.attribute();
  return rewritten(constraint, reader.number()) ?? reader.fail(constraint?.summary ?? "an attribute");
}
