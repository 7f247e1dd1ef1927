import { at, fail, ok, type Result } from "../../ir/index.ts";
import type { TextStream, Tokenizer } from "../tokenizer/tokenizer.ts";
import { checkCharacters } from "../tokenizer/unicode.ts";
import { type MergeTable, mergePairs } from "./merge-pairs.ts";
import type { Piece } from "./vocabulary.ts";

const bosId = 1;
const eosId = 2;
/** Token of byte 0; the other bytes follow it. */
const firstByteId = 3;

/**
 * The tokenizer of llama2.c's run.c: characters (or, where there is no such token, their bytes) merged greedily
 * by score; a space goes before the text, and is taken away again when text is decoded from the start.
 */
export function createLlama2cTokenizer(pieces: readonly Piece[]): Tokenizer {
  const idByBytes = indexPieces(pieces);
  const table: MergeTable = {
    join: (left, right) => idByBytes.get(at(pieces, left).bytes + at(pieces, right).bytes),
    score: (id) => at(pieces, id).score,
  };
  const spell = (character: string): readonly number[] | undefined =>
    spellCharacter(character, pieces, idByBytes);
  const encodeContinuation = (text: string): Result<readonly number[]> => {
    if (text === "") return ok([]);
    const problems = checkCharacters(text, (character) => spell(character) !== undefined);
    if (problems.length > 0) return fail(...problems);
    const space = spell(" ") ?? [];
    const ids = Array.from(text).flatMap((character) => spell(character) ?? []);
    return ok(mergePairs([...space, ...ids], table));
  };
  const stream = (): TextStream => createStream(pieces);
  return {
    vocab: pieces.length,
    encode: (text) => {
      const ids = encodeContinuation(text);
      return ids.kind === "error" ? ids : ok([bosId, ...ids.value]);
    },
    encodeContinuation,
    decode: (ids) => {
      const decoder = stream();
      return ids.map((id) => decoder.push(id)).join("") + decoder.end();
    },
    stream,
  };
}

/** The first of several tokens with the same bytes counts. */
function indexPieces(pieces: readonly Piece[]): ReadonlyMap<string, number> {
  const idByBytes = new Map<string, number>();
  for (const [id, { bytes }] of pieces.entries()) {
    if (bytes !== "" && !idByBytes.has(bytes)) idByBytes.set(bytes, id);
  }
  return idByBytes;
}

function spellCharacter(
  character: string,
  pieces: readonly Piece[],
  idByBytes: ReadonlyMap<string, number>,
): readonly number[] | undefined {
  const bytes = Buffer.from(character, "utf8");
  const whole = idByBytes.get(bytes.toString("latin1"));
  if (whole !== undefined) return [whole];
  const ids = [...bytes].map((byte) => firstByteId + byte);
  return ids.every((id) => byteOf(pieces[id]) === id - firstByteId) ? ids : undefined;
}

/** The byte that a piece of the form `<0x0A>` stands for. */
function byteOf(piece: Piece | undefined): number | undefined {
  const digits = /^<0x(?<digits>[0-9A-F]{2})>$/u.exec(piece?.bytes ?? "")?.groups?.["digits"];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}

function createStream(pieces: readonly Piece[]): TextStream {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let atStart = true;
  return {
    push: (id) => {
      const isSpecial = id === bosId || id === eosId;
      const bytes = isSpecial ? "" : bytesOfPiece(pieces[id], atStart);
      atStart = id === bosId || (atStart && isSpecial);
      return decoder.decode(Buffer.from(bytes, "latin1"), { stream: true });
    },
    end: () => decoder.decode(),
  };
}

function bytesOfPiece(piece: Piece | undefined, atStart: boolean): string {
  if (piece === undefined) return "";
  const byte = byteOf(piece);
  if (byte !== undefined) return String.fromCharCode(byte);
  return atStart && piece.bytes.startsWith(" ") ? piece.bytes.slice(1) : piece.bytes;
}
