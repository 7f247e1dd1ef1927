import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type AffineExpr,
  type AffineOperator,
  affineBinary,
  affineConstant,
  dim,
  evaluateAffine,
} from "../../core/affine.ts";
import { i32, indexType, memrefType } from "../../core/type.ts";
import { at } from "../../support/bug.ts";
import { compileFunction } from "../compile.ts";
import { functionOf } from "../testing/program.ts";

const DIVIDING: readonly AffineOperator[] = ["mod", "floordiv", "ceildiv"];

/** Expressions of two counters and one unknown number; divisors are positive constants. */
const expression: fc.Arbitrary<AffineExpr> = fc.letrec<{ expr: AffineExpr }>((tie) => ({
  expr: fc.oneof(
    { maxDepth: 4 },
    fc.nat(2).map(dim),
    fc.integer({ min: -9, max: 9 }).map(affineConstant),
    fc.tuple(tie("expr"), tie("expr")).map(([a, b]) => affineBinary("+", a, b)),
    fc
      .tuple(tie("expr"), fc.integer({ min: -4, max: 4 }))
      .map(([a, b]) => affineBinary("*", a, affineConstant(b))),
    fc
      .tuple(fc.constantFrom(...DIVIDING), tie("expr"), fc.integer({ min: 1, max: 5 }))
      .map(([op, a, b]) => affineBinary(op, a, affineConstant(b))),
  ),
})).expr;

test("affine maps have the value of their expression, and subscripts are caught exactly where they leave", () => {
  fc.assert(
    fc.property(expression, fc.integer({ min: -9, max: 9 }), (expr, unknown) => {
      const map = { dims: 3, symbols: 0, results: [expr] };
      const func = functionOf(
        [indexType, memrefType([12], i32), memrefType([16], i32)],
        (p, z, values, array) => {
          p.loop(3, (x) => {
            p.loop(4, (y) => {
              const value = p.op("affine.apply", [x, y, z], indexType, { map: { kind: "affine_map", map } });
              const place = p.op(
                "arith.addi",
                [p.op("arith.muli", [x, p.constant(4n, indexType)], indexType), y],
                indexType,
              );
              p.store(p.op("arith.index_cast", [value], i32), values, place);
              p.loadAt(array, map, [x, y, z]);
            });
          });
          return [];
        },
      );
      const wanted = Array.from({ length: 12 }, (_, n) =>
        evaluateAffine(expr, [Math.floor(n / 4), n % 4, unknown], []),
      );
      const firstOutside = wanted.find((value) => value < 0 || value > 15);
      const values = new Int32Array(12);
      const compiled = compileFunction(func);
      const result = compiled.kind === "ok" ? compiled.value(unknown, values, new Int32Array(16)) : compiled;
      const last = firstOutside === undefined ? 12 : wanted.indexOf(firstOutside) + 1;
      for (let n = 0; n < last; n++) expect(at(values, n)).toBe(at(wanted, n) + 0);
      expect(result.kind === "error" ? result.diagnostics[0]?.message : undefined).toBe(
        firstOutside === undefined
          ? undefined
          : `affine.load: subscript 0 is ${String(firstOutside)}, outside memref<16xi32>`,
      );
    }),
    { seed: 7, numRuns: 400 },
  );
});
