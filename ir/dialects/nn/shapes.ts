import type { AttrConstraint, TypeConstraint } from "../../core/constraint.ts";
import type { Operation, Value } from "../../core/operation.ts";
import { f32, printType, type ScalarType, sameType, type TensorType, type Type } from "../../core/type.ts";
import { at } from "../../support/bug.ts";
import type { Diagnostic } from "../../support/diagnostics.ts";
import { shapeMismatch } from "./diagnostics.ts";

/** Tensors of one element type and rank, all dimensions known. */
export function tensorOf(element: ScalarType, rank: number): TypeConstraint<TensorType> {
  return {
    summary: `a tensor of ${printType(element)} with ${String(rank)} known dimension${rank === 1 ? "" : "s"}`,
    accepts: (type): type is TensorType =>
      type.kind === "tensor" &&
      type.shape.length === rank &&
      type.shape.every((size) => size !== undefined) &&
      sameType(type.element, element),
  };
}

/** A float32 number. */
export const f32Attr: AttrConstraint<number> = {
  summary: "a float",
  read: (attribute) => (attribute.kind === "float" ? attribute.value : undefined),
  write: (value) => ({ kind: "float", value, type: f32 }),
};

/** The dimensions of a tensor that {@link tensorOf} accepted. */
export function shapeOf(type: Type): readonly number[] {
  return type.kind === "tensor" ? type.shape.map((size) => size ?? 0) : [];
}

/** The named values of an operation. */
interface NamedValues {
  readonly op: Operation;
  readonly operands: Readonly<Record<string, Value>>;
  readonly results: Readonly<Record<string, Value>>;
}

/**
 * A check that dimensions of one letter agree: `{ x: "T N", gain: "N", y: "T N" }`. The first value that shows a
 * letter fixes it; values without a pattern are not looked at.
 */
export function agreeing(
  patterns: Readonly<Record<string, string>>,
): (view: NamedValues) => readonly Diagnostic[] {
  const letters = Object.entries(patterns).map(([name, pattern]) => ({ name, dims: pattern.split(" ") }));
  return (view) => {
    const values = { ...view.operands, ...view.results };
    const known = new Map<string, number>();
    return letters.flatMap(({ name, dims }) => {
      const value = values[name];
      if (value === undefined) return [];
      const shape = shapeOf(value.type);
      const fits = dims.every((letter, index) => bindDim(known, letter, at(shape, index)));
      return fits
        ? []
        : [
            shapeMismatch(view.op.span, {
              op: view.op.name,
              value: name,
              actual: printType(value.type),
              wanted: describe(dims, known),
            }),
          ];
    });
  };
}

function bindDim(known: Map<string, number>, letter: string, size: number): boolean {
  const bound = known.get(letter);
  if (bound === undefined) known.set(letter, size);
  return bound === undefined || bound === size;
}

function describe(dims: readonly string[], known: ReadonlyMap<string, number>): string {
  return `the shape ${dims.map((letter) => String(known.get(letter) ?? letter)).join("x")} (${dims.join("x")})`;
}
