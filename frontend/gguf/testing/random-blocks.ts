import type { BlockType } from "../dequantize.ts";
import { blockShapes } from "../tensor-types.ts";

/** Where the binary16 scales of a block stand. */
const halves: Readonly<Record<BlockType, readonly number[]>> = {
  Q8_0: [0],
  Q4_0: [0],
  Q4_K: [0, 2],
  Q6_K: [208],
};

/** Seeded blocks of any bytes, but with finite scales. */
export function randomBlocks(
  type: BlockType,
  blocks: number,
): { readonly bytes: Uint8Array; readonly elements: number } {
  let state = 1;
  const { bytes: each, elements } = blockShapes[type];
  const bytes = Uint8Array.from({ length: blocks * each }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
  for (let block = 0; block < bytes.length; block += each) {
    for (const half of halves[type]) bytes[block + half + 1] = (bytes[block + half + 1] ?? 0) & 0xbb;
  }
  return { bytes, elements: blocks * elements };
}
