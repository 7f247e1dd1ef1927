import { expect, test } from "vitest";
import { verify } from "../../core/dialect.ts";
import { parseModule } from "../../text/parse/parse-module.ts";
import { ALL_OPS } from "../registry.ts";

const cache = 'nn.kv_cache "kv" {blocks = 1, block_size = 4, kv_heads = 2, head_dim = 2, element = i8}';
const cacheOf = (text: string): string => cache.replace("element = i8", text);

function codes(body: string, args: string, head = cache): readonly string[] {
  const module = parseModule(`${head}\nfunc.func @f(${args}) {\n${body}\nreturn\n}`, "test.mlir");
  return module.kind === "error"
    ? module.diagnostics.map(({ message }) => message)
    : verify(module.value, ALL_OPS).map(({ code }) => code);
}
const linear = (x: string, w: string, y: string): readonly string[] =>
  codes(
    `%y = nn.linear %x, %w : (tensor<${x}xf32>, tensor<${w}xf32>) -> tensor<${y}xf32>`,
    `%x: tensor<${x}xf32>, %w: tensor<${w}xf32>`,
  );

test("dimensions of one letter agree, and are known", () => {
  expect(linear("3x4", "5x4", "3x5")).toEqual([]);
  expect(linear("3x4", "5x2", "3x5")).toEqual(["NN0001"]);
  expect(linear("3x4", "5x4", "4x5")).toEqual(["NN0001"]);
  expect(linear("?x4", "5x4", "?x5")).toEqual(["IR0002", "IR0002"]);
  const split = '%a, %b = "nn.split"(%x) : (tensor<2x5xf32>) -> (tensor<2x3xf32>, tensor<2x1xf32>)';
  expect(codes(split, "%x: tensor<2x5xf32>")).toEqual(["NN0001"]);
});

test("heads and partial sums divide the channels", () => {
  const rope =
    "%y = nn.rope %x, %c, %c : (tensor<1x6xf32>, tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x6xf32>";
  expect(codes(rope, "%x: tensor<1x6xf32>, %c: tensor<1x2xf32>")).toEqual(["NN0002"]);
  const heads = "%q, %s = nn.quantize_heads %x : (tensor<1x6xf32>) -> (tensor<1x6xi8>, tensor<1x4xf32>)";
  expect(codes(heads, "%x: tensor<1x6xf32>")).toEqual(["NN0002"]);
  const gained = (op: string): readonly string[] =>
    codes(
      `%y = ${op} : (tensor<1x6xf32>, tensor<4xf32>) -> tensor<1x6xf32>`,
      "%x: tensor<1x6xf32>, %g: tensor<4xf32>",
    );
  expect(gained("nn.head_gain %x, %g")).toEqual(["NN0002"]);
  expect(gained("nn.head_norm %x, %g {eps = 1.0e-05 : f32}")).toEqual(["NN0002"]);
  expect(gained("nn.bias %x, %g")).toEqual(["NN0001"]);
  const normed =
    "%q, %s = nn.quantize_normed_heads %x, %x {eps = 1.0e-05 : f32} : (tensor<1x6xf32>, tensor<1x6xf32>) -> (tensor<1x6xi8>, tensor<1x4xf32>)";
  expect(codes(normed, "%x: tensor<1x6xf32>")).toEqual(["NN0002"]);
  const norm =
    "%q, %s = nn.norm_quantize %x, %g {eps = 1.0e-05 : f32} : (tensor<1x6xf32>, tensor<6xf32>) -> (tensor<1x6xi8>, tensor<1xf32>)";
  expect(codes(norm, "%x: tensor<1x6xf32>, %g: tensor<6xf32>")).toEqual(["NN0002"]);
});

const attend = (width: number, heads: number): readonly string[] =>
  codes(
    `%w = nn.kv_write @kv, %k, %s, %k, %s, %i : (tensor<1x4xi8>, tensor<1x2xf32>, tensor<1x4xi8>, tensor<1x2xf32>, tensor<1xi32>) -> !dataflow.token
   %o = nn.paged_attention @kv, %q, %t after %w at %i through %b
     : (tensor<1x${String(width)}xi8>, tensor<1x${String(heads)}xf32>, !dataflow.token, tensor<1xi32>, tensor<1x1xi32>) -> tensor<1x${String(width)}xf32>`,
    `%q: tensor<1x${String(width)}xi8>, %t: tensor<1x${String(heads)}xf32>, %k: tensor<1x4xi8>, %s: tensor<1x2xf32>, %i: tensor<1xi32>, %b: tensor<1x1xi32>`,
  );

test("attention fits its cache", () => {
  expect(attend(8, 4)).toEqual([]);
  expect(attend(8, 2)).toEqual(["NN0001"]);
  expect(attend(6, 3)).toEqual(["NN0002"]);
});

const append = (head: string): readonly string[] =>
  codes(
    "%w = nn.kv_append @kv, %k, %k, %i : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1xi32>) -> !dataflow.token",
    "%k: tensor<1x4xf32>, %i: tensor<1xi32>",
    head,
  );

test("a cache is declared, in the element that its users ask for", () => {
  expect(append(cacheOf("element = f32"))).toEqual([]);
  expect(append("")).toEqual(["NN0003"]);
  expect(append(cache)).toEqual(["NN0004"]);
  expect(append(cacheOf("element = f32").replace("head_dim = 2", "head_dim = 3"))).toEqual([
    "NN0001",
    "NN0001",
  ]);
  expect(append(cacheOf("element = f32").replace("blocks = 1", "blocks = 0"))).toEqual(["NN0006"]);
  expect(append(cacheOf("element = i4"))).toEqual(["NN0007", "NN0004"]);
});

test("layers hand on what they take", () => {
  const layers = (count: number, yielded: string): readonly string[] =>
    codes(
      `%y = "nn.layers"(%x) ({\n^bb0(%c: tensor<1x2xf32>):\n"nn.yield"(${yielded}) : (tensor<${yielded === "%i" ? "1xi32" : "1x2xf32"}>) -> ()\n}) {count = ${String(count)}} : (tensor<1x2xf32>) -> tensor<1x2xf32>`,
      "%x: tensor<1x2xf32>, %i: tensor<1xi32>",
    );
  expect(layers(2, "%c")).toEqual([]);
  expect(layers(2, "%x")).toEqual([]);
  expect(layers(2, "%i")).toEqual(["NN0005"]);
  expect(layers(0, "%c")).toEqual(["NN0006"]);
});
