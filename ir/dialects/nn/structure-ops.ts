import { anyType, i64Attr, stringAttr, symbolAttr, typeAttr } from "../../core/constraint.ts";
import { defineOp } from "../../core/op-definition.ts";
import type { Operation, Value } from "../../core/operation.ts";
import { printType } from "../../core/type.ts";
import type { Diagnostic } from "../../support/diagnostics.ts";
import { badNumber, carriedTypes, elementUnsupported } from "./diagnostics.ts";

/**
 * The paged keys and values of one attention: `blocks` blocks of `block_size` slots, each slot `kv_heads` heads of
 * `head_dim` channels of `element` (f32, or i8 with a float32 scale per slot and head). Inside `nn.layers` every
 * layer has its own.
 */
export const KvCacheOp = defineOp(
  "nn.kv_cache",
  {
    summary: "Declares a paged key/value cache (state of the module)",
    operands: {},
    results: {},
    attrs: {
      sym_name: stringAttr,
      blocks: i64Attr,
      block_size: i64Attr,
      kv_heads: i64Attr,
      head_dim: i64Attr,
      element: typeAttr,
    },
    regions: 0,
    traits: ["symbol"],
    format: "$sym_name attr-dict",
  },
  ({ op, attrs: { blocks, block_size, kv_heads, head_dim, element } }) => [
    ...Object.entries({ blocks, block_size, kv_heads, head_dim }).flatMap(([key, value]) =>
      value >= 1 ? [] : [badNumber(op.span, { op: op.name, key, value, wanted: "1 or more" })],
    ),
    ...(["f32", "i8"].includes(printType(element))
      ? []
      : [elementUnsupported(op.span, { op: op.name, actual: printType(element) })]),
  ],
);

/** A trained tensor, by name; inside `nn.layers` the one of the running layer. */
export const WeightOp = defineOp("nn.weight", {
  summary: "A named tensor of the model",
  operands: {},
  results: { result: anyType },
  attrs: { name: symbolAttr },
  regions: 0,
  traits: ["pure"],
  format: "$name attr-dict `:` type($result)",
});

/**
 * Runs its region once per layer, handing the yielded values on; reads values of the enclosing scope. Weights and
 * caches that the region names are those of the layer.
 */
export const LayersOp = defineOp(
  "nn.layers",
  {
    summary: "The layers of the model: one body, `count` sets of weights and caches",
    operands: {},
    rest: anyType,
    results: {},
    restResults: anyType,
    attrs: { count: i64Attr },
    regions: 1,
    traits: [],
  },
  checkLayers,
);

/** Ends the body of `nn.layers`. */
export const NnYieldOp = defineOp("nn.yield", {
  summary: "Hands values on to the next layer",
  operands: {},
  rest: anyType,
  results: {},
  attrs: {},
  regions: 0,
  traits: ["terminator"],
});

function checkLayers({
  op,
  attrs: { count },
}: {
  readonly op: Operation;
  readonly attrs: { readonly count: number };
}): readonly Diagnostic[] {
  const list = (values: readonly Value[]): string => values.map(({ type }) => printType(type)).join(", ");
  const wanted = list(op.operands);
  const [body] = op.regions.flatMap(({ blocks }) => blocks);
  const carriers = {
    results: op.results,
    "block arguments": body?.args ?? [],
    "yielded values": body?.last?.operands ?? [],
  };
  return [
    ...(count >= 1
      ? []
      : [badNumber(op.span, { op: op.name, key: "count", value: count, wanted: "1 or more" })]),
    ...Object.entries(carriers).flatMap(([what, values]) =>
      list(values) === wanted
        ? []
        : [carriedTypes(op.span, { op: op.name, wanted, actual: list(values), what })],
    ),
  ];
}
