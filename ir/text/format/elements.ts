import type { OpSpec } from "../../core/op-definition.ts";
import { CompilerBug } from "../../support/bug.ts";

/** A named operand or result of a definition. */
export interface ValueRef {
  readonly side: "operand" | "result";
  readonly index: number;
}

/** One piece of a declarative assembly format. */
export type FormatElement =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "operand"; readonly index: number }
  | { readonly kind: "rest" }
  | { readonly kind: "attribute"; readonly name: string }
  | { readonly kind: "type"; readonly of: ValueRef }
  | { readonly kind: "rest-types" }
  | { readonly kind: "functional-type" }
  | { readonly kind: "fastmath" }
  | { readonly kind: "attr-dict" };

const PIECE =
  /`([^`]*)`|type\(\$(\w+)\)|functional-type\(operands,\s*results\)|attr-dict|fastmath|\$(\w+)|(\S+)/gu;

/** Reads the part of MLIR's declarative assembly language that definitions here use: literals, `$operand`, `$attribute`, `$rest`, `type($x)`, `functional-type(operands, results)`, `fastmath` (MLIR's ``(`fastmath` `` $fastmath^)?``), `attr-dict`. */
export function formatElements(name: string, spec: OpSpec, format: string): readonly FormatElement[] {
  const operands = Object.keys(spec.operands);
  const results = Object.keys(spec.results);
  const variable = (key: string): FormatElement => {
    const index = operands.indexOf(key);
    if (index >= 0) return { kind: "operand", index };
    if (key in spec.attrs) return { kind: "attribute", name: key };
    if (key === "rest") return { kind: "rest" };
    throw new CompilerBug(`${name}: format names $${key}, which is neither an operand nor an attribute`);
  };
  const typeOf = (key: string): FormatElement => {
    if (operands.includes(key))
      return { kind: "type", of: { side: "operand", index: operands.indexOf(key) } };
    if (results.includes(key)) return { kind: "type", of: { side: "result", index: results.indexOf(key) } };
    if (key === "rest") return { kind: "rest-types" };
    throw new CompilerBug(
      `${name}: format asks for the type of $${key}, which is neither an operand nor a result`,
    );
  };
  return [...format.matchAll(PIECE)].map(([piece, literal, typed, named, unknown]): FormatElement => {
    if (literal !== undefined) return { kind: "literal", text: literal };
    if (typed !== undefined) return typeOf(typed);
    if (named !== undefined) return variable(named);
    if (unknown !== undefined)
      throw new CompilerBug(`${name}: format has ${unknown}, which is not known here`);
    return { kind: piece === "attr-dict" || piece === "fastmath" ? piece : "functional-type" };
  });
}
