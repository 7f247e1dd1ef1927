import { bitWidth, type TensorData, type TensorType } from "../../../ir/index.ts";

/** Reproducible elements of a tensor: floats around 1 of either sign, int8 in ±127, other integers zero. */
export function randomTensor({ shape, element }: TensorType, seed: number): TensorData {
  const count = shape.reduce<number>((product, size) => product * (size ?? 0), 1);
  const words = randomWords(seed);
  const float = (): number => (words() / 2 ** 31 - 1) * 2 ** ((words() % 7) - 3);
  if (element.kind === "float") return Float32Array.from({ length: count }, float);
  return bitWidth(element) === 8
    ? Int8Array.from({ length: count }, () => (words() % 255) - 127)
    : new Int32Array(count);
}

/** A stream of 32-bit words (the generator mulberry32). */
function randomWords(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return (word ^ (word >>> 14)) >>> 0;
  };
}
