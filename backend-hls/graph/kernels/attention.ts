import {
  f32,
  findCache,
  KvWriteOp,
  type Operation,
  PagedAttentionOp,
  present,
  type Value,
} from "../../../ir/index.ts";
import {
  type AttentionInputs,
  type AttentionWires,
  makeAttentionWires,
} from "../../accelerator/attention-wires.ts";
import { attendBlocksKernel } from "../../accelerator/kernels/attend-blocks.ts";
import { attendRunsKernel } from "../../accelerator/kernels/attend-runs.ts";
import { fetchBlocksKernel, loadBlockKernel } from "../../accelerator/kernels/fetch-blocks.ts";
import { countAcksKernel, writeRecordsKernel } from "../../accelerator/kernels/records.ts";
import { scoreKernel } from "../../accelerator/kernels/score.ts";
import {
  accumulateKernel,
  blockMaximumKernel,
  normalizeKernel,
  probabilitiesKernel,
  rescaleKernel,
} from "../../accelerator/kernels/softmax.ts";
import { weighValuesKernel } from "../../accelerator/kernels/weigh-values.ts";
import { isBelow, nest } from "../../accelerator/nest.ts";
import { type Plan, planAccelerator } from "../../accelerator/shape.ts";
import { COUNT, type GraphScope, type OpKind } from "../graph-scope.ts";

const KERNELS = [
  writeRecordsKernel,
  countAcksKernel,
  attendRunsKernel,
  fetchBlocksKernel,
  loadBlockKernel,
  attendBlocksKernel,
  scoreKernel,
  blockMaximumKernel,
  rescaleKernel,
  probabilitiesKernel,
  weighValuesKernel,
  normalizeKernel,
  accumulateKernel,
] as const;

/** The write of a cache and the attention that reads it: the accelerator's own kernels (one pair in a graph). */
export const attentionKind: OpKind = {
  names: [KvWriteOp.name, PagedAttentionOp.name],
  build: (scope, ops) => {
    const { write, attention } = pairOf(ops);
    const { s } = scope;
    const value = (operand: Value): Value => scope.resolve(operand);
    const buffer = (operand: Value): Value => scope.tensor(value(operand)).buffer;
    const plan = attentionPlan(scope, attention);
    const { q, t, positions, table } = attention.operands;
    const queryScales = s.buffer("query_scales", [plan.rows, plan.model.heads], f32);
    const wires: AttentionInputs & AttentionWires = {
      ...makeAttentionWires(s, plan),
      tables: buffer(table),
      positions: buffer(positions),
      slots: buffer(write.operands.slots),
      queries8: buffer(q),
      queryScales,
      sight: undefined,
    };
    buildKernels(scope, plan, wires);
    const cache = present(findCache(write.op, write.attrs.cache), "the cache");
    const recordBytes = plan.recordBeats * plan.beatBytes;
    const { base } = scope.map.cache(write.attrs.cache, cache.blocks * cache.block_size, recordBytes);
    const gather = gatherKernel(scope, plan, write, wires);
    const scale = scaleKernel(scope, plan, buffer(t), queryScales);
    const collect = collectKernel(scope, plan, wires.fromAttention, scope.tensor(attention.results.o).buffer);
    return (op) => {
      if (op === write.op) {
        scope.program.step({
          after: Object.values(write.operands).map(value),
          sends: [
            { to: gather, fields: [plan.rows] },
            { to: wires.writeRecordsCommand, fields: [plan.rows, { offset: base }, 0] },
            { to: wires.countAcksCommand, fields: [plan.rows] },
          ],
          done: wires.recordsStored,
          results: [wires.newRecords],
        });
        return;
      }
      scope.program.step({
        after: [value(t)],
        sends: [{ to: scale.command, fields: [plan.rows] }],
        done: scale.done,
        results: [queryScales],
      });
      scope.program.step({
        after: [queryScales, wires.newRecords, ...[q, positions, table].map(value)],
        sends: [{ to: wires.attendRunsCommand, fields: [plan.rows, { offset: base }, 0] }],
        done: wires.runsWalked,
      });
      scope.program.step({
        after: [],
        sends: [{ to: collect.command, fields: [plan.rows] }],
        done: collect.done,
        results: [attention.results.o],
      });
    };
  },
};

function buildKernels({ s, memory }: GraphScope, plan: Plan, wires: AttentionInputs & AttentionWires): void {
  for (const kernel of KERNELS) kernel(s, plan, wires);
  s.burstRead("kv", { memory, requests: wires.kvRequests, data: wires.kvBeats }, plan.maxBurst);
  s.burstWrite(
    "records",
    { memory, requests: wires.recordRequests, data: wires.recordBeats, done: wires.recordAcks },
    plan.maxBurst,
  );
}

/** The write of the cache and the attention behind it, which a graph has one of. */
function pairOf(ops: readonly Operation[]): {
  readonly write: NonNullable<ReturnType<typeof KvWriteOp.match>>;
  readonly attention: NonNullable<ReturnType<typeof PagedAttentionOp.match>>;
} {
  const writes = ops.flatMap((op) => KvWriteOp.match(op) ?? []);
  const reads = ops.flatMap((op) => PagedAttentionOp.match(op) ?? []);
  return { write: present(writes[0], "nn.kv_write"), attention: present(reads[0], "nn.paged_attention") };
}

/** The part of an accelerator's sizes that attention has; those of a model around it do not matter. */
function attentionPlan(
  { design, ...scope }: GraphScope,
  { op, operands, attrs }: NonNullable<ReturnType<typeof PagedAttentionOp.match>>,
): Plan {
  const {
    block_size: blockSize,
    kv_heads: kvHeads,
    head_dim: headDim,
  } = present(findCache(op, attrs.cache), "the cache");
  const q = scope.tensor(scope.resolve(operands.q)).shape;
  const blocks = scope.tensor(scope.resolve(operands.table)).shape.width;
  const model = {
    hidden: 8,
    layers: 1,
    ffn: 8,
    vocab: 8,
    eps: 0,
    heads: q.width / headDim,
    kvHeads,
    headDim,
    windows: [attrs.window],
    maxContext: blocks * blockSize,
    blockSize,
  };
  return planAccelerator(model, { pn: 1, pk: design.beatBytes, rows: q.rows });
}

/** Keys and values of each row side by side, as records want them; its done token is what the writer waits for. */
function gatherKernel(
  scope: GraphScope,
  { kvWidth, rows, model: { kvHeads } }: Plan,
  { operands }: NonNullable<ReturnType<typeof KvWriteOp.match>>,
  {
    newRecords,
    newScales,
    headsQuantized,
  }: { readonly newRecords: Value; readonly newScales: Value; readonly headsQuantized: Value },
): Value {
  const command = scope.s.commands("gather_cmd", [COUNT]);
  const buffer = (operand: Value): Value => scope.tensor(scope.resolve(operand)).buffer;
  scope.s.kernel({
    name: "gather",
    command,
    fields: ["rows"],
    done: headsQuantized,
    connections: {
      k: buffer(operands.k),
      v: buffer(operands.v),
      sk: buffer(operands.sk),
      sv: buffer(operands.sv),
      records: newRecords,
      scales: newScales,
    },
    body: ({ b, port, field }) => {
      nest(b, { row: { to: field.rows, max: rows }, isValue: 2, i: kvWidth }, ({ row, isValue, i }) => {
        const isKey = b.equals(isValue, 0);
        const column = b.addi(i, b.select(isKey, b.index(0), b.index(kvWidth)));
        b.store(b.select(isKey, b.load(port.k, row, i), b.load(port.v, row, i)), port.records, row, column);
        b.when(isBelow(b, i, kvHeads), () => {
          const place = b.addi(i, b.select(isKey, b.index(0), b.index(kvHeads)));
          b.store(b.select(isKey, b.load(port.sk, row, i), b.load(port.sv, row, i)), port.scales, row, place);
        });
      });
    },
  });
  return command;
}

/** sq = t * 1/sqrt(d), per row and query head. */
function scaleKernel(
  { s }: GraphScope,
  { rows, model: { heads, headDim } }: Plan,
  t: Value,
  queryScales: Value,
): { readonly command: Value; readonly done: Value } {
  const [command, done] = [s.commands("scale_queries_cmd", [COUNT]), s.tokens("scale_queries_done")];
  s.kernel({
    name: "scale_queries",
    command,
    fields: ["rows"],
    done,
    connections: { t, out: queryScales },
    body: ({ b, port, field }) => {
      nest(b, { row: { to: field.rows, max: rows }, head: heads }, ({ row, head }) => {
        b.store(b.mulf(b.load(port.t, row, head), b.float(1 / Math.sqrt(headDim))), port.out, row, head);
      });
    },
  });
  return { command, done };
}

/** The output of attention, row by row, into its buffer. */
function collectKernel(
  { s }: GraphScope,
  { rows, qWidth }: Plan,
  from: Value,
  to: Value,
): { readonly command: Value; readonly done: Value } {
  const [command, done] = [s.commands("collect_heads_cmd", [COUNT]), s.tokens("collect_heads_done")];
  s.kernel({
    name: "collect_heads",
    command,
    fields: ["rows"],
    done,
    connections: { from, to },
    body: ({ b, port, field }) => {
      nest(b, { row: { to: field.rows, max: rows }, i: qWidth }, ({ row, i }) => {
        const [x] = b.lanes(b.read(port.from));
        if (x !== undefined) b.store(x, port.to, row, i);
      });
    },
  });
  return { command, done };
}
