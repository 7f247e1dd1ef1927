import { arrayAttr, exactly, i64Attr, optional, symbolAttr } from "../../core/constraint.ts";
import { defineOp } from "../../core/op-definition.ts";
import type { Operation, Value } from "../../core/operation.ts";
import { f32, i8, i32, tokenType } from "../../core/type.ts";
import type { Diagnostic } from "../../support/diagnostics.ts";
import { cacheProblems, queryHeadProblems } from "./caches.ts";
import { unevenHeads } from "./diagnostics.ts";
import { headGainProblems } from "./heads.ts";
import { agreeing, f32Attr, shapeOf, tensorOf } from "./shapes.ts";

const floats = tensorOf(f32, 2);
const scales = tensorOf(f32, 1);
const bytes = tensorOf(i8, 2);
const ints = tensorOf(i32, 1);
const token = exactly(tokenType);
const typed = "attr-dict `:` functional-type(operands, results)";

export const NormQuantizeOp = defineOp(
  "nn.norm_quantize",
  {
    summary:
      "norm_quantize(x, gain) of the integer reference: RMSNorm to int8, its factor folded into the row's scale",
    operands: { x: floats, gain: scales },
    results: { q: bytes, s: scales },
    attrs: { eps: f32Attr },
    regions: 0,
    traits: ["pure"],
    format: `$x \`,\` $gain ${typed}`,
  },
  (view) => {
    const [, channels = 0] = shapeOf(view.operands.x.type);
    const problems = agreeing({ x: "T N", gain: "N", q: "T N", s: "T" })(view);
    if (channels >= 8) return problems;
    return [unevenHeads(view.op.span, { op: view.op.name, channels, part: 8, what: "partial sums" })];
  },
);

export const QuantizeOp = defineOp(
  "nn.quantize",
  {
    summary: "quantize(v) of the integer reference: int8 and one scale per row",
    operands: { x: floats },
    results: { q: bytes, s: scales },
    attrs: {},
    regions: 0,
    traits: ["pure"],
    format: `$x ${typed}`,
  },
  agreeing({ x: "T N", q: "T N", s: "T" }),
);

export const QuantizeHeadsOp = defineOp(
  "nn.quantize_heads",
  {
    summary:
      "quantize(v) of the integer reference for each head of each row (layer step 3); the width of s is the number of heads",
    operands: { x: floats },
    results: { q: bytes, s: floats },
    attrs: {},
    regions: 0,
    traits: ["pure"],
    format: `$x ${typed}`,
  },
  (view) => {
    const problems = agreeing({ x: "T N", q: "T N", s: "T H" })(view);
    return problems.length > 0 ? problems : headCountProblems(view);
  },
);

export const HeadGainOp = defineOp(
  "nn.head_gain",
  {
    summary: "x = mul(x, gain) for each head of each row (Integer reference, layer step 2, normalized heads)",
    operands: { x: floats, gain: scales },
    results: { y: floats },
    attrs: {},
    regions: 0,
    traits: ["pure"],
    format: `$x \`,\` $gain ${typed}`,
  },
  (view) => [...agreeing({ x: "T N", y: "T N" })(view), ...headGainProblems(view)],
);

/** `x` is what is quantized, `source` the heads before gains and rotation, whose RMS factor the scales get. */
export const QuantizeNormedHeadsOp = defineOp(
  "nn.quantize_normed_heads",
  {
    summary:
      "nn.quantize_heads of x, each scale times rsqrt(mean square + eps) of the head in source (Integer reference, layer steps 2 and 3)",
    operands: { x: floats, source: floats },
    results: { q: bytes, s: floats },
    attrs: { eps: f32Attr },
    regions: 0,
    traits: ["pure"],
    format: `$x \`,\` $source ${typed}`,
  },
  (view) => {
    const problems = agreeing({ x: "T N", source: "T N", q: "T N", s: "T H" })(view);
    return problems.length > 0 ? problems : headCountProblems(view);
  },
);

/** The scales must be as many as there are heads. */
function headCountProblems({
  op,
  operands,
  results,
}: {
  readonly op: Operation;
  readonly operands: { readonly x: Value };
  readonly results: { readonly s: Value };
}): readonly Diagnostic[] {
  const [, channels = 0] = shapeOf(operands.x.type);
  const [, heads = 1] = shapeOf(results.s.type);
  if (channels % heads === 0) return [];
  return [unevenHeads(op.span, { op: op.name, channels, part: heads, what: "channels for heads" })];
}

export const QlinearOp = defineOp(
  "nn.qlinear",
  {
    summary:
      "linear(q, s, w8, sw) of the integer reference: exact int8 products and 32-bit sums, then both scales",
    operands: { q: bytes, s: scales, w: bytes, sw: scales },
    results: { y: floats },
    attrs: {},
    regions: 0,
    traits: ["pure"],
    format: `$q \`,\` $s \`,\` $w \`,\` $sw ${typed}`,
  },
  agreeing({ q: "T K", s: "T", w: "N K", sw: "N", y: "T N" }),
);

/** The token says that the rows can be read. */
export const KvWriteOp = defineOp(
  "nn.kv_write",
  {
    summary:
      "Stores int8 keys and values and their scales in slot slots[t] of a cache (Integer reference, layer step 3)",
    operands: { k: bytes, sk: floats, v: bytes, sv: floats, slots: ints },
    results: { written: token },
    attrs: { cache: symbolAttr },
    regions: 0,
    traits: [],
    format: `$cache \`,\` $k \`,\` $sk \`,\` $v \`,\` $sv \`,\` $slots ${typed}`,
  },
  (view) => {
    const problems = agreeing({ k: "T N", sk: "T H", v: "T N", sv: "T H", slots: "T" })(view);
    if (problems.length > 0) return problems;
    const { k, v, sk, sv } = view.operands;
    return cacheProblems({
      op: view.op,
      cache: view.attrs.cache,
      element: i8,
      stored: { k, v },
      scales: { sk, sv },
    });
  },
);

/**
 * Row t sees the positions of its block table `table[t]` up to its own, within the window, in the order of numerics.md;
 * inside `nn.layers`, `full_layers` are those without the window.
 */
export const PagedAttentionOp = defineOp(
  "nn.paged_attention",
  {
    summary:
      "Attention of the integer reference (layer step 4): online softmax over blocks of the cache, 1/sqrt(d) on the query's scale",
    operands: { q: bytes, t: floats, after: token, positions: ints, table: tensorOf(i32, 2) },
    results: { o: floats },
    attrs: { cache: symbolAttr, window: optional(i64Attr), full_layers: optional(arrayAttr(i64Attr)) },
    regions: 0,
    traits: [],
    format: `$cache \`,\` $q \`,\` $t \`after\` $after \`at\` $positions \`through\` $table ${typed}`,
  },
  (view) => {
    const problems = agreeing({ q: "T N", t: "T H", positions: "T", table: "T M", o: "T N" })(view);
    if (problems.length > 0) return problems;
    const { q, t } = view.operands;
    return [
      ...cacheProblems({ op: view.op, cache: view.attrs.cache, element: i8, stored: {}, queries: { q } }),
      ...queryHeadProblems(view.op, view.attrs.cache, q, t),
    ];
  },
);
