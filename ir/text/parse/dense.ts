import type { IToken } from "chevrotain";
import type { Attribute } from "../../core/attribute.ts";
import type { TensorType } from "../../core/type.ts";

/** A number as it is written: the type decides what it means. */
export interface NumberText {
  readonly token: IToken;
  readonly negative: boolean;
}

/** What stands between the angles of `dense<…>`. */
export type DenseLiteral =
  | { readonly kind: "number"; readonly number: NumberText }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "list"; readonly items: readonly DenseLiteral[] };

/** The attribute, one value standing for all cells; undefined where the nesting does not match the shape. */
export function buildDense(
  literal: DenseLiteral | undefined,
  type: TensorType,
  element: (number: NumberText) => number | bigint,
): Attribute | undefined {
  const shape = type.shape.map((size) => size ?? 0);
  const count = shape.reduce((product, size) => product * size, 1);
  if (literal === undefined) return count === 0 ? { kind: "dense", type, values: [] } : undefined;
  const values: (number | bigint)[] = [];
  const fits = (part: DenseLiteral, level: number): boolean => {
    switch (part.kind) {
      case "number":
        values.push(element(part.number));
        return level === shape.length;
      case "bool":
        values.push(part.value ? 1n : 0n);
        return level === shape.length;
      case "list":
        return part.items.length === shape[level] && part.items.every((item) => fits(item, level + 1));
      default:
        return part satisfies never;
    }
  };
  if (literal.kind === "list") return fits(literal, 0) ? { kind: "dense", type, values } : undefined;
  fits(literal, shape.length);
  const [value] = values;
  return value === undefined
    ? undefined
    : { kind: "dense", type, values: Array.from({ length: count }, () => value) };
}
