import fc from "fast-check";
import { expect, test } from "vitest";
import { at, builtSpan, CompilerBug, foldBinary, foldCompare, unreachable } from "../../ir/index.ts";
import { signedValue } from "./fold.ts";
import type { NodeId } from "./node.ts";
import { NodeBuilder } from "./node-builder.ts";

const WIDTHS = [3, 7, 12];

/** The bits of a node for given field values. */
function evaluate(builder: NodeBuilder, id: NodeId, fields: readonly bigint[]): bigint {
  const { op, args, width } = builder.node(id);
  const value = (index: number): bigint => evaluate(builder, at(args, index), fields);
  const widthOf = (index: number): number => builder.widthOf(at(args, index));
  const signed = (index: number): bigint => signedValue(value(index), widthOf(index));
  const bits = (): bigint => {
    switch (op.kind) {
      case "constant":
        return op.value;
      case "field":
        return at(fields, op.index);
      case "binary":
        return op.operator === "mul"
          ? signed(0) * signed(1)
          : foldBinary(op.operator, value(0), value(1), width);
      case "compare":
        return foldCompare(op.predicate, value(0), value(1), widthOf(0)) ? 1n : 0n;
      case "select":
        return value(0) === 1n ? value(1) : value(2);
      case "extend":
        return signed(0);
      case "slice":
        return value(0) >> BigInt(op.low);
      case "join":
        return args.reduceRight(
          (all, arg) => (all << BigInt(builder.widthOf(arg))) | evaluate(builder, arg, fields),
          0n,
        );
      case "counter":
      case "float":
      case "load":
      case "store":
      case "read":
      case "write":
      case "done":
        throw new CompilerBug(`no value of ${op.kind}`);
      default:
        return unreachable(op);
    }
  };
  return BigInt.asUintN(width, bits());
}

/** `Math.min` knows no bigint. */
function smaller(x: bigint, y: bigint): bigint {
  const isFirst = x < y;
  return isFirst ? x : y;
}

interface Step {
  readonly kind: "add" | "sub" | "mul" | "constant" | "less" | "cut";
  readonly a: number;
  readonly b: number;
}
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("add", "sub", "mul", "constant", "less", "cut"),
  a: fc.nat(50),
  b: fc.nat(50),
});

test("narrow, shared and folded nodes give what plain integers of the type's width give", () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 12 }),
      fc.tuple(fc.bigInt(0n, 7n), fc.bigInt(0n, 127n), fc.bigInt(0n, 4095n)),
      fc.integer({ min: 12, max: 20 }),
      (steps, fields, cap) => {
        const builder = new NodeBuilder(builtSpan("test"), new Set());
        const made: { readonly node: NodeId; readonly value: bigint }[] = fields.map((bits, index) => ({
          node: builder.field(index, at(WIDTHS, index)),
          value: signedValue(bits, at(WIDTHS, index)),
        }));
        for (const { kind, a, b } of steps) {
          const [x, y] = [at(made, a % made.length), at(made, b % made.length)];
          const wrap = (value: bigint): bigint => BigInt.asIntN(cap, value);
          switch (kind) {
            case "add":
              made.push({ node: builder.add(x.node, y.node, cap), value: wrap(x.value + y.value) });
              break;
            case "sub":
              made.push({ node: builder.sub(x.node, y.node, cap), value: wrap(x.value - y.value) });
              break;
            case "mul":
              made.push({ node: builder.mul(x.node, y.node, cap), value: wrap(x.value * y.value) });
              break;
            case "constant":
              made.push({ node: builder.signedConstant(BigInt(a - b), cap), value: BigInt(a - b) });
              break;
            case "cut":
              made.push({ node: builder.signed(x.node, 5), value: BigInt.asIntN(5, x.value) });
              break;
            case "less": {
              const width = Math.max(builder.widthOf(x.node), builder.widthOf(y.node));
              const node = builder.select(
                builder.compare("slt", x.node, y.node),
                builder.signed(x.node, width),
                builder.signed(y.node, width),
              );
              made.push({ node, value: smaller(x.value, y.value) });
            }
          }
        }
        for (const { node, value } of made) {
          expect(builder.widthOf(node)).toBeLessThanOrEqual(cap);
          expect(signedValue(evaluate(builder, node, fields), builder.widthOf(node))).toBe(value);
        }
      },
    ),
    { numRuns: 2000, seed: 11 },
  );
});
