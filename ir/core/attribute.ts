import type { AffineMap } from "./affine.ts";
import type { TensorType, Type } from "./type.ts";

/** Compile-time data of an operation. */
export type Attribute =
  | { readonly kind: "int"; readonly value: bigint; readonly type: Type }
  | { readonly kind: "float"; readonly value: number; readonly type: Type }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "unit" }
  | { readonly kind: "symbol"; readonly name: string }
  | { readonly kind: "type"; readonly type: Type }
  | { readonly kind: "array"; readonly elements: readonly Attribute[] }
  | { readonly kind: "dict"; readonly entries: Readonly<Record<string, Attribute>> }
  | { readonly kind: "affine_map"; readonly map: AffineMap }
  | { readonly kind: "dense"; readonly type: TensorType; readonly values: readonly (number | bigint)[] }
  /** An attribute of a dialect that is not known here, kept as it was written. */
  | { readonly kind: "opaque"; readonly text: string };

/** The attributes of one operation, by name. */
export type Attributes = Readonly<Record<string, Attribute>>;
