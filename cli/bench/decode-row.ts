import type { Row } from "../../backend-hls/index.ts";

/** The next token of sequence `n`, whose blocks follow one another. */
export function decodeRow(n: number, context: number, blockSize: number): Row {
  const count = Math.floor(context / blockSize) + 1;
  const blocks = Array.from({ length: count }, (_, block) => 1 + n * count + block);
  return { token: 2 + n, position: context, blocks, sequence: n, emit: "argmax" };
}
