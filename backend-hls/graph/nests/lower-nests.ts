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
import { argumentName, interfaceOf, resultName } from "../interfaces.ts";
import { makeLoader, startLoad } from "../kernels/load.ts";
import { makeStore, type Returned } from "../kernels/store.ts";
import { type GraphMemory, MemoryMap, type TensorRegion } from "../memory-map.ts";
import type { Tensor } from "../operand.ts";
import { PHASE, Program } from "../program.ts";
import { memrefOf } from "./flat-access.ts";
import { type LoopFunction, type Nest, splitFunction, writtenArguments } from "./loop-function.ts";
import { nestKernel } from "./nest-kernel.ts";

/**
 * Level 4 as one sequential program ==> level 3: each nest of the function becomes a kernel, each array a buffer of its cells
 * in row-major order. Arguments and constants come from external memory; results, and arguments that were written to, go
 * there. The program starts nests in order; one waits for those that wrote what it reads, or touched what it writes, so that
 * independent nests overlap. What has the interface `ram` is loaded and unloaded in phases of its own (`Program`).
 */
export function lowerNests(
  module: Operation,
  name: string,
  design: GraphDesign,
): Result<{ readonly schedule: Operation; readonly memory: GraphMemory; readonly array: string }> {
  const split = splitFunction(module, name);
  if (split.kind === "error") return split;
  const { func, nests } = split.value;
  const map = new MemoryMap(design.beatBytes);
  const { inputs, outputs } = mapArrays(split.value, map);
  const isOnChip = (region: string): boolean => interfaceOf(design.interfaces, region) === "ram";
  const hasPhases = [...inputs.values(), ...outputs.map(({ region }) => region)].some((region) =>
    isOnChip(region.name),
  );
  const s = new ScheduleBuilder(
    name,
    [
      { name: "start", type: streamType(bundleType(hasPhases ? [i32, PHASE] : [i32])) },
      { name: "finished", type: streamType(tokenType) },
      { name: "gmem0", type: { kind: "memory", bytes: design.beatBytes } },
    ],
    func.span,
  );
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
  const { program } = scope;
  const load = makeInputs(scope, split.value);
  const store = makeStore(scope, outputs);
  if (hasPhases) {
    program.begin("load");
    load(({ kind, name: region }) => kind === "weight" || isOnChip(region));
    program.begin("run");
  }
  load(({ kind, name: region }) => !hasPhases || (kind === "argument" && !isOnChip(region)));
  startNests(scope, nests);
  for (const output of outputs) if (!isOnChip(output.region.name)) store(output);
  if (hasPhases) program.begin("unload");
  for (const output of outputs) if (isOnChip(output.region.name)) store(output);
  program.finish(s, s.outside(0), s.outside(1));
  return ok({ schedule: s.finish(), memory: map.finish(), array: nests.length > 0 ? "nest0" : "store" });
}

/** Regions of everything that is loaded and stored, in declared order: arguments, constants, results. */
function mapArrays(
  { args, constants, nests, returned }: LoopFunction,
  map: MemoryMap,
): { readonly inputs: ReadonlyMap<Value, TensorRegion>; readonly outputs: readonly Returned[] } {
  const inputs = new Map<Value, TensorRegion>();
  const written = writtenArguments(args, nests);
  args.forEach((arg, index) => {
    const isWritten = written.includes(arg);
    inputs.set(arg, map.cells("argument", argumentName(arg, index), memrefOf(arg), { isWritten }));
  });
  for (const { value, name, data } of constants)
    inputs.set(value, map.cells("weight", name, memrefOf(value), { data }));
  const results = returned.map((value, index) => ({
    value,
    region: map.cells("result", resultName(value, index), memrefOf(value)),
  }));
  const inPlace = written.map((value) => ({ value, region: present(inputs.get(value), "a region") }));
  return { inputs, outputs: [...inPlace, ...results] };
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

/** Makes what loads arrays that some nest touches or the function returns as they are; the result starts the loads of some of them. */
function makeInputs(
  scope: GraphScope,
  { nests, returned }: LoopFunction,
): (isWanted: (region: TensorRegion) => boolean) => void {
  const touched = new Set([...nests.flatMap(({ reads, writes }) => [...reads, ...writes]), ...returned]);
  const values = [...scope.inputs.keys()].filter((value) => touched.has(value));
  if (values.length === 0) return () => undefined;
  const loaded = values.map((value) => scope.tensor(value));
  const loader = makeLoader(scope, "load", loaded, values.length);
  return (isWanted) => {
    values.forEach((value, use) => {
      const region = present(scope.inputs.get(value), "a region");
      if (isWanted(region)) startLoad(scope, loader, { value, region, tensor: scope.tensor(value), use });
    });
  };
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
