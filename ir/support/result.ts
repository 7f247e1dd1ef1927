import type { Diagnostic } from "./diagnostics.ts";

/** A value, or the diagnostics that explain why there is none. */
export type Result<T> =
  | { readonly kind: "ok"; readonly value: T }
  | { readonly kind: "error"; readonly diagnostics: readonly Diagnostic[] };

/** Wraps a value as a success. */
export function ok<T>(value: T): Result<T> {
  return { kind: "ok", value };
}

/** Wraps diagnostics as a failure. */
export function fail(...diagnostics: readonly Diagnostic[]): Result<never> {
  return { kind: "error", diagnostics };
}
