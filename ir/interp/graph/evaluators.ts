import type { OpDefinition, OpSpec, OpView } from "../../core/op-definition.ts";
import type { Operation } from "../../core/operation.ts";
import * as nn from "../../dialects/nn/ops.ts";
import { shapeOf } from "../../dialects/nn/shapes.ts";
import { addF32, mulF32 } from "../../numerics/f32-semantics.ts";
import { at, present } from "../../support/bug.ts";
import type { Span } from "../../support/diagnostics.ts";
import { InterpreterFault } from "../fault.ts";
import {
  evaluateAttention,
  evaluateKvAppend,
  evaluateKvWrite,
  evaluatePagedAttention,
} from "./cache-evaluators.ts";
import type { StepContext } from "./context.ts";
import { rowOutside } from "./diagnostics.ts";
import { argmaxOf, linearInto, rmsNormInto, ropeInto, siluMul } from "./kernels/float.ts";
import { normQuantizeInto, qlinearInto, quantizeInto, rmsFactor } from "./kernels/quantize.ts";
import {
  byteRows,
  floatRows,
  type GraphValue,
  intRows,
  type Rows,
  rowOf,
  type TensorData,
} from "./tensor.ts";

/** Computes the tensor results of one operation; token results carry nothing. */
export type Evaluator = (
  op: Operation,
  inputs: readonly GraphValue[],
  context: StepContext,
) => readonly TensorData[];

function on<const S extends OpSpec>(
  definition: OpDefinition<S>,
  evaluate: (view: OpView<S>, inputs: readonly GraphValue[], context: StepContext) => readonly TensorData[],
): readonly [string, Evaluator] {
  return [
    definition.name,
    (op, inputs, context) => evaluate(present(definition.match(op), definition.name), inputs, context),
  ];
}

/** How each operation of `nn` without a region is executed. */
export const EVALUATORS: ReadonlyMap<string, Evaluator> = new Map([
  on(nn.EmbeddingOp, ({ op }, [table, ids]) => [pickRows(floatRows(table), intRows(ids), op.span)]),
  on(nn.SplitOp, ({ op }, [x]) =>
    splitRows(
      floatRows(x),
      op.results.map(({ type }) => at(shapeOf(type), 1)),
    ),
  ),
  on(nn.RopeOp, (_, [x, cos, sin]) => {
    const [c, s] = [floatRows(cos), floatRows(sin)];
    return [
      mapRows(floatRows(x), (y, row, t) => {
        ropeInto(y, row, rowOf(c, t), rowOf(s, t));
      }),
    ];
  }),
  on(nn.BiasOp, (_, [x, bias]) => [repeated(floatRows(x), floatRows(bias).data, addF32)]),
  on(nn.SiluMulOp, (_, [gate, up]) => [combine(floatRows(gate), floatRows(up), siluMul)]),
  on(nn.NnAddOp, (_, [x, delta]) => [combine(floatRows(x), floatRows(delta), addF32)]),
  on(nn.ArgmaxOp, (_, [x]) => {
    const matrix = floatRows(x);
    return [Int32Array.from({ length: matrix.rows }, (_unused, t) => argmaxOf(rowOf(matrix, t)))];
  }),
  on(nn.RmsNormOp, ({ attrs }, [x, gain]) => [
    mapRows(floatRows(x), (y, row) => {
      rmsNormInto(y, row, floatRows(gain).data, attrs.eps);
    }),
  ]),
  on(nn.HeadNormOp, ({ attrs }, [x, gain]) => {
    const gains = floatRows(gain).data;
    const matrix = floatRows(x);
    return [
      mapRows(perHead(matrix, matrix.width / gains.length), (y, row) => {
        rmsNormInto(y, row, gains, attrs.eps);
      }),
    ];
  }),
  on(nn.LinearOp, (_, [x, w]) => [linear(floatRows(x), floatRows(w))]),
  on(nn.NormQuantizeOp, ({ attrs }, [x, gain]) =>
    quantizeRows(floatRows(x), (q, row) => normQuantizeInto(q, row, floatRows(gain).data, attrs.eps)),
  ),
  on(nn.QuantizeOp, (_, [x]) => quantizeRows(floatRows(x), quantizeInto)),
  on(nn.QuantizeHeadsOp, ({ results }, [x]) =>
    quantizeRows(perHead(floatRows(x), at(shapeOf(results.s.type), 1)), quantizeInto),
  ),
  on(nn.HeadGainOp, (_, [x, gain]) => [repeated(floatRows(x), floatRows(gain).data, mulF32)]),
  on(nn.QuantizeNormedHeadsOp, ({ results, attrs }, [x, source]) => {
    const heads = at(shapeOf(results.s.type), 1);
    const before = perHead(floatRows(source), heads);
    const [q, s] = quantizeRows(perHead(floatRows(x), heads), quantizeInto);
    return [q, s.map((scale, head) => mulF32(scale, rmsFactor(rowOf(before, head), attrs.eps)))];
  }),
  on(nn.QlinearOp, (_, [q, s, w, sw]) => [
    qlinear(byteRows(q), floatRows(s).data, { w: byteRows(w).data, sw: floatRows(sw).data }),
  ]),
  on(nn.KvAppendOp, ({ op, attrs }, inputs, context) => evaluateKvAppend(op, attrs, inputs, context)),
  on(nn.AttentionOp, ({ op, attrs }, inputs, context) => evaluateAttention(op, attrs, inputs, context)),
  on(nn.KvWriteOp, ({ op, attrs }, inputs, context) => evaluateKvWrite(op, attrs, inputs, context)),
  on(nn.PagedAttentionOp, ({ op, attrs }, inputs, context) =>
    evaluatePagedAttention(op, attrs, inputs, context),
  ),
]);

type FloatRows = Rows<Float32Array>;

function pickRows(table: FloatRows, ids: Rows<Int32Array>, span: Span): Float32Array {
  const picked = new Float32Array(ids.rows * table.width);
  ids.data.forEach((index, t) => {
    if (index < 0 || index >= table.rows)
      throw new InterpreterFault(rowOutside(span, { index, rows: table.rows }));
    picked.set(rowOf(table, index), t * table.width);
  });
  return picked;
}

function splitRows(x: FloatRows, widths: readonly number[]): readonly Float32Array[] {
  let from = 0;
  return widths.map((width) => {
    const part = new Float32Array(x.rows * width);
    for (let t = 0; t < x.rows; t++) part.set(rowOf(x, t).subarray(from, from + width), t * width);
    from += width;
    return part;
  });
}

function mapRows(x: FloatRows, write: (y: Float32Array, row: Float32Array, t: number) => void): Float32Array {
  const y = { ...x, data: new Float32Array(x.data.length) };
  for (let t = 0; t < x.rows; t++) write(rowOf(y, t), rowOf(x, t), t);
  return y.data;
}

function combine(a: FloatRows, b: FloatRows, operation: (a: number, b: number) => number): Float32Array {
  return a.data.map((value, i) => operation(value, b.data[i] ?? 0));
}

/** Each element with the element of `vector` that it meets when the vector is repeated along the rows. */
function repeated(
  x: FloatRows,
  vector: Float32Array,
  operation: (a: number, b: number) => number,
): Float32Array {
  return x.data.map((value, i) => operation(value, vector[i % vector.length] ?? 0));
}

function linear(x: FloatRows, w: FloatRows): Float32Array {
  const y = { data: new Float32Array(x.rows * w.rows), rows: x.rows, width: w.rows };
  for (let t = 0; t < x.rows; t++) linearInto(rowOf(y, t), rowOf(x, t), w.data);
  return y.data;
}

function quantizeRows(
  x: FloatRows,
  quantize: (q: Int8Array, row: Float32Array) => number,
): readonly [Int8Array, Float32Array] {
  const q = { ...x, data: new Int8Array(x.data.length) };
  return [q.data, Float32Array.from({ length: x.rows }, (_, t) => quantize(rowOf(q, t), rowOf(x, t)))];
}

function perHead(x: FloatRows, heads: number): FloatRows {
  return { data: x.data, rows: x.rows * heads, width: x.width / heads };
}

function qlinear(
  q: Rows<Int8Array>,
  s: Float32Array,
  weights: { readonly w: Int8Array; readonly sw: Float32Array },
): Float32Array {
  const y = { data: new Float32Array(q.rows * weights.sw.length), rows: q.rows, width: weights.sw.length };
  for (let t = 0; t < q.rows; t++) qlinearInto(rowOf(y, t), rowOf(q, t), at(s, t), weights);
  return y.data;
}
