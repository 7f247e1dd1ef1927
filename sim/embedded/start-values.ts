import { isState } from "./actions.ts";
import { type Layout, limbCount, wordBytes } from "./layout.ts";

/** xorshift32: enough to make start values differ; a seed of 0 is replaced. */
function randomWords(seed: number): () => number {
  let state = seed >>> 0 === 0 ? 0x9e3779b9 : seed >>> 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

function randomBits(next: () => number, width: number): bigint {
  let value = 0n;
  for (let bits = 0; bits < width; bits += 32) value = (value << 32n) | BigInt(next());
  return BigInt.asUintN(width, value);
}

function writeBits(view: DataView, address: number, bytes: number, value: bigint): void {
  switch (bytes) {
    case 1:
      view.setUint8(address, Number(value));
      return;
    case 2:
      view.setUint16(address, Number(value), true);
      return;
    case 4:
      view.setUint32(address, Number(value), true);
      return;
    default:
      for (let i = 0; i < bytes / 8; i += 1)
        view.setBigUint64(address + 8 * i, BigInt.asUintN(64, value >> BigInt(64 * i)), true);
  }
}

/** Writes initial memory words and, with a seed, random values into all other state. */
export function writeStartValues(layout: Layout, buffer: ArrayBuffer, seed: number | undefined): void {
  const view = new DataView(buffer);
  const next = seed === undefined ? undefined : randomWords(seed);
  layout.design.nodes.forEach((node, id) => {
    if (next === undefined || !isState(node)) return;
    writeBits(
      view,
      layout.slot(id),
      node.width <= 32 ? 4 : 8 * limbCount(node.width),
      randomBits(next, node.width),
    );
  });
  for (const { memory, base } of layout.memories) {
    const bytes = wordBytes(memory.width);
    memory.init.forEach((value, index) => {
      writeBits(view, base + index * bytes, bytes, value);
    });
    if (next === undefined || memory.init.length > 0) continue;
    for (let index = 0; index < memory.depth; index += 1)
      writeBits(view, base + index * bytes, bytes, randomBits(next, memory.width));
  }
}
