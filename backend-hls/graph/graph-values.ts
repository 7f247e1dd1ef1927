import {
  at,
  DataflowYieldOp,
  type Diagnostic,
  DispatchOp,
  FuncOp,
  fail,
  KvWriteOp,
  LayersOp,
  type Operation,
  ok,
  PagedAttentionOp,
  present,
  type Result,
  ReturnOp,
  TaskOp,
  type Value,
  WeightOp,
} from "../../ir/index.ts";
import { functionMissing, graphUnsupported, nothingReturned } from "./diagnostics.ts";
import type { OpKind } from "./graph-scope.ts";

/** A function as a flat list of operations, tasks and dispatches (level 2) looked through. */
export interface FlatFunction {
  readonly func: Operation;
  readonly args: readonly Value[];
  readonly weights: readonly Operation[];
  /** In the order of the program. */
  readonly ops: readonly Operation[];
  readonly returned: readonly Value[];
  readonly resolve: (value: Value) => Value;
}

/** Finds a function and flattens it; what cannot be lowered is a diagnostic. */
export function flattenFunction(
  module: Operation,
  name: string,
  kinds: readonly OpKind[],
): Result<FlatFunction> {
  const functions = module.regions
    .flatMap(({ blocks }) => blocks)
    .flatMap(({ ops }) => ops)
    .flatMap((op) => FuncOp.match(op) ?? []);
  const func = functions.find(({ attrs }) => attrs.sym_name === name)?.op;
  if (func === undefined)
    return fail(functionMissing(module.span, { name, known: functions.map(({ attrs }) => attrs.sym_name) }));
  const { block } = at(func.regions, 0);
  const ops = block.ops.flatMap(flatten);
  const behind = new Map(block.ops.flatMap(yields));
  const resolve = (value: Value): Value => {
    const inner = behind.get(value);
    return inner === undefined ? value : resolve(inner);
  };
  const flat: FlatFunction = {
    func,
    resolve,
    args: block.args,
    weights: ops.filter((op) => op.name === WeightOp.name),
    ops: ops.filter((op) => op.name !== WeightOp.name && op.name !== ReturnOp.name),
    returned: present(block.last, "a return").operands.map(resolve),
  };
  const problems = [
    ...(flat.returned.length === 0 ? [nothingReturned(func.span, { name })] : []),
    ...unsupported(flat, kinds),
  ];
  return problems.length > 0 ? fail(...problems) : ok(flat);
}

function isTransparent(op: Operation): boolean {
  return op.name === TaskOp.name || op.name === DispatchOp.name;
}

function flatten(op: Operation): readonly Operation[] {
  if (op.name === DataflowYieldOp.name) return [];
  return isTransparent(op) ? at(op.regions, 0).block.ops.flatMap(flatten) : [op];
}

/** Results of tasks and dispatches, and what is behind them. */
function yields(op: Operation): readonly (readonly [Value, Value])[] {
  if (!isTransparent(op)) return [];
  const { block } = at(op.regions, 0);
  const inner = present(block.last, "a yield").operands;
  return [
    ...op.results.map((result, index) => [result, at(inner, index)] as const),
    ...block.ops.flatMap(yields),
  ];
}

function unsupported(flat: FlatFunction, kinds: readonly OpKind[]): readonly Diagnostic[] {
  const isInMemory = (value: Value): boolean =>
    flat.args.includes(value) || value.producer?.name === WeightOp.name;
  const problems = flat.ops.flatMap((op) => {
    const kind = kinds.find(({ names }) => names.includes(op.name));
    const problem = (reason: string): Diagnostic => graphUnsupported(op.span, { op: op.name, reason });
    if (op.name === LayersOp.name)
      return [problem("a graph file has one function without layers; compile the model itself")];
    if (kind === undefined) return [problem("it is not an operation of the integer graph")];
    const computed =
      kind.streamed?.filter((index) => !isInMemory(flat.resolve(at(op.operands, index)))) ?? [];
    return computed.map((index) =>
      problem(`its operand ${String(index)} is computed; it has to be an argument or a weight`),
    );
  });
  return [...problems, ...cacheProblems(flat)];
}

/** One write of a cache, one attention behind it. */
function cacheProblems({ ops, resolve }: FlatFunction): readonly Diagnostic[] {
  const [writes, reads] = [KvWriteOp, PagedAttentionOp].map(({ name }) =>
    ops.filter((op) => op.name === name),
  );
  const all = [...(writes ?? []), ...(reads ?? [])];
  const [write, read] = [writes?.[0], PagedAttentionOp.match(reads?.[0])];
  const isPair =
    all.length === 2 &&
    write !== undefined &&
    read !== undefined &&
    resolve(read.operands.after) === write.result &&
    KvWriteOp.match(write)?.attrs.cache === read.attrs.cache;
  const [first] = all;
  if (first === undefined) return [];
  if (!isPair)
    return [
      graphUnsupported(first.span, {
        op: first.name,
        reason: "a graph has one nn.kv_write and one nn.paged_attention of the same cache behind it",
      }),
    ];
  return [];
}
