import {
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
} from "../../../ir/index.ts";
import type { GraphDesign } from "../graph-scope.ts";
import { argumentName, interfaceOf, resultName } from "../interfaces.ts";
import { type GraphMemory, MemoryMap, type TensorRegion } from "../memory-map.ts";
import { PHASE, Program } from "../program.ts";
import { ArrayCopies } from "./array-copies.ts";
import { memrefOf } from "./array-type.ts";
import { type LoopFunction, type Nest, splitFunction, writtenArguments } from "./loop-function.ts";
import { nestKernel } from "./nest-kernel.ts";
import { type Around, loadArray, type MovedArray, storeArray } from "./transfer.ts";

/**
 * Level 4 as one sequential program ==> level 3: each nest of the function becomes a kernel, each array a buffer of its shape.
 * Arguments and constants come from external memory; results, and arguments that were written to, go
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
  const copies = new ArrayCopies(s, split.value, (array) => arrayName(split.value, inputs, array));
  const program = new Program();
  const around: Around = { s, design, program, memory: s.outside(2), copies };
  const touched = touchedArrays(split.value);
  const load = (isWanted: (region: TensorRegion) => boolean): void => {
    for (const [value, region] of inputs)
      if (touched.has(value) && isWanted(region)) loadArray(around, { value, region });
  };
  if (hasPhases) {
    program.begin("load");
    load(({ kind, name: region }) => kind === "weight" || isOnChip(region));
    program.begin("run");
  }
  load(({ kind, name: region }) => !hasPhases || (kind === "argument" && !isOnChip(region)));
  startNests(around, nests);
  for (const output of outputs) if (!isOnChip(output.region.name)) storeArray(around, output);
  if (hasPhases) program.begin("unload");
  for (const output of outputs) if (isOnChip(output.region.name)) storeArray(around, output);
  program.finish(s, s.outside(0), s.outside(1));
  return ok({ schedule: s.finish(), memory: map.finish(), array: nests.length > 0 ? "nest0" : "store" });
}

function arrayName({ locals }: LoopFunction, inputs: ReadonlyMap<Value, TensorRegion>, array: Value): string {
  return inputs.get(array)?.name ?? `local${String(locals.indexOf(array))}`;
}

/** Arrays that some nest touches, or that are returned as they are. */
function touchedArrays({ nests, returned }: LoopFunction): ReadonlySet<Value> {
  return new Set([...nests.flatMap(({ reads, writes }) => [...reads, ...writes]), ...returned]);
}

/** Regions of everything that is loaded and stored, in declared order: arguments, constants, results. */
function mapArrays(
  { args, constants, nests, returned }: LoopFunction,
  map: MemoryMap,
): { readonly inputs: ReadonlyMap<Value, TensorRegion>; readonly outputs: readonly MovedArray[] } {
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

/** The pool of float units of a function whose nests take turns. */
const UNIT_POOL = "nests";

function startNests({ s, design, program, copies }: Around, nests: readonly Nest[]): void {
  const readers = new Map<Value, readonly Nest[]>();
  const ends = new Map<Nest, Value>();
  const takesTurns = nests.length > 1 && design.nestsTakeTurns === true;
  nests.forEach((nest, index) => {
    const { command, done } = nestKernel(s, `nest${String(index)}`, nest, {
      bufferOf: (op) => copies.of(op, index),
      unitPool: takesTurns ? UNIT_POOL : undefined,
    });
    const overwritten = nest.writes.flatMap((array) => readers.get(array) ?? []);
    program.step({
      after: [
        ...(takesTurns ? previousEnd(ends, nests, index) : []),
        ...nest.reads,
        ...nest.writes,
        ...overwritten.flatMap((reader) => ends.get(reader) ?? []),
      ],
      sends: [{ to: command, fields: [] }],
      done,
      results: [done, ...nest.writes], // the token stream names the end of the nest itself
    });
    ends.set(nest, done);
    for (const array of nest.reads) readers.set(array, [...(readers.get(array) ?? []), nest]);
    for (const array of nest.writes) readers.set(array, []);
  });
}

function previousEnd(
  ends: ReadonlyMap<Nest, Value>,
  nests: readonly Nest[],
  index: number,
): readonly Value[] {
  const previous = nests[index - 1];
  const end = previous === undefined ? undefined : ends.get(previous);
  return end === undefined ? [] : [end];
}
