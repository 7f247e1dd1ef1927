import { expect, test } from "vitest";
import { anyType, i64Attr, integer } from "../../core/constraint.ts";
import { defineOp } from "../../core/op-definition.ts";
import { ALL_OPS } from "../../dialects/registry.ts";
import { formatOf } from "./compile.ts";

const withFormat = [...ALL_OPS.values()].filter(({ spec }) => spec.format !== undefined);

test.each(withFormat.map((definition) => [definition.name, definition] as const))(
  "the format of %s says all types",
  (_, definition) => {
    expect(formatOf(definition)).toBeDefined();
  },
);

test("a format that leaves a type open, or names what is not there, is our bug", () => {
  const spec = {
    summary: "",
    operands: { a: anyType },
    results: { r: integer() },
    attrs: { n: i64Attr },
    regions: 0,
    traits: [],
  } as const;
  expect(() => formatOf(defineOp("t.open", { ...spec, format: "$a attr-dict `:` type($a)" }))).toThrow(
    "does not say all types",
  );
  expect(() => formatOf(defineOp("t.unknown", { ...spec, format: "$b `:` type($a) `,` type($r)" }))).toThrow(
    "neither an operand nor an attribute",
  );
  expect(
    formatOf(
      defineOp("t.good", { ...spec, format: "$a `,` $n attr-dict `:` functional-type(operands, results)" }),
    ),
  ).toBeDefined();
});
