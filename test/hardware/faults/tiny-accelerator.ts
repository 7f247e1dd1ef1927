import {
  acceleratorSetup,
  type CompiledAccelerator,
  compileAccelerator,
  decodeStep,
  deviceMemory,
  encodeStep,
  FAULT_STREAMS,
  layoutMemory,
  loadDevice,
  type ModelParameters,
  type ModelShape,
  manifestRegisters,
  packWeights,
  type Row,
  type RowOutput,
  ropeTable,
  simulationTop,
} from "../../../backend-hls/index.ts";
import {
  at,
  CompilerBug,
  type MemoryParameters,
  type Operation,
  type Result,
  roundBf16,
  ScheduleInterpreter,
} from "../../../ir/index.ts";

const model: ModelShape = {
  hidden: 16,
  layers: 2,
  heads: 2,
  kvHeads: 1,
  headDim: 8,
  ffn: 20,
  vocab: 24,
  windows: [undefined, undefined],
  maxContext: 16,
  eps: 1e-5,
  blockSize: 4,
};

/** Tokens that are in the KV memory before the step under test, and where. */
const PREFIX = [3, 1, 4, 1, 5, 9] as const;
const BLOCKS = [4, 1, 2] as const;

/** The rows of the step under test: two positions of one sequence, the second one emits. */
export const ROWS: readonly Row[] = [
  { token: 2, position: PREFIX.length, blocks: BLOCKS, sequence: 0, emit: "none" },
  { token: 6, position: PREFIX.length + 1, blocks: BLOCKS, sequence: 0, emit: "argmax" },
];

/** A tiny accelerator, memory before and behind a good step of `ROWS`, and what it gives: by the level-3 interpreter. */
export interface TinyAccelerator {
  readonly compiled: CompiledAccelerator;
  readonly before: Uint8Array;
  readonly behind: Uint8Array;
  /** Words of the start command by register. */
  readonly command: Readonly<Record<string, number>>;
  readonly outputs: readonly (RowOutput | undefined)[];
  readonly registers: Readonly<Record<string, number>>;
  readonly engines: readonly string[];
  readonly top: { readonly top: Operation; readonly modules: readonly Operation[] };
}

/** The value of a result that must be one. */
export function unwrap<T>(result: Result<T>): T {
  if (result.kind === "ok") return result.value;
  throw new CompilerBug(JSON.stringify(result.diagnostics));
}

/** Numbers in [-1, 1): a linear congruential generator, constants of Numerical Recipes. */
function randomFloats(): (count: number, scale: number, middle?: number) => Float32Array {
  let state = 20_261_122;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  return (count, scale, middle = 0) => Float32Array.from({ length: count }, () => middle + scale * next());
}

function parameters(): ModelParameters {
  const { hidden, layers, heads, kvHeads, headDim, ffn, vocab, maxContext } = model;
  const floats = randomFloats();
  const halves = (...range: Parameters<typeof floats>): Float32Array => floats(...range).map(roundBf16);
  const matrix = (rows: number, columns: number) => ({
    kind: "int8" as const,
    rows,
    columns,
    weights: Int8Array.from(floats(rows * columns, 127)),
    scales: halves(rows, 0.002, 0.004),
  });
  const layer = () => ({
    attnNorm: halves(hidden, 0.5, 1),
    qkv: matrix((heads + 2 * kvHeads) * headDim, hidden),
    wo: matrix(hidden, heads * headDim),
    ffnNorm: halves(hidden, 0.5, 1),
    wGate: matrix(ffn, hidden),
    wUp: matrix(ffn, hidden),
    wDown: matrix(hidden, ffn),
  });
  return {
    embed: floats(vocab * hidden, 1),
    layers: Array.from({ length: layers }, layer),
    finalNorm: halves(hidden, 0.5, 1),
    head: matrix(vocab, hidden),
    rope: ropeTable(10_000, headDim, maxContext),
  };
}

function memoryBehind(name: string | undefined, depthBeats: number): MemoryParameters {
  const port = { dataBits: 64, addressBits: 32 };
  if (name === undefined) return { kind: "ideal", readLatency: 6, depthBeats, queueDepth: 8, ...port };
  return deviceMemory(unwrap(loadDevice(name)), { depthBeats: Math.max(depthBeats, 2 ** 18), ...port });
}

/** What may differ: the schedule, and the device whose memory stands behind the port (an ideal one where absent). */
export interface TinyOptions {
  readonly schedule?: "optimized" | "pipelined" | "sequential";
  readonly memoryOf?: string;
}

/** Compiles the accelerator, whose beats have 64 bits, and plays its steps at level 3. */
export function tinyAccelerator(options: TinyOptions = {}): TinyAccelerator {
  const device = unwrap(loadDevice("ref64"));
  const { schedule = "optimized", memoryOf } = options;
  const shape = { pn: 2, pk: 4, rows: 2 };
  const compiled = unwrap(compileAccelerator({ model, shape, device, clockMhz: 200, schedule }));
  const { plan, network, system, top: product } = compiled;
  const layout = layoutMemory(plan, 6);
  const image = new Uint8Array(layout.bytes);
  packWeights(plan, layout, parameters(), image);
  const machine = unwrap(ScheduleInterpreter.create(network.schedule, { memories: [image] }));
  const play = (rows: readonly Row[]): readonly number[] => {
    const command = encodeStep(plan, layout, rows, image);
    machine.push(0, command);
    unwrap(machine.finish());
    machine.popAll(1);
    for (const index of FAULT_STREAMS.keys()) machine.popAll(3 + index);
    return [...command].map(Number);
  };
  for (const [position, token] of PREFIX.entries())
    play([{ token, position, blocks: BLOCKS, sequence: 0, emit: "none" }]);
  encodeStep(plan, layout, ROWS, image);
  const before = image.slice();
  const words = play(ROWS);
  const registers = Object.fromEntries(
    manifestRegisters(system.registers).map(({ name, offset }) => [name, offset]),
  );
  const start = system.registers
    .slice(0, words.length)
    .map(({ name }, index) => [name, at(words, index)] as const);
  const depthBeats = 2 ** Math.ceil(Math.log2(layout.bytes / plan.beatBytes));
  const memory = memoryBehind(memoryOf, depthBeats);
  return {
    compiled: { ...compiled, layout, setup: acceleratorSetup(network, layout) },
    before,
    behind: image,
    command: Object.fromEntries(start),
    outputs: decodeStep(plan, layout, ROWS, image),
    registers,
    engines: network.bursts.map(({ name }) => name),
    top: simulationTop("faults", { top: product, modules: [...system.modules, product] }, memory, {
      faults: true,
      maxOutstanding: 8,
    }),
  };
}
