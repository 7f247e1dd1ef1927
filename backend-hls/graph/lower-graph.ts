import {
  at,
  bundleType,
  i32,
  type Operation,
  ok,
  present,
  type Result,
  ScheduleBuilder,
  streamType,
  tokenType,
  type Value,
  WeightOp,
} from "../../ir/index.ts";
import { type GraphDesign, type GraphScope, makeTensor, type OpKind } from "./graph-scope.ts";
import { type FlatFunction, flattenFunction } from "./graph-values.ts";
import { argumentName, resultName } from "./interfaces.ts";
import { attentionKind } from "./kernels/attention.ts";
import { addKind, siluMulKind, splitKind } from "./kernels/elementwise.ts";
import { qlinearKind } from "./kernels/linear.ts";
import { makeLoader, startLoad } from "./kernels/load.ts";
import { argmaxKind, embeddingKind, ropeKind } from "./kernels/positions.ts";
import { normQuantizeKind, quantizeKind } from "./kernels/quantize.ts";
import { storeResults } from "./kernels/store.ts";
import { type GraphMemory, MemoryMap, type TensorRegion } from "./memory-map.ts";
import { isLoopFunction } from "./nests/loop-function.ts";
import { lowerNests } from "./nests/lower-nests.ts";
import type { Tensor } from "./operand.ts";
import { Program } from "./program.ts";

/** A function as a network of kernels, and where its tensors are in memory. */
export interface LoweredGraph {
  /** One `dataflow.schedule`: connections are the start command {i32 memory}, the token of the end, the memory port. */
  readonly schedule: Operation;
  readonly memory: GraphMemory;
  /** The kernel whose iterations count as busy cycles. */
  readonly array: string;
}

/** Fields of the command that starts a graph: the address of its memory; the phase, where some array is on chip. */
export function startFields(schedule: Operation): readonly string[] {
  const { type } = at(at(schedule.regions, 0).block.args, 0);
  const isOne = type.kind === "stream" && type.element.kind === "bundle" && type.element.fields.length === 1;
  return isOne ? ["memory"] : ["memory", "phase"];
}

const KINDS: readonly OpKind[] = [
  embeddingKind,
  normQuantizeKind,
  quantizeKind,
  qlinearKind,
  splitKind,
  ropeKind,
  attentionKind,
  siluMulKind,
  addKind,
  argmaxKind,
];

/**
 * Levels 1 and 2 ==> 3 and 4 (a function of loops over arrays, which is level 4 in one program: `nests`): a function of the integer graph becomes one schedule. Every value has a buffer, operations of
 * one kind share their kernels, arguments and weights come from external memory (matrices as a stream), results go there.
 * The program issues operations in order, each once its operands are there.
 */
export function lowerGraph(module: Operation, name: string, design: GraphDesign): Result<LoweredGraph> {
  if (isLoopFunction(module, name)) return lowerNests(module, name, design);
  const flat = flattenFunction(module, name, KINDS);
  if (flat.kind === "error") return flat;
  return ok(lowerFunction(flat.value, name, design));
}

function lowerFunction(flat: FlatFunction, name: string, design: GraphDesign): LoweredGraph {
  const s = new ScheduleBuilder(
    name,
    [
      { name: "start", type: streamType(bundleType([i32])) },
      { name: "finished", type: streamType(tokenType) },
      { name: "gmem0", type: { kind: "memory", bytes: design.beatBytes } },
    ],
    flat.func.span,
  );
  const map = new MemoryMap(design.beatBytes);
  const inputs = inputRegions(flat, map);
  const results = flat.returned.map((value, index) => ({
    value,
    region: map.tensor("result", resultName(value, index), value.type),
  }));
  const tensors = new Map<Value, Tensor>();
  const scope: GraphScope = {
    s,
    design,
    map,
    inputs,
    program: new Program(),
    memory: s.outside(2),
    maxBurst: Math.min(16, 4096 / design.beatBytes),
    resolve: flat.resolve,
    tensor: (value) => {
      const known = tensors.get(value);
      if (known !== undefined) return known;
      const made = makeTensor(s, design, `v${String(tensors.size)}`, value);
      tensors.set(value, made);
      return made;
    },
  };
  loadInputs(scope, flat);
  const starters = startersOf(scope, flat);
  for (const op of flat.ops) present(starters.get(op), `the start of ${op.name}`)();
  storeResults(scope, results);
  scope.program.finish(s, s.outside(0), s.outside(1));
  return {
    schedule: s.finish(),
    memory: map.finish(),
    array: flat.ops.some((op) => qlinearKind.names.includes(op.name)) ? "matmul" : "store",
  };
}

/** Regions of arguments, then of weights; a weight that is named twice is there once. */
function inputRegions({ args, weights }: FlatFunction, map: MemoryMap): ReadonlyMap<Value, TensorRegion> {
  const regions = new Map<Value, TensorRegion>();
  args.forEach((arg, index) => {
    regions.set(arg, map.tensor("argument", argumentName(arg, index), arg.type));
  });
  const byName = new Map<string, TensorRegion>();
  for (const op of weights) {
    const { name } = present(WeightOp.match(op), "a weight").attrs;
    const region = byName.get(name) ?? map.tensor("weight", name, op.result.type);
    byName.set(name, region);
    regions.set(op.result, region);
  }
  return regions;
}

/** Loads every input that some operation reads from a buffer, in the order of first use. */
function loadInputs(scope: GraphScope, { ops, returned, resolve }: FlatFunction): void {
  const read = ops.flatMap((op) => {
    const streamed =
      present(
        KINDS.find(({ names }) => names.includes(op.name)),
        op.name,
      ).streamed ?? [];
    return op.operands.flatMap((operand, index) => (streamed.includes(index) ? [] : [resolve(operand)]));
  });
  const values = [...new Set([...read, ...returned])].filter((value) => scope.inputs.has(value));
  if (values.length === 0) return;
  const tensors = values.map((value) => scope.tensor(value));
  const loader = makeLoader(scope, "load", tensors, values.length);
  values.forEach((value, use) => {
    startLoad(scope, loader, {
      value,
      region: present(scope.inputs.get(value), "a region"),
      tensor: at(tensors, use),
      use,
    });
  });
}

/** Builds the kernels of every kind that occurs; what starts each operation. */
function startersOf(scope: GraphScope, { ops }: FlatFunction): ReadonlyMap<Operation, () => void> {
  const starters = new Map<Operation, () => void>();
  for (const kind of KINDS) {
    const own = ops.filter((op) => kind.names.includes(op.name));
    if (own.length === 0) continue;
    const start = kind.build(scope, own);
    own.forEach((op, use) => {
      starters.set(op, () => {
        start(op, use);
      });
    });
  }
  return starters;
}
