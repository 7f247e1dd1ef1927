import type { BenchStep } from "../../backend-verilog/index.ts";
import type { AcceleratorProgram, MemoryImage } from "../../runtime-host/index.ts";
import { type Golden, goldenSteps } from "../rtl/golden.ts";
import type { Manifest } from "../schemas/manifest.ts";

/** The golden test as a testbench does it: words of memory, start commands and the tokens that have to come out. */
export function benchSteps(
  manifest: Manifest,
  golden: Golden,
  { encode }: Pick<AcceleratorProgram, "encode">,
): readonly BenchStep[] {
  const { rows, block_size: blockSize } = manifest.design;
  const memory = new Map<number, number>();
  return goldenSteps(golden, { rows, blockSize }).map((step): BenchStep => {
    const encoded = encode(step.rows);
    return {
      pokes: encoded.memory.flatMap((image) => changedWords(image, memory)),
      command: encoded.command,
      expected: step.token === undefined ? [] : [{ address: outputAddress(manifest), token: step.token }],
    };
  });
}

/** Words of an image that are not in memory yet; they are from here on. */
function changedWords(
  { address, bytes }: MemoryImage,
  memory: Map<number, number>,
): readonly { readonly address: number; readonly value: number }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const words = Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => ({
    address: address + 4 * index,
    value: view.getUint32(4 * index, true),
  }));
  const changed = words.filter((word) => (memory.get(word.address) ?? 0) !== word.value);
  for (const word of changed) memory.set(word.address, word.value);
  return changed;
}

/** Where the token of the only row that emits is. */
function outputAddress({ memory, output }: Manifest): number {
  const region = memory.find(({ name }) => name === output.region)?.base ?? 0;
  const token = output.fields.find(({ name }) => name === "token")?.offset_bits ?? 0;
  return region + token / 8;
}
