import type { TypeConstraint } from "../../core/constraint.ts";
import type { OpSpec } from "../../core/op-definition.ts";
import {
  clockType,
  f32,
  i1,
  i8,
  i16,
  i32,
  i64,
  indexType,
  intType,
  type Type,
  tokenType,
  vectorType,
} from "../../core/type.ts";
import type { FormatElement, ValueRef } from "./elements.ts";

/** Where the type of a named operand or result comes from when text is read. */
export type TypeSource =
  | { readonly kind: "written" }
  | { readonly kind: "fixed"; readonly type: Type }
  | { readonly kind: "same"; readonly as: ValueRef };

const PROBES: readonly Type[] = [
  i1,
  i8,
  i16,
  i32,
  i64,
  intType(7),
  indexType,
  f32,
  { kind: "float", format: "f16" },
  { kind: "float", format: "f64" },
  clockType,
  tokenType,
  vectorType(4, i8),
  { kind: "memref", shape: [4], element: i8 },
  { kind: "tensor", shape: [4], element: f32 },
];

function onlyType(constraint: TypeConstraint): Type | undefined {
  const accepted = PROBES.filter((type) => constraint.accepts(type));
  return accepted.length === 1 && isPlain(accepted[0]) ? accepted[0] : undefined;
}

/** Types without parameters besides those that the probes vary. */
function isPlain(type: Type | undefined): boolean {
  return type !== undefined && ["int", "index", "clock", "token"].includes(type.kind);
}

/** The sources of all named values' types, operands first; undefined where the format leaves one of them open. */
export function typePlan(
  spec: OpSpec,
  elements: readonly FormatElement[],
): readonly TypeSource[] | undefined {
  const slots = [
    ...Object.values(spec.operands).map((constraint, index) => ({
      constraint,
      ref: { side: "operand", index } as const,
    })),
    ...Object.values(spec.results).map((constraint, index) => ({
      constraint,
      ref: { side: "result", index } as const,
    })),
  ];
  const all = elements.some(({ kind }) => kind === "functional-type");
  const isWritten = (ref: ValueRef): boolean =>
    all ||
    elements.some(
      (element) => element.kind === "type" && element.of.side === ref.side && element.of.index === ref.index,
    );
  const same = spec.traits.includes("same-type");
  const sources = slots.map(({ constraint, ref }): TypeSource | undefined => {
    if (isWritten(ref)) return { kind: "written" };
    const type = onlyType(constraint);
    if (type !== undefined) return { kind: "fixed", type };
    const model = slots.find((other) => isWritten(other.ref) && (same || other.constraint === constraint));
    return model === undefined ? undefined : { kind: "same", as: model.ref };
  });
  const known = sources.filter((source) => source !== undefined);
  return known.length === sources.length ? known : undefined;
}
