import type { ByteSource } from "../files/byte-source.ts";
import { readFloats } from "../safetensors/read-floats.ts";
import { dequantizers } from "./dequantize.ts";
import type { PlacedTensor } from "./tensor-table.ts";
import { blockShapes } from "./tensor-types.ts";

/** Blocks read at a time: the bytes of a tensor are never in memory as a whole. */
const chunkBlocks = 1 << 12;

/** The elements of a tensor as float32, row-major; F16 and BF16 widen exactly, blocks are dequantized as ggml does. */
export function readGgufTensor(source: ByteSource, tensor: PlacedTensor): Float32Array {
  const { type, begin, elements } = tensor;
  if (type === "F32" || type === "F16" || type === "BF16") return readFloats(source, begin, elements, type);
  const floats = new Float32Array(elements);
  const block = blockShapes[type];
  const blocks = elements / block.elements;
  const chunk = new Uint8Array(Math.min(chunkBlocks, blocks) * block.bytes);
  for (let done = 0; done < blocks; done += chunkBlocks) {
    const count = Math.min(chunkBlocks, blocks - done);
    const bytes = chunk.subarray(0, count * block.bytes);
    source.readInto(bytes, begin + done * block.bytes);
    dequantizers[type](bytes, floats.subarray(done * block.elements, (done + count) * block.elements));
  }
  return floats;
}
