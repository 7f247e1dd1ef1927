import { defineDiagnostic } from "../support/diagnostics.ts";

/** A function that is not one of affine loops over arrays. */
export const notAffine = defineDiagnostic(
  "AFF0001",
  "unsupported",
  (p: { readonly op: string; readonly reason: string }) => ({
    message: `${p.op} is outside of what loop transformations understand: ${p.reason}`,
    expected:
      "affine.for, affine.load, affine.store, scf.if and arithmetic on scalars, in a func.func over memrefs",
  }),
);

/** A transformation that would change what the program computes, or that has no meaning here. */
export const cannotTransform = defineDiagnostic(
  "AFF0002",
  "error",
  (p: { readonly pass: string; readonly reason: string; readonly hint?: string }) => ({
    message: `${p.pass} cannot be applied: ${p.reason}`,
    expected: "a transformation that keeps every dependence",
    ...(p.hint === undefined ? {} : { hint: p.hint }),
  }),
);

/** A pass that does not exist, or with options that it does not have. */
export const badPass = defineDiagnostic(
  "AFF0003",
  "error",
  (p: { readonly text: string; readonly reason: string; readonly known?: readonly string[] }) => ({
    message: `\`${p.text}\` is no pass: ${p.reason}`,
    expected:
      p.known === undefined ? "a pass such as `affine-tile{sizes=4,8}`" : `one of ${p.known.join(", ")}`,
  }),
);

/** A directive that names nothing, or that its array cannot have. */
export const badDirective = defineDiagnostic(
  "AFF0004",
  "error",
  (p: { readonly what: string; readonly reason: string; readonly known: readonly string[] }) => ({
    message: `the directive on ${p.what} cannot be followed: ${p.reason}`,
    expected: `one of ${p.known.filter((name) => name !== "").join(", ")}`,
  }),
);
