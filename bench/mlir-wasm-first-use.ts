/**
 * One measurement of bench/mlir-wasm.ts, in a process of its own: from nothing to a module that was parsed, verified,
 * canonicalized and printed. Prints milliseconds as JSON.
 */
const start = performance.now();
const { loadMlir } = await import("../ir/mlir-wasm/load.ts");
const mlir = await loadMlir();
const loaded = performance.now();
const TEXT = `func.func @scale(%a: memref<64xf32>) {
  affine.for %i = 0 to 64 {
    %x = affine.load %a[%i] : memref<64xf32>
    %y = arith.addf %x, %x : f32
    affine.store %y, %a[%i] : memref<64xf32>
  }
  return
}`;
const result = mlir.transform(TEXT, { pipeline: "canonicalize" });
if (result.kind === "error") throw new Error(JSON.stringify(result.diagnostics));
const done = performance.now();
const transformed = mlir.transform(TEXT, { pipeline: "canonicalize" });
const again = performance.now();
if (transformed.kind === "error") throw new Error(JSON.stringify(transformed.diagnostics));

process.stdout.write(
  JSON.stringify({ load: loaded - start, first: done - loaded, total: done - start, again: again - done }),
);
