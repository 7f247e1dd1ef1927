import type { ModelKitSource } from "../source.ts";
import { hex, textOf } from "../text.ts";

/** `hidalgo_weights.h`: what depends on the weights alone: the image's size and CRC, and the golden tokens. */
export function weightsHeader({ memory, self_test: { prompt_ids, token_ids } }: ModelKitSource): string {
  const image = memory.find(({ crc32 }) => crc32 !== null);
  return textOf([
    "/* The weights that belong to this build, and what they say to a prompt. Generated. */",
    "#ifndef HIDALGO_WEIGHTS_H",
    "#define HIDALGO_WEIGHTS_H",
    "",
    `#define HIDALGO_IMAGE_BASE 0x${hex(image?.base ?? 0)}u`,
    `#define HIDALGO_IMAGE_BYTES 0x${hex(image?.bytes ?? 0)}u`,
    `#define HIDALGO_IMAGE_CRC32 0x${hex(image?.crc32 ?? 0, 8)}u`,
    "",
    `#define HIDALGO_GOLDEN_PROMPT_LENGTH ${String(prompt_ids.length)}`,
    `#define HIDALGO_GOLDEN_PROMPT {${prompt_ids.map((id) => `${String(id)}u`).join(", ")}}`,
    `#define HIDALGO_GOLDEN_LENGTH ${String(token_ids.length)}`,
    `#define HIDALGO_GOLDEN_TOKENS {${token_ids.map((id) => `${String(id)}u`).join(", ")}}`,
    "",
    "#endif",
  ]);
}
