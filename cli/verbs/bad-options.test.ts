import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { builtSpan } from "../../ir/index.ts";
import { kernelFailed } from "../bench/diagnostics.ts";
import { errorSchema } from "../schemas/error.ts";
import { fable, temporaryFolder } from "../testing/model-folders.ts";
import { hidalgo, lastObject } from "../testing/run-in-process.ts";

const cases: readonly (readonly [string, (folder: string) => readonly string[]])[] = [
  ["CLI0031", (folder) => ["compile", fable, "--precision", "smoothquant-o2", "-o", join(folder, "b")]],
  ["CLI0070", (folder) => ["opt", scalars(folder), "--pass", "affine-normalize"]],
  ["CLI0120", () => ["bench", "polybench", "--kernels", "nothing"]],
  [
    "CLI0131",
    (folder) => ["compile", fable, "--from", join(folder, "report.json#1"), "-o", join(folder, "b")],
  ],
  ["CLI0132", (folder) => ["explore", fable, "--workload", LONG, "-o", join(folder, "report")]],
  ["CLI0133", (folder) => ["explore", fable, "--resume", "-o", join(folder, "report")]],
];
const LONG = "prompt=5000,output=10,batch=1";

function scalars(folder: string): string {
  const file = join(folder, "scalars.mlir");
  writeFileSync(file, "func.func @f(%x: f32) -> f32 { return %x : f32 }");
  return file;
}

test.each(cases)("%s", async (code, args) => {
  const ended = await hidalgo(...args(temporaryFolder()), "--json");
  expect(ended.code).toBe(1);
  expect(errorSchema.parse(lastObject(ended)).code).toBe(code);
});

test("a kernel on which the compiler gives up is a bug of ours, and says which kernel", () => {
  const { code, message, hint } = kernelFailed(builtSpan("gemm"), { kernel: "gemm", message: "no unit" });
  expect([code, message, hint]).toEqual([
    "CLI0121",
    "gemm made the compiler fail: no unit",
    "this is our bug, please report it",
  ]);
});
