const BUFFERIZE =
  "one-shot-bufferize{bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map}";

/**
 * Upstream's way from linalg on tensors and TOSA down to affine loops over memrefs: one nest per linalg operation, what is
 * elementwise fused into its consumer. Nothing in it reorders a sum.
 */
export const TENSORS_TO_AFFINE: string = [
  "inline,symbol-dce",
  "func.func(tosa-infer-shapes,tosa-optional-decompositions,tosa-make-broadcastable,tosa-to-linalg-named,canonicalize)",
  "func.func(tosa-layerwise-constant-fold,tosa-to-linalg,tosa-to-arith{include-apply-rescale=true},tosa-to-tensor)",
  "func.func(linalg-decompose-aggregated-ops),canonicalize,cse",
  "linalg-generalize-named-ops,convert-tensor-to-linalg,linalg-fuse-elementwise-ops,canonicalize,cse",
  `eliminate-empty-tensors,empty-tensor-to-alloc-tensor,${BUFFERIZE}`,
  "convert-linalg-to-affine-loops,func.func(affine-raise-from-memref)",
  "affine-fold-memref-alias-ops,math-expand-ops{ops=tanh,sinh,cosh,roundeven},canonicalize,cse,symbol-dce",
].join(",");

/** Whether a text holds operations on tensors of linalg or TOSA, to be lowered by upstream's passes. */
export function isTensorProgram(text: string): boolean {
  const code = text.replaceAll(/"(?:[^"\\\n]|\\.)*"|\/\/.*/gu, (found) =>
    found.startsWith("//") ? "" : found.replaceAll('"', " "),
  );
  return /(?<![\w.$#!-])(?:linalg|tosa)\.[a-z]/u.test(code);
}
