/**
 * One measurement of bench/mlir-wasm.ts, in a process of its own that has loaded `ir`, as every command of the compiler
 * has: from the first call of `loadMlir` to a module that was parsed, verified, canonicalized and printed. Prints
 * milliseconds as JSON: by the clock, and of processor time over all threads.
 */
import { loadMlir } from "../ir/index.ts";

const TEXT = `func.func @scale(%a: memref<64xf32>) {
  affine.for %i = 0 to 64 {
    %x = affine.load %a[%i] : memref<64xf32>
    %y = arith.addf %x, %x : f32
    affine.store %y, %a[%i] : memref<64xf32>
  }
  return
}`;

const start = performance.now();
const before = process.cpuUsage();
const mlir = await loadMlir();
const loaded = performance.now();
const result = mlir.transform(TEXT, { pipeline: "canonicalize" });
const done = performance.now();
const { user, system } = process.cpuUsage(before);
const repeated = mlir.transform(TEXT, { pipeline: "canonicalize" });
const again = performance.now() - done;
if (result.kind === "error" || repeated.kind === "error") throw new Error(JSON.stringify([result, repeated]));

process.stdout.write(
  JSON.stringify({
    load: loaded - start,
    first: done - loaded,
    total: done - start,
    processor: (user + system) / 1000,
    again,
  }),
);
