/** A text of `inputs/`, and how both engines treat it. */
export interface DifferentialCase {
  readonly input: string;
  readonly pipeline?: string;
  readonly form?: "generic";
  readonly locations?: true;
  readonly localScope?: true;
  readonly allowUnregistered?: true;
}

const BUFFERIZE =
  "one-shot-bufferize{bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map}";
const TO_AFFINE = `${BUFFERIZE},buffer-results-to-out-params,convert-linalg-to-affine-loops,canonicalize,cse`;
const TOSA = "func.func(tosa-to-linalg-named,canonicalize,tosa-to-linalg,tosa-to-arith,tosa-to-tensor)";

/** Each input in all its forms, with locations and in the local scope. */
const FORMS: readonly DifferentialCase[] = [
  "affine-matmul",
  "affine-chain",
  "scf-loops",
  "calls",
  "constants",
  "linalg-named",
  "linalg-generic",
  "tosa-mlp",
  "tosa-conv",
  "tosa-float",
  "tensors",
  "vectors",
  "memrefs",
  "quant",
  "blocks",
  "maths",
  "buffers",
].flatMap((input): readonly DifferentialCase[] => [{ input }, { input, form: "generic" }]);

const OTHER_FORMS: readonly DifferentialCase[] = [
  { input: "attributes", allowUnregistered: true },
  { input: "attributes", allowUnregistered: true, form: "generic" },
  { input: "locations", locations: true },
  { input: "locations", locations: true, form: "generic" },
  { input: "affine-matmul", localScope: true },
];

const passes = (input: string, ...pipelines: readonly string[]): readonly DifferentialCase[] =>
  pipelines.map((pipeline) => ({ input, pipeline }));

const PASSES: readonly DifferentialCase[] = [
  ...passes(
    "affine-matmul",
    "func.func(affine-loop-tile{tile-size=4})",
    "func.func(affine-loop-unroll{unroll-factor=4},canonicalize)",
    "func.func(affine-loop-unroll-jam{unroll-jam-factor=2},canonicalize,cse)",
    "func.func(affine-parallelize),canonicalize",
    "func.func(affine-loop-normalize,affine-simplify-structures)",
    "func.func(affine-super-vectorize{virtual-vector-size=8})",
    "func.func(affine-data-copy-generate{generate-dma=false fast-mem-space=0 fast-mem-capacity=4})",
    "lower-affine,canonicalize,cse,sccp",
  ),
  ...passes(
    "affine-chain",
    "affine-loop-fusion,func.func(affine-scalrep),canonicalize",
    "affine-loop-fusion{mode=producer maximal}",
    "func.func(affine-loop-invariant-code-motion,affine-loop-coalescing)",
    "func.func(affine-pipeline-data-transfer)",
  ),
  ...passes(
    "scf-loops",
    "scf-for-loop-canonicalization,canonicalize,loop-invariant-code-motion",
    "scf-forall-to-for,scf-parallel-for-to-nested-fors,canonicalize",
    "func.func(affine-raise-from-memref),canonicalize",
    "scf-for-to-while,mem2reg,sccp",
  ),
  ...passes(
    "calls",
    "inline,canonicalize,sccp,cse,symbol-dce",
    "func.func(loop-invariant-code-motion,cse),symbol-privatize,remove-dead-values",
    "duplicate-function-elimination,strip-debuginfo,topological-sort",
  ),
  ...passes(
    "linalg-named",
    "linalg-generalize-named-ops,linalg-fuse-elementwise-ops",
    "linalg-morph-ops{named-to-category},canonicalize",
    TO_AFFINE.replace("convert-linalg-to-affine-loops", "linalg-generalize-named-ops"),
  ),
  ...passes(
    "linalg-generic",
    "linalg-fuse-elementwise-ops,canonicalize,cse",
    "linalg-fold-unit-extent-dims,linalg-inline-scalar-operands",
    "linalg-specialize-generic-ops",
    TO_AFFINE,
    `${BUFFERIZE},convert-linalg-to-loops,canonicalize`,
    `${BUFFERIZE},convert-linalg-to-parallel-loops,func.func(buffer-hoisting,promote-buffers-to-stack)`,
    `eliminate-empty-tensors,empty-tensor-to-alloc-tensor,${TO_AFFINE},affine-loop-fusion,func.func(affine-scalrep)`,
  ),
  ...passes(
    "tosa-mlp",
    "func.func(tosa-infer-shapes,tosa-layerwise-constant-fold)",
    TOSA,
    `${TOSA},canonicalize,linalg-fuse-elementwise-ops,${TO_AFFINE},affine-loop-fusion`,
    "tosa-validate{strict-op-spec-alignment}",
  ),
  ...passes(
    "tosa-conv",
    TOSA,
    `${TOSA},canonicalize,convert-tensor-to-linalg,${TO_AFFINE},expand-strided-metadata,lower-affine,canonicalize`,
  ),
  ...passes(
    "tosa-float",
    "func.func(tosa-optional-decompositions,tosa-make-broadcastable,tosa-reduce-transposes)",
    TOSA,
    `func.func(tosa-make-broadcastable),${TOSA},linalg-generalize-named-ops,linalg-fuse-elementwise-ops,${TO_AFFINE},func.func(affine-loop-normalize,affine-simplify-structures)`,
  ),
  ...passes(
    "tensors",
    "fold-tensor-subset-ops,canonicalize",
    "convert-tensor-to-linalg,canonicalize",
    "cse,resolve-shaped-type-result-dims",
  ),
  ...passes("vectors", "func.func(lower-vector-multi-reduction),canonicalize", "canonicalize,cse"),
  ...passes(
    "memrefs",
    "expand-strided-metadata,canonicalize",
    "affine-fold-memref-alias-ops,canonicalize",
    "func.func(mem2reg),normalize-memrefs",
    "memref-expand,lower-affine",
  ),
  ...passes(
    "quant",
    "func.func(lower-quant-ops),canonicalize",
    "func.func(normalize-quant-types),canonicalize",
  ),
  ...passes("blocks", "lift-cf-to-scf,canonicalize", "sccp,canonicalize,cse"),
  ...passes(
    "maths",
    "math-expand-ops,arith-expand,canonicalize",
    "math-uplift-to-fma,int-range-optimizations",
    "arith-unsigned-when-equivalent,math-extend-to-supported-types",
  ),
  ...passes(
    "buffers",
    BUFFERIZE,
    `${BUFFERIZE},drop-equivalent-buffer-results,canonicalize`,
    "mlprogram-pipeline-globals",
  ),
  ...passes("constants", "canonicalize", "sccp,symbol-dce"),
];

/** Everything that both engines must treat alike. */
export const CASES: readonly DifferentialCase[] = [...FORMS, ...OTHER_FORMS, ...PASSES];

/** Texts that are wrong, for which both engines must say the same. */
export const WRONG: readonly string[] = [
  "func.func @f() -> i32 {\n  %a = arith.constant 1.0 : f32\n  return %a : f32\n}",
  "func.func @f(%a: i32) {\n  %b = arith.addi %a, %c : i32\n  return\n}",
  "func.func @f(%a: i32) {\n  %a = arith.addi %a, %a : i32\n  return\n}",
  "func.func @f(",
  "func.func @f(%a: memref<4xf32>) {\n  affine.for %i = 0 to 4 {\n    %x = affine.load %a[%i * %i] : memref<4xf32>\n  }\n  return\n}",
  "func.func @f(%a: tensor<4x8xf32>, %b: tensor<4x8xf32>, %c: tensor<4x8xf32>) {\n  %r = linalg.matmul ins(%a, %b : tensor<4x8xf32>, tensor<4x8xf32>) outs(%c : tensor<4x8xf32>) -> tensor<4x8xf32>\n  return\n}",
  "func.func @f(%a: memref<?xf32>, %i: i32) {\n  %v = memref.load %a[%i] : memref<?xf32>\n  return\n}",
  "func.func private @f(!quant.uniform<i8:f32, 0.0>)",
  "func.func private @f(!quant.uniform<i33:f32, 1.0>)",
  "%0 = arith.constant dense<[1, 2, 3]> : tensor<2xi32>",
  "func.func @f() {\n  func.call @g() : () -> ()\n  return\n}",
  "func.func @f() { return }\nfunc.func @f() { return }",
  "func.func @f(%c: i1) {\n  cf.cond_br %c, ^a, ^nowhere\n^a:\n  return\n}",
  "func.func @f(%c: i1) {\n  scf.if %c {\n    scf.yield %c : i1\n  }\n  return\n}",
  '"arith.addi"() : () -> i32',
  "module { /* }",
  '#map = affine_map<(d0) -> (d1)>\n"x.y"() {m = #map} : () -> ()',
  "func.func @f(%a: vector<4xf32>) {\n  %b = vector.extract %a[7] : f32 from vector<4xf32>\n  return\n}",
  "func.func @f(%x: tensor<1x2xf32>) {\n  %s = tosa.const_shape {values = dense<[3, 1]> : tensor<2xindex>} : () -> !tosa.shape<2>\n  %r = tosa.reshape %x, %s : (tensor<1x2xf32>, !tosa.shape<2>) -> tensor<3x1xf32>\n  return\n}",
  "func.func @f(%t: tensor<4xf32>) {\n  %s = tensor.extract_slice %t[0] [8] [1] : tensor<4xf32> to tensor<7xf32>\n  return\n}",
];

/** Pipelines that cannot be read or that fail, each with the input it fails on. */
export const WRONG_PIPELINES: readonly (readonly [pipeline: string, input: string])[] = [
  ["no-such-pass", "calls"],
  ["canonicalize{max-iterations=many}", "calls"],
  ["canonicalize{no-such-option}", "calls"],
  ["func.func(one-shot-bufferize)", "calls"],
  ["func.func(cse", "calls"],
  ["cse,,cse", "calls"],
  [`${BUFFERIZE},convert-linalg-to-affine-loops,func.func(lower-quant-ops),one-shot-bufferize`, "tosa-conv"],
  ["tosa-validate{strict-op-spec-alignment profile=pro_fp}", "maths"],
];
