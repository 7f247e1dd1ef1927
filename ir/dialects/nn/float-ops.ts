import { arrayAttr, exactly, i64Attr, optional, symbolAttr } from "../../core/constraint.ts";
import { defineOp } from "../../core/op-definition.ts";
import { f32, i32, printType, tokenType } from "../../core/type.ts";
import { cacheProblems } from "./caches.ts";
import { shapeMismatch, unevenHeads } from "./diagnostics.ts";
import { headGainProblems } from "./heads.ts";
import { agreeing, f32Attr, shapeOf, tensorOf } from "./shapes.ts";

const floats = tensorOf(f32, 2);
const ints = tensorOf(i32, 1);
const token = exactly(tokenType);
const typed = "attr-dict `:` functional-type(operands, results)";

// ---- the same computation before and after quantization (docs/numerics.md gives it to the bit)

export const EmbeddingOp = defineOp(
  "nn.embedding",
  {
    summary: "Rows of a table: y[t] = table[ids[t]]; also the rows of the RoPE tables at a position",
    operands: { table: floats, ids: ints },
    results: { rows: floats },
    attrs: {},
    regions: 0,
    traits: ["pure"],
    format: `$table \`,\` $ids ${typed}`,
  },
  agreeing({ table: "V N", ids: "T", rows: "T N" }),
);

export const SplitOp = defineOp(
  "nn.split",
  {
    summary: "Cuts every row into the widths of the results, in order",
    operands: { x: floats },
    results: {},
    restResults: floats,
    attrs: {},
    regions: 0,
    traits: ["pure"],
  },
  ({ op, operands: { x } }) => {
    const [rows = 0, width] = shapeOf(x.type);
    const parts = op.results.map(({ type }) => shapeOf(type));
    const fits =
      parts.every(([count]) => count === rows) &&
      parts.reduce((sum, [, part = 0]) => sum + part, 0) === width;
    return fits
      ? []
      : [
          shapeMismatch(op.span, {
            op: op.name,
            value: "x",
            actual: printType(x.type),
            wanted: "rows as wide as the results together",
          }),
        ];
  },
);

export const RopeOp = defineOp(
  "nn.rope",
  {
    summary:
      "RoPE per head, halves paired (Integer reference, layer step 2); rows of cos and sin are d/2 wide",
    operands: { x: floats, cos: floats, sin: floats },
    results: { y: floats },
    attrs: {},
    regions: 0,
    traits: ["pure"],
    format: `$x \`,\` $cos \`,\` $sin ${typed}`,
  },
  (view) => {
    const [, channels = 0] = shapeOf(view.operands.x.type);
    const [, half = 1] = shapeOf(view.operands.cos.type);
    const problems = agreeing({ x: "T N", cos: "T H", sin: "T H", y: "T N" })(view);
    if (problems.length > 0 || channels % (2 * half) === 0) return problems;
    return [unevenHeads(view.op.span, { op: view.op.name, channels, part: 2 * half, what: "heads" })];
  },
);

export const BiasOp = defineOp(
  "nn.bias",
  {
    summary: "y[t] = add(x[t], bias), element by element (Integer reference, layer step 1)",
    operands: { x: floats, bias: tensorOf(f32, 1) },
    results: { y: floats },
    attrs: {},
    regions: 0,
    traits: ["pure"],
    format: `$x \`,\` $bias ${typed}`,
  },
  agreeing({ x: "T N", bias: "N", y: "T N" }),
);

export const SiluMulOp = defineOp("nn.silu_mul", {
  summary: "SwiGLU: h = gate * recip(1 + exp(-gate)) * up (Integer reference, layer step 6)",
  operands: { gate: floats, up: floats },
  results: { h: floats },
  attrs: {},
  regions: 0,
  traits: ["pure", "same-type"],
  format: "$gate `,` $up attr-dict `:` type($h)",
});

export const NnAddOp = defineOp("nn.add", {
  summary: "The residual sum, element by element: add(x, delta)",
  operands: { x: floats, delta: floats },
  results: { sum: floats },
  attrs: {},
  regions: 0,
  traits: ["pure", "same-type"],
  format: "$x `,` $delta attr-dict `:` type($sum)",
});

export const ArgmaxOp = defineOp(
  "nn.argmax",
  {
    summary: "Greedy choice: the lowest index of the largest element of each row (Integer reference, head)",
    operands: { x: floats },
    results: { index: ints },
    attrs: {},
    regions: 0,
    traits: ["pure"],
    format: `$x ${typed}`,
  },
  agreeing({ x: "T N", index: "T" }),
);

// ---- float only: sums in double, rounded once; `nn-quantize` replaces them

export const RmsNormOp = defineOp(
  "nn.rms_norm",
  {
    summary: "y = x / sqrt(mean(x^2) + eps) * gain",
    operands: { x: floats, gain: tensorOf(f32, 1) },
    results: { y: floats },
    attrs: { eps: f32Attr },
    regions: 0,
    traits: ["pure"],
    format: `$x \`,\` $gain ${typed}`,
  },
  agreeing({ x: "T N", gain: "N", y: "T N" }),
);

export const HeadNormOp = defineOp(
  "nn.head_norm",
  {
    summary: "RMSNorm of each head of each row: heads as wide as the gain, which is the same for all",
    operands: { x: floats, gain: tensorOf(f32, 1) },
    results: { y: floats },
    attrs: { eps: f32Attr },
    regions: 0,
    traits: ["pure"],
    format: `$x \`,\` $gain ${typed}`,
  },
  (view) => [...agreeing({ x: "T N", y: "T N" })(view), ...headGainProblems(view)],
);

export const LinearOp = defineOp(
  "nn.linear",
  {
    summary: "y[t][n] = sum over k of w[n][k] * x[t][k]",
    operands: { x: floats, w: floats },
    results: { y: floats },
    attrs: {},
    regions: 0,
    traits: ["pure"],
    format: `$x \`,\` $w ${typed}`,
  },
  agreeing({ x: "T K", w: "N K", y: "T N" }),
);

/** The token says that the rows can be read. */
export const KvAppendOp = defineOp(
  "nn.kv_append",
  {
    summary: "Stores keys and values of each row in slot slots[t] of a float cache",
    operands: { k: floats, v: floats, slots: ints },
    results: { written: token },
    attrs: { cache: symbolAttr },
    regions: 0,
    traits: [],
    format: `$cache \`,\` $k \`,\` $v \`,\` $slots ${typed}`,
  },
  (view) => {
    const problems = agreeing({ k: "T N", v: "T N", slots: "T" })(view);
    if (problems.length > 0) return problems;
    const { k, v } = view.operands;
    return cacheProblems({ op: view.op, cache: view.attrs.cache, element: f32, stored: { k, v } });
  },
);

/**
 * Row t sees the positions of its block table `table[t]` up to its own, within the window; inside `nn.layers`,
 * `full_layers` are those without the window.
 */
export const AttentionOp = defineOp(
  "nn.attention",
  {
    summary:
      "Softmax attention over a float cache: grouped query heads, optional sliding window, scale 1/sqrt(d)",
    operands: { q: floats, after: token, positions: ints, table: tensorOf(i32, 2) },
    results: { o: floats },
    attrs: { cache: symbolAttr, window: optional(i64Attr), full_layers: optional(arrayAttr(i64Attr)) },
    regions: 0,
    traits: [],
    format: `$cache \`,\` $q \`after\` $after \`at\` $positions \`through\` $table ${typed}`,
  },
  (view) => {
    const problems = agreeing({ q: "T N", positions: "T", table: "T M", o: "T N" })(view);
    if (problems.length > 0) return problems;
    return cacheProblems({
      op: view.op,
      cache: view.attrs.cache,
      element: f32,
      stored: {},
      queries: { q: view.operands.q },
    });
  },
);
