import {
  CompilerBug,
  findCache,
  GraphInterpreter,
  type GraphObserver,
  graphTensor,
  i32,
  KvState,
  type Operation,
  present,
  renderDiagnostic,
  type TensorData,
  tensorType,
  type WeightSource,
} from "../../ir/index.ts";
import type { SequenceDecoder } from "../executor/decoder.ts";
import { cacheName, stepFunction } from "./build-graph.ts";

/** One row of a step, as far as levels 1 and 2 see it. */
export interface GraphRow {
  readonly token: number;
  readonly position: number;
  /** Slot of the cache that its key and value go to. */
  readonly slot: number;
  /** Blocks of its sequence, as many as the graph's table is wide. */
  readonly table: readonly number[];
}

/** The inputs of `@step` for these rows, in order. */
export function stepInputs(rows: readonly GraphRow[]): readonly ReturnType<typeof graphTensor>[] {
  const column = (pick: (row: GraphRow) => number) =>
    graphTensor(tensorType([rows.length], i32), Int32Array.from(rows, pick));
  const tables = Int32Array.from(rows.flatMap(({ table }) => table));
  const tableType = tensorType([rows.length, tables.length / rows.length], i32);
  return [
    column(({ token }) => token),
    column(({ position }) => position),
    column(({ slot }) => slot),
    graphTensor(tableType, tables),
  ];
}

/** A sequence decoded by executing a graph, whose caches can be compared. */
export interface GraphDecoder extends SequenceDecoder {
  readonly state: KvState;
}

/** What a graph runs with, beside its weights. */
export interface GraphDecoderOptions {
  /** Physical block of each block of positions; default: 0, 1, 2, …. */
  readonly table?: readonly number[];
  readonly observe?: GraphObserver;
}

/** Decodes one sequence, one row a step, with a one-row graph of level 1 or 2. */
export function createGraphDecoder(
  module: Operation,
  weights: WeightSource,
  options: GraphDecoderOptions = {},
): GraphDecoder {
  const state = new KvState();
  const { observe } = options;
  const { blocks, block_size: blockSize } = present(findCache(module, cacheName), "the graph's cache");
  const table = options.table ?? Array.from({ length: blocks }, (_, block) => block);
  const interpreter = new GraphInterpreter(module, { weights, state, ...(observe && { observe }) });
  let position = 0;
  return {
    state,
    get length(): number {
      return position;
    },
    step: (token) => {
      const block = table[Math.floor(position / blockSize)] ?? 0;
      const slot = block * blockSize + (position % blockSize);
      const answer = interpreter.call(stepFunction, stepInputs([{ token, position, slot, table }]));
      if (answer.kind === "error") throw new CompilerBug(answer.diagnostics.map(renderDiagnostic).join("\n"));
      position++;
      const [logits] = answer.value;
      return floats(logits?.kind === "tensor" ? logits.data : undefined);
    },
  };
}

function floats(data: TensorData | undefined): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new CompilerBug("a step returns its logits first");
}
