import { expect, test } from "vitest";
import { POLYBENCH } from "../../bench/polybench/kernels.ts";
import { parseModule, renderDiagnostic } from "../../ir/index.ts";
import { runPassTexts } from "./run-passes.ts";

const SPLIT = [
  "affine-normalize",
  "affine-expand-scalars",
  "affine-distribute",
  "affine-hoist",
  "affine-fuse-init",
  "affine-fuse",
  "affine-scalrep",
];
const LANES = [
  "affine-permute{reductions-outward}",
  "affine-tile{sizes=6}",
  "affine-unroll-jam{factors=2,3}",
];

/** Passes of which each is compared by execution on random inputs. */
async function problemOf(text: string, passes: readonly string[]): Promise<string | undefined> {
  const module = parseModule(text, "kernel.mlir");
  const made = module.kind === "ok" ? runPassTexts(module.value, passes, { verifyRuns: 1, seed: 3 }) : module;
  return Promise.resolve(
    made.kind === "ok" ? made.value.wrong : made.diagnostics.map(renderDiagnostic).join("\n"),
  );
}

test.each(POLYBENCH)("$name: split, reordered, tiled and unrolled to the same bits", async (kernel) => {
  expect(await problemOf(kernel.at("mini").text("strict"), [...SPLIT, ...LANES])).toBeUndefined();
});

test.each(POLYBENCH)("$name: perfect nests with shared operations, the same bits", async (kernel) => {
  const passes = ["affine-perfectize", "affine-merge-branches"];
  expect(await problemOf(kernel.at("mini").text("strict"), passes)).toBeUndefined();
});

test.each(["gemm", "syrk", "trmm"])("%s: sums in trees where that is allowed", async (name) => {
  const kernel = POLYBENCH.find((each) => each.name === name);
  const text = kernel?.at("mini").text("reassoc") ?? "";
  expect(await problemOf(text, [...SPLIT, "affine-reassociate{factors=1,2,4}"])).toBeUndefined();
});
