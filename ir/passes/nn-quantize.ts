import type { OpView } from "../core/op-definition.ts";
import type { Operation, Value } from "../core/operation.ts";
import { changed, definePass, unchanged } from "../core/pass.ts";
import { i8 } from "../core/type.ts";
import type { NnBuilder, QuantizedRows } from "../dialects/nn/builder.ts";
import {
  AttentionOp,
  findCache,
  HeadNormOp,
  KvAppendOp,
  KvCacheOp,
  LinearOp,
  RmsNormOp,
  RopeOp,
  WeightOp,
} from "../dialects/nn/ops.ts";
import { shapeOf } from "../dialects/nn/shapes.ts";
import { at, present } from "../support/bug.ts";
import { type Diagnostic, defineDiagnostic } from "../support/diagnostics.ts";
import { behindDefinition, eraseUnused, writeBefore } from "./rewrite.ts";

const unnamedWeight = defineDiagnostic("NN0101", "unsupported", (p: { op: string }) => ({
  message: `the matrix of ${p.op} is computed, so it cannot be quantized when the model is compiled`,
  expected: "an nn.weight",
  hint: "write nn.qlinear with an int8 matrix and its scales instead",
}));
const narrowNorm = defineDiagnostic("NN0102", "unsupported", (p: { channels: number }) => ({
  message: `a norm over ${String(p.channels)} channels has no integer form`,
  expected: "8 channels or more",
}));

/**
 * The float graph becomes the integer graph of docs/numerics.md, "Integer reference":
 * linear(x, w) ==> qlinear(quantize(x), w, w.scale); linear(rms_norm(x, g), w) ==> qlinear(norm_quantize(x, g), w, w.scale);
 * kv_append(k, v) ==> kv_write(quantize_heads(k), quantize_heads(v)); attention(q) ==> paged_attention(quantize_heads(q));
 * quantize_heads(rope(head_norm(x, g))) ==> quantize_normed_heads(rope(head_gain(x, g)), x): the factor goes into the scale.
 */
export const nnQuantize = definePass({
  name: "nn-quantize",
  summary: "Turns matrix products, norms and attention to int8 with scales (w8a8, kv8)",
  requires: [],
  ensures: ["quantized"],
  defaults: {},
  run: (module) => {
    const ops = [...module.walk()];
    const diagnostics = ops.flatMap(unsupported);
    if (diagnostics.length > 0) return { kind: "error", diagnostics };
    const quantizer = new Quantizer();
    for (const op of ops) quantizer.rewrite(op);
    for (const op of ops.toReversed()) if (REPLACED.has(op.name)) eraseUnused(op);
    return quantizer.rewrites > 0 ? changed : unchanged;
  },
});

const REPLACED: ReadonlySet<string> = new Set([
  LinearOp.name,
  RmsNormOp.name,
  KvAppendOp.name,
  AttentionOp.name,
  RopeOp.name,
  HeadNormOp.name,
  WeightOp.name,
]);

function unsupported(op: Operation): readonly Diagnostic[] {
  const linear = LinearOp.match(op);
  if (linear === undefined) return [];
  const norm = RmsNormOp.match(linear.operands.x.producer);
  const [, channels = 8] = norm === undefined ? [] : shapeOf(norm.operands.x.type);
  return [
    ...(WeightOp.match(linear.operands.w.producer) === undefined
      ? [unnamedWeight(op.span, { op: op.name })]
      : []),
    ...(channels < 8 ? [narrowNorm(op.span, { channels })] : []),
  ];
}

/** Rewrites operations one by one; a vector that several matrices multiply is quantized once. */
class Quantizer {
  rewrites = 0;
  readonly #quantized = new Map<Value, QuantizedRows>();

  rewrite(op: Operation): void {
    const [cache, linear, append, attention] = [
      KvCacheOp.match(op),
      LinearOp.match(op),
      KvAppendOp.match(op),
      AttentionOp.match(op),
    ];
    if (cache?.attrs.element.kind === "float")
      this.#count(() => {
        op.setAttribute("element", { kind: "type", type: i8 });
      });
    if (linear !== undefined) this.#replace(op, (b) => this.#linear(b, linear));
    if (append !== undefined) this.#replace(op, (b) => kvWrite(b, append));
    if (attention !== undefined) this.#replace(op, (b) => pagedAttention(b, attention));
  }

  #count(edit: () => void): void {
    edit();
    this.rewrites++;
  }

  #replace(op: Operation, write: (b: NnBuilder) => Value): void {
    this.#count(() => {
      const value = writeBefore(op, write);
      value.hint = op.result.hint;
      op.result.replaceAllUsesWith(value);
    });
  }

  #linear(b: NnBuilder, { operands: { x, w } }: OpView<(typeof LinearOp)["spec"]>): Value {
    const {
      op,
      attrs: { name },
    } = present(WeightOp.match(w.producer), "the matrix");
    const shape = shapeOf(w.type);
    const [w8, sw] = writeBefore(
      op,
      (weights) =>
        [weights.weight(name, shape, i8), weights.weight(`${name}.scale`, shape.slice(0, 1))] as const,
    );
    return b.qlinear(this.#quantize(x), w8, sw);
  }

  #quantize(x: Value): QuantizedRows {
    const known = this.#quantized.get(x);
    if (known !== undefined) return known;
    const norm = RmsNormOp.match(x.producer);
    const rows = writeBefore(behindDefinition(x), (b) =>
      norm === undefined
        ? b.quantize(x)
        : b.normQuantize(norm.operands.x, norm.operands.gain, norm.attrs.eps),
    );
    this.#quantized.set(x, rows);
    return rows;
  }
}

function kvWrite(
  b: NnBuilder,
  { op, operands: { k, v, slots }, attrs }: OpView<(typeof KvAppendOp)["spec"]>,
): Value {
  const { kv_heads: heads } = present(findCache(op, attrs.cache), "the cache");
  return b.kvWrite(attrs.cache, quantizedHeads(b, k, heads), quantizedHeads(b, v, heads), slots);
}

function pagedAttention(b: NnBuilder, { op, operands, attrs }: OpView<(typeof AttentionOp)["spec"]>): Value {
  const { q, ...places } = operands;
  const { head_dim: headDim } = present(findCache(op, attrs.cache), "the cache");
  return b.pagedAttention(quantizedHeads(b, q, at(shapeOf(q.type), 1) / headDim), {
    ...places,
    cache: attrs.cache,
    window: attrs.window,
    fullLayers: attrs.full_layers,
  });
}

/** int8 of each head; a norm of the heads before their rotation leaves its gains in front of it and its factor in the scales. */
function quantizedHeads(b: NnBuilder, x: Value, heads: number): QuantizedRows {
  const rope = RopeOp.match(x.producer);
  const norm = HeadNormOp.match(rope?.operands.x.producer);
  if (rope === undefined || norm === undefined) return b.quantizeHeads(x, heads);
  const { x: source, gain } = norm.operands;
  const gained = b.headGain(source, gain, `${source.hint ?? "x"}_gained`);
  const turned = b.rope(gained, rope.operands.cos, rope.operands.sin, x.hint);
  return b.quantizeNormedHeads(turned, source, heads, norm.attrs.eps);
}
