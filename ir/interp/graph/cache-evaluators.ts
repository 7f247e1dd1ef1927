import type { Operation } from "../../core/operation.ts";
import type { CacheShape } from "../../dialects/nn/caches.ts";
import { mulF32 } from "../../numerics/f32-semantics.ts";
import { at, CompilerBug } from "../../support/bug.ts";
import { InterpreterFault } from "../fault.ts";
import { cacheShape, type StepContext } from "./context.ts";
import { slotOutside } from "./diagnostics.ts";
import { attendFloats } from "./kernels/float-attention.ts";
import { attendBytes } from "./kernels/paged-attention.ts";
import { type Run, slotCount, visibleRuns } from "./kernels/visible.ts";
import type { ByteKv, FloatKv } from "./kv-state.ts";
import { byteRows, floatRows, type GraphValue, intRows, rowOf, type TensorData } from "./tensor.ts";

interface CacheAttrs {
  readonly cache: string;
  readonly window?: number | undefined;
  readonly full_layers?: readonly number[] | undefined;
}

/** The window of the running layer. */
function windowOf(
  { window, full_layers: full = [] }: CacheAttrs,
  { layer }: StepContext,
): number | undefined {
  return layer !== undefined && full.includes(layer) ? undefined : window;
}

function cacheOf(op: Operation, attrs: CacheAttrs, context: StepContext): FloatKv | ByteKv {
  return context.state.cache(attrs.cache, context.layer, cacheShape(op, attrs.cache));
}
function floatCache(op: Operation, attrs: CacheAttrs, context: StepContext): FloatKv {
  const cache = cacheOf(op, attrs, context);
  if (cache.kind !== "f32") throw new CompilerBug(`the state of @${attrs.cache} is not float32`);
  return cache;
}
function byteCache(op: Operation, attrs: CacheAttrs, context: StepContext): ByteKv {
  const cache = cacheOf(op, attrs, context);
  if (cache.kind !== "i8") throw new CompilerBug(`the state of @${attrs.cache} is not int8`);
  return cache;
}

/** Calls `store` for every row with a slot that is inside the cache. */
function eachSlot(
  op: Operation,
  slots: GraphValue | undefined,
  cache: FloatKv | ByteKv,
  store: (slot: number, row: number) => void,
): void {
  const count = slotCount(cache.shape);
  intRows(slots).data.forEach((slot, t) => {
    if (slot < 0 || slot >= count)
      throw new InterpreterFault(slotOutside(op.span, { what: "slot", index: slot, count }));
    store(slot, t);
  });
}

/** `nn.kv_append`. */
export function evaluateKvAppend(
  op: Operation,
  attrs: CacheAttrs,
  [k, v, slots]: readonly GraphValue[],
  context: StepContext,
): readonly TensorData[] {
  const cache = floatCache(op, attrs, context);
  const [keys, values] = [floatRows(k), floatRows(v)];
  eachSlot(op, slots, cache, (slot, t) => {
    cache.keys.set(rowOf(keys, t), slot * keys.width);
    cache.values.set(rowOf(values, t), slot * values.width);
  });
  return [];
}

/** `nn.kv_write`. */
export function evaluateKvWrite(
  op: Operation,
  attrs: CacheAttrs,
  [k, sk, v, sv, slots]: readonly GraphValue[],
  context: StepContext,
): readonly TensorData[] {
  const cache = byteCache(op, attrs, context);
  const [keys, values] = [byteRows(k), byteRows(v)];
  const [keyScales, valueScales] = [floatRows(sk), floatRows(sv)];
  eachSlot(op, slots, cache, (slot, t) => {
    cache.keys.set(rowOf(keys, t), slot * keys.width);
    cache.values.set(rowOf(values, t), slot * values.width);
    cache.keyScales.set(rowOf(keyScales, t), slot * keyScales.width);
    cache.valueScales.set(rowOf(valueScales, t), slot * valueScales.width);
  });
  return [];
}

/** A query head of a row: where its channels stand, which kv head it reads, what it sees. */
interface HeadOfRow {
  readonly row: number;
  readonly head: number;
  readonly kvHead: number;
  readonly runs: readonly Run[];
}

/** The rows of an attention: what it is called in, what it reads, how many heads it has. */
interface RowPlaces {
  readonly op: Operation;
  readonly window: number | undefined;
  readonly positions: GraphValue | undefined;
  readonly table: GraphValue | undefined;
  readonly heads: number;
}

/** Calls `attend` for every query head of every row; the output is [rows, heads * headDim]. */
function eachHead(
  places: RowPlaces,
  shape: CacheShape,
  attend: (o: Float32Array, head: HeadOfRow) => void,
): Float32Array {
  const { kv_heads: kvHeads, head_dim: headDim } = shape;
  const [positions, table] = [intRows(places.positions), intRows(places.table)];
  const o = new Float32Array(positions.rows * places.heads * headDim);
  for (let row = 0; row < positions.rows; row++) {
    const view = {
      position: at(positions.data, row),
      table: rowOf(table, row),
      window: places.window,
      span: places.op.span,
    };
    const runs = visibleRuns(view, shape);
    for (let head = 0; head < places.heads; head++) {
      const from = (row * places.heads + head) * headDim;
      attend(o.subarray(from, from + headDim), {
        row,
        head,
        runs,
        kvHead: Math.floor((head * kvHeads) / places.heads),
      });
    }
  }
  return o;
}

/** `nn.attention`. */
export function evaluateAttention(
  op: Operation,
  attrs: CacheAttrs,
  [q, , positions, table]: readonly GraphValue[],
  context: StepContext,
): readonly TensorData[] {
  const cache = floatCache(op, attrs, context);
  const queries = floatRows(q);
  const { head_dim: headDim } = cache.shape;
  const window = windowOf(attrs, context);
  const places = { op, window, positions, table, heads: queries.width / headDim };
  return [
    eachHead(places, cache.shape, (o, { row, head, kvHead, runs }) => {
      attendFloats(
        o,
        { q: rowOf(queries, row).subarray(head * headDim, (head + 1) * headDim), kvHead },
        cache,
        runs,
      );
    }),
  ];
}

/** `nn.paged_attention`. */
export function evaluatePagedAttention(
  op: Operation,
  attrs: CacheAttrs,
  [q, t, , positions, table]: readonly GraphValue[],
  context: StepContext,
): readonly TensorData[] {
  const cache = byteCache(op, attrs, context);
  const [queries, scales] = [byteRows(q), floatRows(t)];
  const { head_dim: headDim } = cache.shape;
  const root = Math.fround(1 / Math.sqrt(headDim));
  const places = { op, window: windowOf(attrs, context), positions, table, heads: scales.width };
  return [
    eachHead(places, cache.shape, (o, { row, head, kvHead, runs }) => {
      const query = rowOf(queries, row).subarray(head * headDim, (head + 1) * headDim);
      attendBytes(o, { q: query, sq: mulF32(at(rowOf(scales, row), head), root), kvHead }, cache, runs);
    }),
  ];
}
