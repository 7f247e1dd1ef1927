import { type GraphMemory, isLoopFunction, regionsOf } from "../../backend-hls/index.ts";
import {
  findCache,
  KvWriteOp,
  type Operation,
  PagedAttentionOp,
  roundToFormat,
  type TensorData,
} from "../../ir/index.ts";
import { emptyArray, startsEmpty } from "./array-files.ts";
import type { GraphFile } from "./read-graph.ts";

/**
 * Reproducible inputs of a graph: floats around 1 of either sign, int8 in ±127, integers 0 (of 16 bits where they are plain numbers); positions, slots and block
 * tables of a cache's attention are those of one sequence whose blocks are in order.
 */
export function randomArrays(
  memory: GraphMemory,
  { module, functionName }: Pick<GraphFile, "module" | "functionName">,
  seed: number,
): readonly TensorData[] {
  const words = randomWords(seed);
  const places = cachePlaces(module);
  const anyInteger = (): number => (words() % 2 ** 16) - 2 ** 15;
  const other = isLoopFunction(module, functionName) ? anyInteger : (): number => 0;
  return regionsOf(memory, "argument").map((region): TensorData => {
    const { name, shape } = region;
    if (startsEmpty(region)) return emptyArray(region);
    const count = shape.rows * shape.width;
    const float = (): number =>
      roundToFormat(shape.element, (words() / 2 ** 31 - 1) * 2 ** ((words() % 7) - 3));
    if (shape.element.kind === "float") return Float32Array.from({ length: count }, float);
    const place = places.get(name) ?? other;
    return shape.element.kind === "int" && shape.element.width === 8
      ? Int8Array.from({ length: count }, () => (words() % 255) - 127)
      : Int32Array.from({ length: count }, (_, index) => place(index, shape.width));
  });
}

/** What arguments that say where rows look hold, by the argument's name. */
function cachePlaces(module: Operation): ReadonlyMap<string, (index: number, width: number) => number> {
  const places = new Map<string, (index: number, width: number) => number>();
  for (const op of module.walk()) {
    const write = KvWriteOp.match(op);
    if (write !== undefined) places.set(write.operands.slots.hint ?? "", (index) => index);
    const read = PagedAttentionOp.match(op);
    if (read === undefined) continue;
    const blocks = findCache(op, read.attrs.cache)?.blocks ?? 1;
    places.set(read.operands.positions.hint ?? "", (index) => index);
    places.set(read.operands.table.hint ?? "", (index, width) => (index % width) % blocks);
  }
  return places;
}

/** A stream of 32-bit words (the generator mulberry32). */
function randomWords(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return (word ^ (word >>> 14)) >>> 0;
  };
}
