import type { Operation } from "../core/operation.ts";
import {
  ArgmaxOp,
  BiasOp,
  EmbeddingOp,
  HeadGainOp,
  KvWriteOp,
  NnAddOp,
  NormQuantizeOp,
  PagedAttentionOp,
  QlinearOp,
  QuantizeHeadsOp,
  QuantizeNormedHeadsOp,
  QuantizeOp,
  RopeOp,
  SiluMulOp,
  SplitOp,
  WeightOp,
} from "../dialects/nn/ops.ts";

/** How an operation finds its task. */
export interface TaskRule {
  /** Name of a task that begins with `op`. */
  name(op: Operation): string;
  /** Whether `op` may go into a task that begins with `head`. */
  joins(head: Operation, op: Operation): boolean;
}

const alone = (name: string): TaskRule => ({ name: () => name, joins: () => false });
const behind = (name: string, ...heads: readonly string[]): TaskRule => ({
  name: () => name,
  joins: (head) => heads.includes(head.name),
});

/** What a walk over the heads may begin with. */
const HEAD_WALK: readonly string[] = [RopeOp.name, HeadGainOp.name];

/**
 * The fusion rules, by operation. A task is what one kernel can do in one pass over its input: products of one vector
 * share a task, and what works on their results element by element follows them; a statistic over a whole vector
 * (norm, quantize) begins a task; positions, quantization of heads and the cache's write are one walk over the heads.
 */
export const TASK_RULES: ReadonlyMap<string, TaskRule> = new Map([
  [EmbeddingOp.name, behind("lookup", EmbeddingOp.name)],
  [NormQuantizeOp.name, alone("norm_quantize")],
  [QuantizeOp.name, alone("quantize")],
  [
    QlinearOp.name,
    {
      name: (op) => WeightOp.match(op.operands[2]?.producer)?.attrs.name ?? "matmul",
      joins: (head, op) => head.name === QlinearOp.name && head.operands[0] === op.operands[0],
    },
  ],
  [BiasOp.name, behind("bias", QlinearOp.name)],
  [SplitOp.name, behind("split", QlinearOp.name)],
  [SiluMulOp.name, behind("silu_mul", QlinearOp.name)],
  [NnAddOp.name, behind("add", QlinearOp.name)],
  [ArgmaxOp.name, behind("argmax", QlinearOp.name)],
  [HeadGainOp.name, behind("rope_kv", ...HEAD_WALK)],
  [RopeOp.name, behind("rope_kv", ...HEAD_WALK)],
  [QuantizeHeadsOp.name, behind("quantize_heads", ...HEAD_WALK, QuantizeHeadsOp.name)],
  [QuantizeNormedHeadsOp.name, behind("quantize_heads", ...HEAD_WALK)],
  [KvWriteOp.name, behind("kv_write", ...HEAD_WALK, QuantizeHeadsOp.name)],
  [PagedAttentionOp.name, alone("attention")],
]);
