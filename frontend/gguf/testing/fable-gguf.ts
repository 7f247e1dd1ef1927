import { join } from "node:path";
import type { Checkpoint } from "../../checkpoint.ts";
import { readHuggingFaceFolder } from "../../huggingface/read-folder.ts";
import { unwrap } from "../../testing/codes.ts";
import { fableFolder } from "../../testing/models.ts";
import type { GgufTypeName } from "../tensor-types.ts";
import { widenCheckpoint } from "./widen-checkpoint.ts";
import { describeTokenizer, writeCheckpoint } from "./write-checkpoint.ts";
import type { WrittenValue } from "./write-gguf.ts";

/** The bundled model as a checkpoint. */
export function fable(): Checkpoint {
  return unwrap(readHuggingFaceFolder(fableFolder));
}

/** The metadata of its tokenizer. */
export function fableTokenizer(): ReadonlyMap<string, WrittenValue> {
  return describeTokenizer(join(fableFolder, "tokenizer.json"), "gpt-2");
}

/** The bundled model as a GGUF file; in types with blocks of 256 widened, so that its rows are whole blocks. */
export function fableGguf(type: GgufTypeName, metadata?: ReadonlyMap<string, WrittenValue>): Uint8Array {
  const checkpoint = type.endsWith("_K") ? widenCheckpoint(fable()) : fable();
  const tokenizer = new Map([...fableTokenizer(), ...(metadata ?? [])]);
  return writeCheckpoint(checkpoint, { type, metadata: tokenizer });
}
