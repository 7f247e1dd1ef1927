import type { Dialect } from "../../core/dialect.ts";
import {
  ArgmaxOp,
  AttentionOp,
  BiasOp,
  EmbeddingOp,
  HeadNormOp,
  KvAppendOp,
  LinearOp,
  NnAddOp,
  RmsNormOp,
  RopeOp,
  SiluMulOp,
  SplitOp,
} from "./float-ops.ts";
import {
  HeadGainOp,
  KvWriteOp,
  NormQuantizeOp,
  PagedAttentionOp,
  QlinearOp,
  QuantizeHeadsOp,
  QuantizeNormedHeadsOp,
  QuantizeOp,
} from "./quantized-ops.ts";
import { KvCacheOp, LayersOp, NnYieldOp, WeightOp } from "./structure-ops.ts";

export { type CacheShape, findCache } from "./caches.ts";
export * from "./float-ops.ts";
export * from "./quantized-ops.ts";
export * from "./structure-ops.ts";

/** Level 1: what a transformer computes, in float32 and quantized, on tensors whose first dimension is the rows of a step. */
export const nnDialect: Dialect = {
  name: "nn",
  ops: [
    KvCacheOp,
    WeightOp,
    LayersOp,
    NnYieldOp,
    EmbeddingOp,
    SplitOp,
    RopeOp,
    BiasOp,
    SiluMulOp,
    NnAddOp,
    ArgmaxOp,
    RmsNormOp,
    HeadNormOp,
    LinearOp,
    KvAppendOp,
    AttentionOp,
    NormQuantizeOp,
    QuantizeOp,
    QuantizeHeadsOp,
    HeadGainOp,
    QuantizeNormedHeadsOp,
    QlinearOp,
    KvWriteOp,
    PagedAttentionOp,
  ],
};
