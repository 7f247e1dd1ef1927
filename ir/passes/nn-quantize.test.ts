import { expect, test } from "vitest";
import { withOptions } from "../core/pass.ts";
import { validModule } from "../interp/graph/testing/run-graph.ts";
import { printModule } from "../text/print/printer.ts";
import { nnQuantize } from "./nn-quantize.ts";

const linear = (
  width: number,
  matrix: string,
): string => `func.func @f(%x: tensor<1x${String(width)}xf32>, %g: tensor<${String(width)}xf32>, %w: tensor<2x${String(width)}xf32>) {
  %n = nn.rms_norm %x, %g {eps = 1.0e-05 : f32} : (tensor<1x${String(width)}xf32>, tensor<${String(width)}xf32>) -> tensor<1x${String(width)}xf32>
  %m = nn.weight @m : tensor<2x${String(width)}xf32>
  %y = nn.linear %n, ${matrix} : (tensor<1x${String(width)}xf32>, tensor<2x${String(width)}xf32>) -> tensor<1x2xf32>
  return
}`;

function refusal(text: string): readonly string[] {
  const module = validModule(text);
  const before = printModule(module);
  const outcome = withOptions(nnQuantize).run(module);
  expect(printModule(module)).toBe(before); // a refused module is left as it was
  return outcome.kind === "error" ? outcome.diagnostics.map(({ code }) => code) : [outcome.kind];
}

test("computed matrices and norms over fewer than 8 channels have no integer form", () => {
  expect(refusal(linear(8, "%w"))).toEqual(["NN0101"]);
  expect(refusal(linear(4, "%m"))).toEqual(["NN0102"]);
});

test("a weight of the enclosing function keeps its place when layers read it", () => {
  const module = validModule(`func.func @f(%x: tensor<1x8xf32>) -> tensor<1x8xf32> {
  %w = nn.weight @w : tensor<8x8xf32>
  %y = "nn.layers"(%x) ({
  ^bb0(%c: tensor<1x8xf32>):
    %z = nn.linear %c, %w : (tensor<1x8xf32>, tensor<8x8xf32>) -> tensor<1x8xf32>
    "nn.yield"(%z) : (tensor<1x8xf32>) -> ()
  }) {count = 2} : (tensor<1x8xf32>) -> tensor<1x8xf32>
  return %y : tensor<1x8xf32>
}`);
  withOptions(nnQuantize).run(module);
  const text = printModule(module);
  expect(text.indexOf("nn.weight @w.scale")).toBeLessThan(text.indexOf("nn.layers"));
  expect(text.indexOf("nn.quantize")).toBeGreaterThan(text.indexOf("nn.layers"));
});

test("a norm of heads before their rotation leaves gains in front of it and its factor in the scales", () => {
  const [q, t] = ["tensor<1x8xf32>", "tensor<1x2xf32>"];
  const module =
    validModule(`nn.kv_cache "kv" {blocks = 1, block_size = 4, kv_heads = 2, head_dim = 4, element = f32}
func.func @f(%q: ${q}, %k: ${q}, %g: tensor<4xf32>, %c: ${t}, %i: tensor<1xi32>) {
  %n = nn.head_norm %k, %g {eps = 1.0e-05 : f32} : (${q}, tensor<4xf32>) -> ${q}
  %r = nn.rope %n, %c, %c : (${q}, ${t}, ${t}) -> ${q}
  %w = nn.kv_append @kv, %r, %q, %i : (${q}, ${q}, tensor<1xi32>) -> !dataflow.token
  return
}`);
  withOptions(nnQuantize).run(module);
  const text = printModule(module);
  expect(text).toMatch(
    /%(\w+) = nn.head_gain %k, %g.*\n.*= nn.rope %\1,.*\n.*nn.quantize_normed_heads %\w+, %k \{/u,
  );
  expect(text).not.toContain("nn.head_norm");
  expect(text.match(/nn\.rope/gu)?.length).toBe(1);
});
