import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { at, type Result } from "../../ir/index.ts";
import { compileGraphFile } from "../graph/compile-graph.ts";
import { simulateGraph } from "../graph/simulate-graph.ts";
import { temporaryFolder } from "../testing/model-folders.ts";
import { exploreKernelFile, type KernelExploreJob } from "./explore-kernel-file.ts";
import { readKernelPoint } from "./read-point.ts";

const text = `func.func @scaled(%A: memref<6x8xf32>, %x: memref<8xf32>, %y: memref<6xf32>) {
  affine.for %i = 0 to 6 {
    affine.for %j = 0 to 8 {
      %a = affine.load %A[%i, %j] : memref<6x8xf32>
      %b = affine.load %x[%j] : memref<8xf32>
      %c = affine.load %y[%i] : memref<6xf32>
      %p = arith.mulf %a, %b : f32
      %s = arith.addf %c, %p : f32
      affine.store %s, %y[%i] : memref<6xf32>
    }
  }
  return
}
`;

const job: KernelExploreJob = {
  device: "xc7z020",
  objective: "latency",
  clock: undefined,
  limit: undefined,
  units: { mul: 3, add: 3 },
  interface: { "*": "ram" },
  seed: 0,
  effort: 1,
  isResumed: false,
  confirm: 1,
};

function must<T>(result: Result<T>): T {
  if (result.kind === "error") throw new Error(at(result.diagnostics, 0).message);
  return result.value;
}

function codeOf(result: Result<unknown>): string {
  return result.kind === "error" ? at(result.diagnostics, 0).code : "";
}

test("a kernel is explored, its exploration resumed, its chosen point confirmed in RTL and compiled", async () => {
  const folder = temporaryFolder();
  const [kernel, report] = [join(folder, "scaled.mlir"), join(folder, "report")];
  writeFileSync(kernel, text);
  must(await exploreKernelFile(kernel, report, job, {}));
  const told: string[] = [];
  const watch = { onProgress: (line: string) => told.push(line) };
  const { points, chosen } = must(
    await exploreKernelFile(kernel, report, { ...job, effort: 4, isResumed: true }, watch),
  );
  const whole = join(folder, "whole");
  must(await exploreKernelFile(kernel, whole, { ...job, effort: 4 }, {}));
  const bytes = (place: string): string => readFileSync(join(place, "report.json"), "utf8");
  expect(bytes(report)).toBe(bytes(whole));
  const { estimate, measured } = at(points, chosen);
  expect(measured).toMatchObject({ matches_reference: true });
  const cycles = measured?.cycles ?? 0; // nests with an interval begin at its multiples since reset: some cycles
  expect(Math.abs(cycles - estimate.cycles)).toBeLessThanOrEqual(4);
  const point = must(readKernelPoint(join(report, "report.json")));
  const hardware = { schedule: "optimized", emitIr: false, verifyEach: false } as const;
  const build = must(await compileGraphFile(kernel, { ...hardware, ...point }, {}));
  const run = must(await simulateGraph("build", build, { simulator: "embedded", check: true, seed: 1 }, {}));
  expect(run).toMatchObject({ cycles, matches_reference: true });
}, 240_000);

test("what a kernel cannot be explored for is said", async () => {
  const folder = temporaryFolder();
  const kernel = join(folder, "scaled.mlir");
  writeFileSync(kernel, text);
  expect(codeOf(await exploreKernelFile(kernel, folder, { ...job, objective: "energy" }, {}))).toBe(
    "CLI0134",
  );
  expect(codeOf(await exploreKernelFile(kernel, folder, { ...job, isResumed: true }, {}))).toBe("CLI0133");
  writeFileSync(join(folder, "evaluations.json"), '{"subject":"@sc');
  expect(codeOf(await exploreKernelFile(kernel, folder, { ...job, isResumed: true }, {}))).toBe("CLI0133");
  writeFileSync(kernel, "func.func @none() {\n  return\n}\n");
  expect(codeOf(await exploreKernelFile(kernel, folder, job, {}))).toBe("CLI0135");
});
