import { expect, test } from "vitest";
import { chooseGraphDesign, loadDevice } from "../../backend-hls/index.ts";
import { at, parseModule, type Result } from "../../ir/index.ts";
import { kernelReport } from "../report/kernel-report.ts";
import { chooseLoops, planLoops } from "./choose-loops.ts";
import { limitsAt } from "./draft-kernel.ts";
import { evaluateKernel, type KernelEvaluation } from "./evaluate-kernel.ts";
import { exploreKernel, type KernelExploration } from "./explore-kernel.ts";
import type { KernelExploreRequest } from "./kernel-request.ts";
import { planRecipes } from "./loop-recipe.ts";

const text = `func.func @product(%A: memref<6x8xf32>, %B: memref<8x10xf32>, %C: memref<6x10xf32>) {
  affine.for %i = 0 to 6 {
    affine.for %j = 0 to 10 {
      affine.for %k = 0 to 8 {
        %a = affine.load %A[%i, %k] : memref<6x8xf32>
        %b = affine.load %B[%k, %j] : memref<8x10xf32>
        %c = affine.load %C[%i, %j] : memref<6x10xf32>
        %p = arith.mulf %a, %b : f32
        %s = arith.addf %c, %p : f32
        affine.store %s, %C[%i, %j] : memref<6x10xf32>
      }
    }
  }
  return
}
`;

function must<T>(result: Result<T>): T {
  if (result.kind === "error") throw new Error(at(result.diagnostics, 0).message);
  return result.value;
}

function requestFor(more: Partial<KernelExploreRequest> = {}): KernelExploreRequest {
  const module = must(parseModule(text, "product.mlir"));
  const device = must(loadDevice("xc7z020"));
  return {
    module,
    functionName: "product",
    device,
    design: { ...must(chooseGraphDesign(module, device)), interfaces: { "*": "ram" } },
    clockMhz: 100,
    schedule: "optimized",
    objective: "latency",
    units: { mul: 6, add: 6 },
    seed: 0,
    effort: 20,
    worth: 1,
    ...more,
  };
}

const names = { model: "product", functionName: "product" };
const explored = exploreKernel(requestFor());

test("on a space that is enumerated the chosen design is the quickest of all that fit", async () => {
  const { points, chosen } = must(await explored);
  expect(points.every(({ evaluation }) => evaluation !== undefined)).toBe(true);
  const request = requestFor();
  const all = [1, 2, 3, 4, 5, 6].map((budget) =>
    evaluateKernel(request, must(planLoops(request, limitsAt(request, budget)))),
  );
  expect(at(points, chosen).evaluation?.cycles).toBe(Math.min(...all.map(({ cycles }) => cycles)));
});

test("the same request gives the same bytes, and what was planned before is not planned again", async () => {
  const first = must(await explored);
  const known = new Map<number, KernelEvaluation>(
    first.points.flatMap(({ budget, evaluation }) =>
      evaluation === undefined ? [] : [[budget, evaluation]],
    ),
  );
  const bytes = (exploration: KernelExploration): string => JSON.stringify(kernelReport(names, exploration));
  expect(bytes(must(await exploreKernel(requestFor(), { known })))).toBe(bytes(first));
});

test("recipes of a point are planned to the design that was explored", async () => {
  const { request, points, chosen } = must(await explored);
  const { evaluation, budget } = at(points, chosen);
  const again = must(planRecipes(request, evaluation?.recipes ?? []));
  const own = must(chooseLoops(request, limitsAt(request, budget)));
  const intervals = (plan: typeof own): readonly unknown[] =>
    plan.network.kernels.map(({ name, scheduled: { schedule, graph } }) => [
      name,
      schedule.ii,
      graph.nodes.length,
    ]);
  expect(intervals(again)).toEqual(intervals(own));
  expect(planRecipes(request, [])).toMatchObject({ kind: "error" });
});

test("a limit that no design keeps names what is missing and the nearest design (DSE0001)", async () => {
  const result = await exploreKernel(requestFor({ limits: { dsp: 1 }, effort: 3 }));
  expect(result.kind === "error" && at(result.diagnostics, 0).code).toBe("DSE0001");
  expect(result.kind === "error" && at(result.diagnostics, 0).message).toMatch(
    /nearest of \d+ that were planned \(1 multipliers and adders\) needs \d+ DSP blocks \(there are 1\)/u,
  );
});

test("Ctrl-C keeps what was found", async () => {
  const interrupted = new AbortController();
  const onProgress = (): void => {
    interrupted.abort();
  };
  const { planned, isInterrupted } = must(
    await exploreKernel(requestFor(), { signal: interrupted.signal, onProgress }),
  );
  expect({ planned, isInterrupted }).toEqual({ planned: 1, isInterrupted: true });
});
