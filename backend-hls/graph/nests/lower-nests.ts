import {
  bundleType,
  type Diagnostic,
  fail,
  i1,
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
import { streamBothWays } from "../diagnostics.ts";
import type { GraphDesign } from "../graph-scope.ts";
import {
  argumentName,
  type Interface,
  type Interfaces,
  interfaceOf,
  resultName,
  STREAM_PORTS,
} from "../interfaces.ts";
import { type GraphMemory, MemoryMap, type TensorRegion } from "../memory-map.ts";
import { PHASE, Program } from "../program.ts";
import { ArrayCopies } from "./array-copies.ts";
import { memrefOf } from "./array-type.ts";
import { type LoopFunction, type Nest, splitFunction, writtenArguments } from "./loop-function.ts";
import { nestKernel } from "./nest-kernel.ts";
import { receiveArray, sendArray } from "./stream-transfer.ts";
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
  const map = new MemoryMap(design.beatBytes);
  const arrays = mapArrays(split.value, map, design.interfaces);
  const wrong = bothWays(split.value, arrays);
  if (wrong.length > 0) return fail(...wrong);
  const { s, streams, hasPhases } = begun(name, split.value, arrays, design);
  const copies = new ArrayCopies(s, split.value, (array) => arrayName(split.value, arrays.inputs, array));
  const program = new Program();
  const around: Around = { s, design, program, memory: s.outside(2), copies };
  const touched = touchedArrays(split.value);
  const load = (...kinds: readonly (Interface | "constant")[]): void => {
    for (const [value, region] of arrays.inputs) {
      if (!touched.has(value) || !kinds.includes(region.interface ?? "constant")) continue;
      if (region.interface !== "axis") loadArray(around, { value, region });
      else if (region.isWritten !== true) receiveArray(around, value, streamOf(streams, value));
    }
  };
  const store = (...kinds: readonly Interface[]): void => {
    for (const output of arrays.outputs) {
      if (!kinds.includes(output.region.interface ?? "m_axi")) continue;
      if (output.region.interface === "axis")
        sendArray(around, output.value, streamOf(streams, output.region));
      else storeArray(around, output);
    }
  };
  if (hasPhases) {
    program.begin("load");
    load("constant", "ram");
    program.begin("run");
    load("m_axi", "axis");
  } else load("constant", "m_axi", "axis");
  startNests(around, split.value.nests);
  store("m_axi", "axis");
  if (hasPhases) {
    program.begin("unload");
    store("ram");
  }
  program.finish(s, s.outside(0), s.outside(1));
  const array = split.value.nests.length > 0 ? "nest0" : "store";
  return ok({ schedule: s.finish(), memory: map.finish(), array });
}

type Streams = ReadonlyMap<Value | TensorRegion, Value>;

function streamOf(streams: Streams, array: Value | TensorRegion): Value {
  return present(streams.get(array), "a stream");
}

/** The schedule with what comes from outside: the start command, the token of the end, memory, and a stream for each array that has one. */
function begun(
  name: string,
  { func }: LoopFunction,
  { inputs, outputs }: MappedArrays,
  design: GraphDesign,
): { readonly s: ScheduleBuilder; readonly streams: Streams; readonly hasPhases: boolean } {
  const hasPhases = [...inputs.values(), ...outputs.map(({ region }) => region)].some(
    (region) => region.interface === "ram",
  );
  const incoming = [...inputs].filter(
    ([, region]) => region.interface === "axis" && region.isWritten !== true,
  );
  const outgoing = outputs.filter(({ region }) => region.interface === "axis");
  const s = new ScheduleBuilder(
    name,
    [
      { name: "start", type: streamType(bundleType(hasPhases ? [i32, PHASE] : [i32])) },
      { name: "finished", type: streamType(tokenType) },
      { name: "gmem0", type: { kind: "memory", bytes: design.beatBytes } },
      ...incoming.map(([value, region]) => ({
        name: STREAM_PORTS.in + region.name,
        type: streamType(memrefOf(value).element),
      })),
      ...outgoing.map(({ value, region }) => ({
        name: STREAM_PORTS.out + region.name,
        type: streamType(bundleType([memrefOf(value).element, i1])),
      })),
    ],
    func.span,
  );
  const keys: readonly (Value | TensorRegion)[] = [
    ...incoming.map(([value]) => value),
    ...outgoing.map(({ region }) => region),
  ];
  return { s, streams: new Map(keys.map((key, index) => [key, s.outside(3 + index)])), hasPhases };
}

/** Arguments that are streams and do not go one way. */
function bothWays({ func, nests }: LoopFunction, { inputs }: MappedArrays): readonly Diagnostic[] {
  const read = new Set(nests.flatMap(({ reads }) => reads));
  return [...inputs].flatMap(([value, { name, interface: kind, isWritten }]) =>
    kind === "axis" && isWritten === true && read.has(value) ? [streamBothWays(func.span, { name })] : [],
  );
}

function arrayName({ locals }: LoopFunction, inputs: ReadonlyMap<Value, TensorRegion>, array: Value): string {
  return inputs.get(array)?.name ?? `local${String(locals.indexOf(array))}`;
}

/** Arrays that some nest touches, or that are returned as they are. */
function touchedArrays({ nests, returned }: LoopFunction): ReadonlySet<Value> {
  return new Set([...nests.flatMap(({ reads, writes }) => [...reads, ...writes]), ...returned]);
}

/** Regions of everything that comes in and goes out, in declared order. */
interface MappedArrays {
  readonly inputs: ReadonlyMap<Value, TensorRegion>;
  readonly outputs: readonly MovedArray[];
}

/** Arguments, constants, results, in declared order. */
function mapArrays(
  { args, constants, nests, returned }: LoopFunction,
  map: MemoryMap,
  interfaces: Interfaces | undefined,
): MappedArrays {
  const inputs = new Map<Value, TensorRegion>();
  const written = writtenArguments(args, nests);
  args.forEach((arg, index) => {
    const name = argumentName(arg, index);
    const more = { isWritten: written.includes(arg), interface: interfaceOf(interfaces, name) };
    inputs.set(arg, map.cells("argument", name, memrefOf(arg), more));
  });
  for (const { value, name, data } of constants)
    inputs.set(value, map.cells("weight", name, memrefOf(value), { data }));
  const results = returned.map((value, index) => {
    const name = resultName(value, index);
    const kind = interfaceOf(interfaces, name);
    return { value, region: map.cells("result", name, memrefOf(value), { interface: kind }) };
  });
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
