import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import type { ByteSource } from "../files/byte-source.ts";
import { tokenizerBinInvalid } from "./diagnostics.ts";

/** A token of a llama2.c tokenizer: its bytes and its merge score. */
export interface Piece {
  /** The bytes, one character (0 to 255) each. */
  readonly bytes: string;
  readonly score: number;
}

/**
 * Reads a tokenizer.bin: u32 longest piece, then for each token f32 score, u32 length, bytes.
 * The file does not say how many tokens it holds, so the model's vocabulary size is checked against it.
 */
export function readVocabulary(source: ByteSource, vocab: number): Result<readonly Piece[]> {
  const where = builtSpan(source.name);
  const bytes = new Uint8Array(source.size);
  source.readInto(bytes, 0);
  const view = new DataView(bytes.buffer);
  const pieces: Piece[] = [];
  let offset = 4;
  while (offset < bytes.length && pieces.length < vocab) {
    const piece = readPiece(bytes, view, offset);
    if (piece === undefined) break;
    pieces.push(piece);
    offset += 8 + piece.bytes.length;
  }
  if (pieces.length < vocab) {
    return fail(
      tokenizerBinInvalid(where, { problem: `it ends after ${String(pieces.length)} tokens`, vocab }),
    );
  }
  if (offset !== bytes.length) {
    const rest = bytes.length - offset;
    return fail(
      tokenizerBinInvalid(where, { problem: `${String(rest)} bytes follow the last token`, vocab }),
    );
  }
  return ok(pieces);
}

function readPiece(bytes: Uint8Array, view: DataView, offset: number): Piece | undefined {
  if (offset + 8 > bytes.length) return undefined;
  const length = view.getUint32(offset + 4, true);
  if (length > bytes.length - offset - 8) return undefined;
  const text = Buffer.from(bytes.buffer, offset + 8, length).toString("latin1");
  return { bytes: text, score: view.getFloat32(offset, true) };
}
