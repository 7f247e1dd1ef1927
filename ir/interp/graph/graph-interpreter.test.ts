import { expect, test } from "vitest";
import { f32, i8, i32, tensorType } from "../../core/type.ts";
import { GraphInterpreter, type GraphOptions } from "./graph-interpreter.ts";
import { emptyCache, KvState } from "./kv-state.ts";
import { type GraphValue, graphTensor } from "./tensor.ts";
import { validModule } from "./testing/run-graph.ts";

const lookUp = `func.func @f(%i: tensor<2xi32>) -> tensor<2x3xf32> {
  %w = nn.weight @w : tensor<4x3xf32>
  %y = nn.embedding %w, %i : (tensor<4x3xf32>, tensor<2xi32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}`;
const ints = (...values: readonly number[]): GraphValue =>
  graphTensor(tensorType([values.length], i32), Int32Array.from(values));
const table = Float32Array.from({ length: 12 }, (_, i) => i);

function codeOf(
  text: string,
  name: string,
  inputs: readonly GraphValue[],
  options: GraphOptions = {},
): string {
  const answer = new GraphInterpreter(validModule(text), { weights: () => table, ...options }).call(
    name,
    inputs,
  );
  return answer.kind === "error" ? answer.diagnostics.map(({ code }) => code).join() : "ok";
}

test("a function, its inputs and its weights have to be there", () => {
  expect(codeOf(lookUp, "f", [ints(3, 0)])).toBe("ok");
  expect(codeOf(lookUp, "g", [ints(3, 0)])).toBe("IR0121");
  expect(codeOf(lookUp, "f", [])).toBe("IR0122");
  expect(codeOf(lookUp, "f", [ints(3, 0), ints(1, 1)])).toBe("IR0122");
  expect(codeOf(lookUp, "f", [ints(3, 0, 1)])).toBe("IR0122");
  expect(codeOf(lookUp, "f", [ints(3, 0)], { weights: () => undefined })).toBe("IR0123");
  expect(codeOf(lookUp, "f", [ints(3, 0)], { weights: () => new Int8Array(12) })).toBe("IR0123");
  expect(codeOf(lookUp, "f", [ints(3, 4)])).toBe("IR0126");
  expect(codeOf(lookUp, "f", [ints(-1, 0)])).toBe("IR0126");
});

const attend = `nn.kv_cache "kv" {blocks = 2, block_size = 2, kv_heads = 1, head_dim = 2, element = f32}
func.func @f(%q: tensor<1x2xf32>, %p: tensor<1xi32>, %s: tensor<1xi32>, %b: tensor<1x2xi32>) -> tensor<1x2xf32> {
  %w = nn.kv_append @kv, %q, %q, %s : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1xi32>) -> !dataflow.token
  %o = nn.attention @kv, %q after %w at %p through %b : (tensor<1x2xf32>, !dataflow.token, tensor<1xi32>, tensor<1x2xi32>) -> tensor<1x2xf32>
  return %o : tensor<1x2xf32>
}`;
const step = (position: number, slot: number, blocks: readonly [number, number]): readonly GraphValue[] => [
  graphTensor(tensorType([1, 2], f32), Float32Array.of(1, 2)),
  ints(position),
  ints(slot),
  graphTensor(tensorType([1, 2], i32), Int32Array.from(blocks)),
];

test("positions, slots and blocks stay inside the table and the cache", () => {
  expect(codeOf(attend, "f", step(3, 1, [1, 0]))).toBe("ok");
  expect(codeOf(attend, "f", step(4, 1, [1, 0]))).toBe("IR0124");
  expect(codeOf(attend, "f", step(-1, 1, [1, 0]))).toBe("IR0124");
  expect(codeOf(attend, "f", step(3, 4, [1, 0]))).toBe("IR0125");
  expect(codeOf(attend, "f", step(3, 1, [1, 2]))).toBe("IR0125");
  expect(codeOf(attend, "f", step(1, 1, [1, 2]))).toBe("ok"); // blocks behind the position are not looked at
});

test("attention of one position is its value; the state lasts from call to call and can be given", () => {
  const state = new KvState();
  const interpreter = new GraphInterpreter(validModule(attend), { state });
  expect(interpreter.call("f", step(0, 2, [1, 0]))).toEqual({
    kind: "ok",
    value: [graphTensor(tensorType([1, 2], f32), Float32Array.of(1, 2))],
  });
  const cache = state.get("kv");
  expect(cache?.kind === "f32" ? Array.from(cache.keys) : []).toEqual([0, 0, 0, 0, 1, 2, 0, 0]);
  const given = emptyCache({ blocks: 2, block_size: 2, kv_heads: 1, head_dim: 2, element: f32 });
  given.values.fill(1);
  const later = new KvState();
  later.set("kv", undefined, given);
  const answer = new GraphInterpreter(validModule(attend), { state: later }).call("f", step(1, 1, [0, 1]));
  expect(
    answer.kind === "ok" && answer.value[0]?.kind === "tensor" && (answer.value[0].data[0] ?? 0) === 1,
  ).toBe(true);
});

test("operations of lower levels are refused", () => {
  const lower = "func.func @f(%a: tensor<1xi32>) {\n%c = arith.constant 1 : i32\nreturn\n}";
  expect(codeOf(lower, "f", [ints(1)])).toBe("IR0101");
  expect(emptyCache({ blocks: 1, block_size: 1, kv_heads: 1, head_dim: 1, element: i8 }).kind).toBe("i8");
});
