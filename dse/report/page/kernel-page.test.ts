import { expect, test } from "vitest";
import { chooseGraphDesign, loadDevice } from "../../../backend-hls/index.ts";
import { at, parseModule, type Result } from "../../../ir/index.ts";
import { exploreKernel } from "../../kernels/explore-kernel.ts";
import { openPage } from "../../testing/open-page.ts";
import { kernelReport } from "../kernel-report.ts";
import { kernelPage } from "./kernel-page.ts";

const text = `func.func @rows(%A: memref<6x8xf32>, %y: memref<6xf32>, %z: memref<6x8xf32>) {
  affine.for %i = 0 to 6 {
    affine.for %j = 0 to 8 {
      %a = affine.load %A[%i, %j] : memref<6x8xf32>
      %c = affine.load %y[%i] : memref<6xf32>
      %s = arith.addf %c, %a : f32
      affine.store %s, %y[%i] : memref<6xf32>
    }
  }
  affine.for %i = 0 to 6 {
    affine.for %j = 0 to 8 {
      %a = affine.load %A[%i, %j] : memref<6x8xf32>
      %p = arith.mulf %a, %a : f32
      affine.store %p, %z[%i, %j] : memref<6x8xf32>
    }
  }
  return
}
`;

function must<T>(result: Result<T>): T {
  if (result.kind === "error") throw new Error(at(result.diagnostics, 0).message);
  return result.value;
}

test("the page of a kernel draws everything without an error", { timeout: 120_000 }, async () => {
  const module = must(parseModule(text, "rows.mlir"));
  const device = must(loadDevice("xc7z020"));
  const exploration = must(
    await exploreKernel({
      module,
      functionName: "rows",
      device,
      design: { ...must(chooseGraphDesign(module, device)), interfaces: { "*": "ram" } },
      clockMhz: 100,
      schedule: "optimized",
      objective: "latency",
      units: { mul: 3, add: 3 },
      seed: 0,
      effort: 2,
      worth: 1,
    }),
  );
  const report = kernelReport({ model: "rows", functionName: "rows" }, exploration);
  const page = kernelPage(report, exploration);
  expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//u);
  expect(page).toContain('"nest":"nest1","across":"');
  const opened = openPage(page);
  if (opened === undefined) return;
  expect(opened.said).not.toMatch(/CONSOLE|Uncaught/u);
  expect(opened.drawn).toContain('data-ready="yes"');
  expect(opened.drawn.match(/<svg/gu)?.length).toBeGreaterThan(4);
});
