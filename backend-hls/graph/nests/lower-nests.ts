import {
  bundleType,
  cellCount,
  i32,
  type Operation,
  ok,
  present,
  type Result,
  ScheduleBuilder,
  streamType,
  tokenType,
  type Value,
} from "../../../ir/index.ts";
import { type GraphDesign, type GraphScope, roundUp } from "../graph-scope.ts";
import { makeLoader, startLoad } from "../kernels/load.ts";
import { storeResults } from "../kernels/store.ts";
import { type GraphMemory, MemoryMap, type TensorRegion } from "../memory-map.ts";
import type { Tensor } from "../operand.ts";
import { Program } from "../program.ts";
import { memrefOf } from "./flat-access.ts";
import { type LoopFunction, type Nest, splitFunction } from "./loop-function.ts";
import { nestKernel } from "./nest-kernel.ts";

/**
 * Level 4 as one sequential program ==> level 3: each nest of the function becomes a kernel, each array a buffer of its cells
 * in row-major order. Arguments and constants come from external memory, results go there. The program starts nests in
 * order; one waits for those that wrote what it reads, or touched what it writes, so that independent nests overlap.
 */
export function lowerNests(
  module: Operation,
  name: string,
  design: GraphDesign,
): Result<{ readonly schedule: Operation; readonly memory: GraphMemory; readonly array: string }> {
  const split = splitFunction(module, name);
  if (split.kind === "error") return split;
  const { func, args, constants, nests, returned } = split.value;
  const s = new ScheduleBuilder(
    name,
    [
      { name: "start", type: streamType(bundleType([i32])) },
      { name: "finished", type: streamType(tokenType) },
      { name: "gmem0", type: { kind: "memory", bytes: design.beatBytes } },
    ],
    func.span,
  );
  const map = new MemoryMap(design.beatBytes);
  const inputs = new Map<Value, TensorRegion>();
  args.forEach((arg, index) => {
    inputs.set(arg, map.cells("argument", arg.hint ?? `arg${String(index)}`, memrefOf(arg)));
  });
  for (const { value, name: constant, data } of constants)
    inputs.set(value, map.cells("weight", constant, memrefOf(value), data));
  const results = returned.map((value, index) => ({
    value,
    region: map.cells("result", `ret${String(index)}`, memrefOf(value)),
  }));
  const scope: GraphScope = {
    s,
    design,
    map,
    inputs,
    program: new Program(),
    memory: s.outside(2),
    maxBurst: Math.min(16, 4096 / design.beatBytes),
    resolve: (value) => value,
    tensor: tensors(s, design),
  };
  loadInputs(scope, split.value);
  startNests(scope, nests);
  storeResults(scope, results);
  scope.program.finish(s, s.outside(0), s.outside(1));
  return ok({ schedule: s.finish(), memory: map.finish(), array: nests.length > 0 ? "nest0" : "store" });
}

/** The flat buffer of each array; whole beats of memory fit. */
function tensors(s: ScheduleBuilder, design: GraphDesign): GraphScope["tensor"] {
  const made = new Map<Value, Tensor>();
  return (array) => {
    const known = made.get(array);
    if (known !== undefined) return known;
    const type = memrefOf(array);
    const width = cellCount(type);
    const element = scalarElement(array);
    const buffer = s.buffer(`a${String(made.size)}`, [roundUp(width, design.beatBytes)], element);
    const tensor: Tensor = { shape: { rank: 1, rows: 1, width, element }, buffer };
    made.set(array, tensor);
    return tensor;
  };
}

function scalarElement(array: Value): Tensor["shape"]["element"] {
  const { element } = memrefOf(array);
  return element.kind === "vector" ? element.element : element;
}

/** Loads what some nest reads or the function returns as it is. */
function loadInputs(scope: GraphScope, { nests, returned }: LoopFunction): void {
  const touched = new Set([...nests.flatMap(({ reads, writes }) => [...reads, ...writes]), ...returned]);
  const values = [...scope.inputs.keys()].filter((value) => touched.has(value));
  if (values.length === 0) return;
  const loaded = values.map((value) => scope.tensor(value));
  const loader = makeLoader(scope, "load", loaded, values.length);
  values.forEach((value, use) => {
    const region = present(scope.inputs.get(value), "a region");
    startLoad(scope, loader, { value, region, tensor: scope.tensor(value), use });
  });
}

function startNests(scope: GraphScope, nests: readonly Nest[]): void {
  const readers = new Map<Value, readonly Nest[]>();
  const ends = new Map<Nest, Value>();
  nests.forEach((nest, index) => {
    const { command, done } = nestKernel(
      scope.s,
      `nest${String(index)}`,
      nest,
      (array) => scope.tensor(array).buffer,
    );
    const overwritten = nest.writes.flatMap((array) => readers.get(array) ?? []);
    scope.program.step({
      after: [...nest.reads, ...nest.writes, ...overwritten.flatMap((reader) => ends.get(reader) ?? [])],
      sends: [{ to: command, fields: [] }],
      done,
      results: [done, ...nest.writes], // the token stream names the end of the nest itself
    });
    ends.set(nest, done);
    for (const array of nest.reads) readers.set(array, [...(readers.get(array) ?? []), nest]);
    for (const array of nest.writes) readers.set(array, []);
  });
}
