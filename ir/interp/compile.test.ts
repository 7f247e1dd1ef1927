import { expect, test } from "vitest";
import { affineBinary, affineConstant, dim } from "../core/affine.ts";
import type { Operation } from "../core/operation.ts";
import { f32, i8, i32, indexType, intType, memrefType, vectorType } from "../core/type.ts";
import { CMPF_PREDICATES } from "../dialects/arith/ops.ts";
import { present } from "../support/bug.ts";
import { allocateCells } from "./cells.ts";
import { compileFunction, type FunctionArgument } from "./compile.ts";
import { functionOf } from "./testing/program.ts";
import type { ElementValue } from "./values.ts";

function run(func: Operation, ...args: readonly FunctionArgument[]): readonly ElementValue[] {
  const compiled = compileFunction(func);
  if (compiled.kind === "error") throw new Error(compiled.diagnostics[0]?.message);
  const result = compiled.value(...args);
  if (result.kind === "error")
    throw new Error(`${result.diagnostics[0]?.code ?? ""} ${result.diagnostics[0]?.message ?? ""}`);
  return result.value;
}

test("a matrix-vector product over memrefs", () => {
  const func = functionOf(
    [memrefType([4, 3], i8), memrefType([3], i8), memrefType([4], i32)],
    (p, matrix, vector, out) => {
      const acc = p.alloc(memrefType([], i32));
      p.loop(4, (row) => {
        p.store(p.constant(0n, i32), present(acc, "acc"));
        p.loop(3, (column) => {
          const a = p.op("arith.extsi", [p.load(present(matrix, "matrix"), row, column)], i32);
          const b = p.op("arith.extsi", [p.load(present(vector, "vector"), column)], i32);
          p.store(p.op("arith.addi", [p.load(acc), p.op("arith.muli", [a, b], i32)], i32), acc);
        });
        p.store(p.load(acc), present(out, "out"), row);
      });
      return [];
    },
  );
  const out = new Int32Array(4);
  run(func, Int8Array.from([1, 2, 3, -4, 5, -6, 127, -128, 0, 0, 0, 1]), Int8Array.from([10, -20, 30]), out);
  expect([...out]).toEqual([60, -320, 3830, 30]);
});

test("a subscript that leaves the array is a diagnostic", () => {
  const func = functionOf([memrefType([4], i32)], (p, array) => {
    const memref = present(array, "array");
    p.loop(4, (i) => {
      const next = { dims: 1, symbols: 0, results: [affineBinary("+", dim(0), affineConstant(1))] };
      p.store(p.loadAt(memref, next, [i]), memref, i);
    });
    return [];
  });
  expect(() => run(func, new Int32Array(4))).toThrow(
    "IR0102 affine.load: subscript 0 is 4, outside memref<4xi32>",
  );
});

test("a loop longer than its max_trip is a diagnostic", () => {
  const func = functionOf([intType(16)], (p, count) => {
    p.loop(present(count, "count"), () => undefined, 5);
    return [];
  });
  expect(run(func, 5)).toEqual([]);
  expect(run(func, -3)).toEqual([]);
  expect(() => run(func, 6)).toThrow("IR0103 the loop runs 6 times");
});

test("vectors are lanes, bitcast keeps lane 0 in the low bits", () => {
  const bytes = vectorType(4, i8);
  const func = functionOf([bytes, memrefType([2], bytes)], (p, v, array) => {
    p.store(present(v, "v"), present(array, "array"), p.constant(1n, indexType));
    const loaded = p.load(present(array, "array"), p.constant(1n, indexType));
    return [
      loaded,
      p.op("vector.bitcast", [loaded], vectorType(1, i32)),
      p.op("vector.bitcast", [loaded], vectorType(8, intType(4))),
    ];
  });
  const cells = allocateCells(memrefType([2], bytes));
  expect(run(func, [1, -1, 0, 127], cells)).toEqual([
    [1, -1, 0, 127],
    [0x7f00_ff01],
    [1, 0, -1, -1, 0, 0, -1, 7],
  ]);
  expect([...cells]).toEqual([0, 0, 0, 0, 1, -1, 0, 127]);
});

test("float operations are those of ir/numerics", () => {
  const func = functionOf([f32, f32], (p, a, b) => {
    const [x, y] = [present(a, "a"), present(b, "b")];
    const predicate = (n: bigint) => ({ predicate: { kind: "int", value: n, type: intType(64) } as const });
    return [
      p.op("arith.mulf", [x, y], f32),
      p.op("fx.exp", [x], f32),
      p.op("fx.to_int", [x], i8),
      p.op("arith.bitcast", [x], i32),
      p.op("arith.cmpf", [x, y], intType(1), predicate(4n)),
      p.op("arith.cmpf", [x, y], intType(1), predicate(11n)),
    ];
  });
  expect(run(func, 2 ** -126, 0.5)).toEqual([0, 1, 0, 0x0080_0000, 1, 1]);
  expect(run(func, -0.5, NaN)).toEqual([NaN, expect.closeTo(Math.exp(-0.5), 6), 0, 0xbf00_0000 | 0, 0, 1]);
});

test("an operation without a definition is said to be unsupported", () => {
  const func = functionOf([], (p) => [
    p.op("arith.constant", [], { kind: "float", format: "f16" }, { value: { kind: "string", value: "x" } }),
  ]);
  const compiled = compileFunction(func);
  expect(compiled.kind === "error" && compiled.diagnostics[0]).toMatchObject({
    code: "IR0101",
    severity: "unsupported",
  });
});

test("float comparisons, ordered and unordered", () => {
  const values = [NaN, -Infinity, -1, -0, 0, 2 ** -140, 1, Infinity];
  const flush = (x: number): number => (Math.abs(x) < 2 ** -126 ? 0 : x);
  CMPF_PREDICATES.forEach((predicate, number) => {
    const func = functionOf([f32, f32], (p, a, b) => [
      p.op("arith.cmpf", [a, b], intType(1), {
        predicate: { kind: "int", value: BigInt(number), type: intType(64) },
      }),
    ]);
    for (const a of values) {
      for (const b of values) {
        const relation = Number.isNaN(a) || Number.isNaN(b) ? "u" : comparison(flush(a), flush(b));
        expect(run(func, a, b), `${predicate} ${String(a)} ${String(b)}`).toEqual([
          holds(predicate, relation),
        ]);
      }
    }
  });
});

function comparison(a: number, b: number): string {
  if (a === b) return "eq";
  return a < b ? "lt" : "gt";
}

/** A predicate holds where its name lists the relation. */
function holds(predicate: string, relation: string): number {
  if (predicate === "true" || predicate === "false") return predicate === "true" ? 1 : 0;
  if (predicate === "ord" || predicate === "uno") return (relation === "u") === (predicate === "uno") ? 1 : 0;
  if (relation === "u") return predicate.startsWith("u") ? 1 : 0;
  const wanted = { eq: ["eq"], ne: ["lt", "gt"], lt: ["lt"], le: ["lt", "eq"], gt: ["gt"], ge: ["gt", "eq"] };
  const relations = new Map(Object.entries(wanted)).get(predicate.slice(1));
  return relations?.includes(relation) === true ? 1 : 0;
}
