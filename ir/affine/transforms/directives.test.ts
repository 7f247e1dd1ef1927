import { expect, test } from "vitest";
import { printModule } from "../../text/print/printer.ts";
import { programOfText, sameResults, unwrap } from "../testing/run-both.ts";
import { writeProgram } from "../write/write-function.ts";
import { applyDirectives, type Directives } from "./directives.ts";

const PRODUCT = (
  attributes = "",
) => `func.func @f(%A: memref<4x8xf32>, %B: memref<8x6xf32>, %C: memref<4x6xf32>) {
  %t = memref.alloc() : memref<4x6xf32>
  affine.for %i = 0 to 4 { affine.for %j = 0 to 6 { affine.for %k = 0 to 8 {
    %0 = affine.load %C[%i, %j] : memref<4x6xf32>
    %1 = affine.load %A[%i, %k] : memref<4x8xf32>
    %2 = affine.load %B[%k, %j] : memref<8x6xf32>
    %3 = arith.mulf %1, %2 : f32
    %4 = arith.addf %0, %3 : f32
    affine.store %4, %t[%i, %j] : memref<4x6xf32>
    affine.store %4, %C[%i, %j] : memref<4x6xf32>
  } ${attributes} } }
  return
}`;

function textWith(directives: Directives, attributes = ""): string {
  const program = unwrap(applyDirectives(programOfText(PRODUCT(attributes)), directives));
  expect(sameResults(PRODUCT(attributes), program)).toBe(true);
  return printModule(writeProgram(program));
}

test("orders, tiles, lanes and intervals from a file, and from attributes", () => {
  const text = textWith({ loops: { j: { unroll: 3 }, k: { ii: 2 } }, orders: [["k", "i", "j"]] });
  expect(text.match(/affine.for %\w+/gu)).toEqual([
    "affine.for %k",
    "affine.for %i",
    "affine.for %j",
    "affine.for %jl",
  ]);
  expect(text).toContain("{unroll = 3}");
  expect(text).toContain("{ii = 2}");
  const tiled = textWith({}, "{tile = 4}");
  expect(tiled.match(/affine.for %\w+/gu)).toEqual([
    "affine.for %i",
    "affine.for %j",
    "affine.for %k",
    "affine.for %kp",
  ]);
});

test("banks of arrays", () => {
  const text = textWith({
    arrays: { t: { partition: [1, "complete"], storage: "lut" }, A: { partition: [2, 4] } },
  });
  expect(text).toContain('{partition = [1, 6], storage = "lut"}');
  expect(text).toContain("arrays = {A = {partition = [2, 4]}}");
});

test.each<readonly [Directives, string]>([
  [{ loops: { q: { unroll: 2 } } }, "AFF0004"],
  [{ orders: [["i", "q"]] }, "AFF0004"],
  [{ arrays: { Z: {} } }, "AFF0004"],
  [{ arrays: { A: { partition: [3] } } }, "AFF0004"],
  [{ arrays: { A: { partition: [5, 1] } } }, "AFF0004"],
  [{ loops: { j: { unroll: 2, tile: 3 } } }, "AFF0002"],
])("what cannot be followed: %j", (directives, code) => {
  const made = applyDirectives(programOfText(PRODUCT()), directives);
  expect(made.kind === "error" ? made.diagnostics.map((each) => each.code) : []).toContain(code);
});
