import { Builder } from "../../core/builder.ts";
import { Block, type Operation, Region, type Value } from "../../core/operation.ts";
import { f32, i8, i32, type ScalarType, type TensorType, tensorType, tokenType } from "../../core/type.ts";
import { at } from "../../support/bug.ts";
import * as float from "./float-ops.ts";
import * as quantized from "./quantized-ops.ts";
import { shapeOf } from "./shapes.ts";
import { LayersOp, NnYieldOp, WeightOp } from "./structure-ops.ts";

/** int8 rows and the scale of each. */
export interface QuantizedRows {
  readonly q: Value;
  readonly s: Value;
}

/** Which cache an attention reads, and where its rows look. */
export interface CacheView {
  readonly cache: string;
  /** The token of the write that must come before. */
  readonly after: Value;
  readonly positions: Value;
  readonly table: Value;
  readonly window: number | undefined;
  /** Layers without the window; none by default. */
  readonly fullLayers?: readonly number[] | undefined;
}

/** Writes `nn` operations: one method per operation, result types inferred from the operands. */
export class NnBuilder extends Builder {
  weight(name: string, shape: readonly number[], element: ScalarType = f32): Value {
    return this.value(
      WeightOp.create({
        operands: {},
        attrs: { name },
        resultTypes: [tensorType(shape, element)],
        span: this.span,
      }),
      name,
    );
  }

  /** The body gets the carried values of a layer and returns those of the next. */
  layers(
    count: number,
    initial: readonly Value[],
    body: (carried: readonly Value[]) => readonly Value[],
  ): readonly Value[] {
    const block = new Block(
      initial.map(({ type }) => type),
      initial.map(({ hint }) => hint),
    );
    const op = LayersOp.create({
      operands: {},
      rest: initial,
      attrs: { count },
      regions: [new Region(block)],
      resultTypes: initial.map(({ type }) => type),
      span: this.span,
    });
    this.within(block, () => {
      const next = body(block.args);
      this.insert(NnYieldOp.create({ operands: {}, rest: next, attrs: {}, span: this.span }));
    });
    return this.insert(op).results;
  }

  // ---- before and after quantization
  embedding(table: Value, ids: Value, hint?: string): Value {
    return this.value(
      float.EmbeddingOp.create({
        operands: { table, ids },
        attrs: {},
        resultTypes: [rowsType(ids, widthOf(table))],
        span: this.span,
      }),
      hint,
    );
  }
  split(x: Value, widths: readonly number[], hints: readonly string[] = []): readonly Value[] {
    const op = this.insert(
      float.SplitOp.create({
        operands: { x },
        attrs: {},
        resultTypes: widths.map((width) => rowsType(x, width)),
        span: this.span,
      }),
    );
    op.results.forEach((result, index) => {
      result.hint = hints[index];
    });
    return op.results;
  }
  rope(x: Value, cos: Value, sin: Value, hint?: string): Value {
    return this.value(
      float.RopeOp.create({ operands: { x, cos, sin }, attrs: {}, resultTypes: [x.type], span: this.span }),
      hint,
    );
  }
  bias(x: Value, bias: Value, hint?: string): Value {
    return this.value(
      float.BiasOp.create({ operands: { x, bias }, attrs: {}, resultTypes: [x.type], span: this.span }),
      hint,
    );
  }
  siluMul(gate: Value, up: Value): Value {
    return this.value(
      float.SiluMulOp.create({
        operands: { gate, up },
        attrs: {},
        resultTypes: [gate.type],
        span: this.span,
      }),
      "h",
    );
  }
  add(x: Value, delta: Value, hint?: string): Value {
    return this.value(
      float.NnAddOp.create({ operands: { x, delta }, attrs: {}, resultTypes: [x.type], span: this.span }),
      hint,
    );
  }
  argmax(x: Value): Value {
    return this.value(
      float.ArgmaxOp.create({
        operands: { x },
        attrs: {},
        resultTypes: [tensorType([rowCount(x)], i32)],
        span: this.span,
      }),
      "token",
    );
  }

  // ---- float
  rmsNorm(x: Value, gain: Value, eps: number): Value {
    return this.value(
      float.RmsNormOp.create({
        operands: { x, gain },
        attrs: { eps },
        resultTypes: [x.type],
        span: this.span,
      }),
      "normed",
    );
  }
  linear(x: Value, w: Value, hint?: string): Value {
    return this.value(
      float.LinearOp.create({
        operands: { x, w },
        attrs: {},
        resultTypes: [rowsType(x, rowCount(w))],
        span: this.span,
      }),
      hint,
    );
  }
  kvAppend(cache: string, k: Value, v: Value, slots: Value): Value {
    return this.value(
      float.KvAppendOp.create({
        operands: { k, v, slots },
        attrs: { cache },
        resultTypes: [tokenType],
        span: this.span,
      }),
      "written",
    );
  }
  /** RMSNorm of each head, as wide as the gain. */
  headNorm(x: Value, gain: Value, eps: number, hint?: string): Value {
    return this.value(
      float.HeadNormOp.create({
        operands: { x, gain },
        attrs: { eps },
        resultTypes: [x.type],
        span: this.span,
      }),
      hint,
    );
  }
  attention(q: Value, { cache, window, fullLayers, ...places }: CacheView): Value {
    return this.value(
      float.AttentionOp.create({
        operands: { q, ...places },
        attrs: { cache, window, full_layers: listed(fullLayers) },
        resultTypes: [q.type],
        span: this.span,
      }),
      "o",
    );
  }

  // ---- quantized
  normQuantize(x: Value, gain: Value, eps: number): QuantizedRows {
    return named(
      this.insert(
        quantized.NormQuantizeOp.create({
          operands: { x, gain },
          attrs: { eps },
          resultTypes: quantizedTypes(x),
          span: this.span,
        }),
      ),
    );
  }
  quantize(x: Value): QuantizedRows {
    return named(
      this.insert(
        quantized.QuantizeOp.create({
          operands: { x },
          attrs: {},
          resultTypes: quantizedTypes(x),
          span: this.span,
        }),
      ),
    );
  }
  /** `s` has one scale per head. */
  quantizeHeads(x: Value, heads: number): QuantizedRows {
    const types = [rowsType(x, widthOf(x), i8), rowsType(x, heads)];
    return named(
      this.insert(
        quantized.QuantizeHeadsOp.create({ operands: { x }, attrs: {}, resultTypes: types, span: this.span }),
      ),
    );
  }
  headGain(x: Value, gain: Value, hint?: string): Value {
    return this.value(
      quantized.HeadGainOp.create({
        operands: { x, gain },
        attrs: {},
        resultTypes: [x.type],
        span: this.span,
      }),
      hint,
    );
  }
  /** {@link quantizeHeads} of `x`, each scale times the RMS factor of the head in `source`. */
  quantizeNormedHeads(x: Value, source: Value, heads: number, eps: number): QuantizedRows {
    const types = [rowsType(x, widthOf(x), i8), rowsType(x, heads)];
    return named(
      this.insert(
        quantized.QuantizeNormedHeadsOp.create({
          operands: { x, source },
          attrs: { eps },
          resultTypes: types,
          span: this.span,
        }),
      ),
    );
  }
  qlinear({ q, s }: QuantizedRows, w: Value, sw: Value, hint?: string): Value {
    return this.value(
      quantized.QlinearOp.create({
        operands: { q, s, w, sw },
        attrs: {},
        resultTypes: [rowsType(q, rowCount(w))],
        span: this.span,
      }),
      hint,
    );
  }
  kvWrite(cache: string, k: QuantizedRows, v: QuantizedRows, slots: Value): Value {
    const operands = { k: k.q, sk: k.s, v: v.q, sv: v.s, slots };
    return this.value(
      quantized.KvWriteOp.create({ operands, attrs: { cache }, resultTypes: [tokenType], span: this.span }),
      "written",
    );
  }
  pagedAttention(query: QuantizedRows, { cache, window, fullLayers, ...places }: CacheView): Value {
    const operands = { q: query.q, t: query.s, ...places };
    return this.value(
      quantized.PagedAttentionOp.create({
        operands,
        attrs: { cache, window, full_layers: listed(fullLayers) },
        resultTypes: [rowsType(query.q, widthOf(query.q))],
        span: this.span,
      }),
      "o",
    );
  }
}

/** The attribute of a list; none where it is empty. */
function listed(layers: readonly number[] = []): readonly number[] | undefined {
  return layers.length === 0 ? undefined : layers;
}

function rowCount(value: Value): number {
  return at(shapeOf(value.type), 0);
}
function widthOf(value: Value): number {
  return at(shapeOf(value.type), 1);
}
function rowsType(like: Value, width: number, element: ScalarType = f32): TensorType {
  return tensorType([rowCount(like), width], element);
}
function quantizedTypes(x: Value): readonly TensorType[] {
  return [rowsType(x, widthOf(x), i8), tensorType([rowCount(x)], f32)];
}
function named(op: Operation): QuantizedRows {
  const [q, s] = [at(op.results, 0), at(op.results, 1)];
  q.hint = "q8";
  s.hint = "s";
  return { q, s };
}
