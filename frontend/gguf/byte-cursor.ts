import type { Diagnostic } from "../../ir/index.ts";
import { builtSpan } from "../../ir/index.ts";
import type { ByteSource } from "../files/byte-source.ts";
import { ggufMalformed } from "./diagnostics.ts";

/** Ends the reading of a file at the first thing that makes the rest meaningless; caught at the folder's door. */
export class ReadingStopped extends Error {
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

/** Bytes that are read at once; the tables of a file are read through a window of this size. */
const windowBytes = 1 << 16;

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Reads little-endian values one after the other; what lies beyond the end of the file stops the reading. */
export class ByteCursor {
  readonly source: ByteSource;
  #offset = 0;
  #window = new Uint8Array(0);
  #windowBegin = 0;

  constructor(source: ByteSource) {
    this.source = source;
  }

  /** Position of the next byte. */
  get offset(): number {
    return this.#offset;
  }

  /** Bytes between here and the end of the file. */
  get remaining(): number {
    return this.source.size - this.#offset;
  }

  u8(): number {
    return this.#view(1).getUint8(0);
  }

  u32(): number {
    return this.#view(4).getUint32(0, true);
  }

  u64(): bigint {
    return this.#view(8).getBigUint64(0, true);
  }

  /** A view of the next `bytes` (at most {@link windowBytes}), valid until the next call. */
  take(bytes: number): DataView {
    return this.#view(bytes);
  }

  /** UTF-8 text behind a length; a length above `most`, or beyond the file, stops the reading. */
  text(most: number): string {
    const begin = this.#offset;
    const length = this.u64();
    if (length > BigInt(Math.min(most, this.remaining))) {
      this.stop(begin, `a text claims ${String(length)} bytes`, this.limit(most));
    }
    if (length <= windowBytes) return utf8.decode(this.#view(Number(length)));
    const bytes = new Uint8Array(Number(length));
    this.source.readInto(bytes, this.#offset);
    this.#offset += bytes.length;
    return utf8.decode(bytes);
  }

  /** Ends the reading: `problem` at byte `at`. */
  stop(at: number, problem: string, expected: string): never {
    throw new ReadingStopped(ggufMalformed(builtSpan(this.source.name), { at, problem, expected }));
  }

  /** What a count or length has to stay below, in words. */
  limit(most: number): string {
    const left = Math.max(0, this.remaining);
    return left < most ? `at most the ${String(left)} bytes that are left` : `at most ${String(most)}`;
  }

  #view(bytes: number): DataView {
    if (bytes > this.remaining) {
      const problem = `the file ends here, ${String(bytes)} more bytes are needed`;
      this.stop(this.source.size, problem, `a file of more than ${String(this.source.size)} bytes`);
    }
    const begin = this.#offset - this.#windowBegin;
    if (begin < 0 || begin + bytes > this.#window.length) {
      this.#window = new Uint8Array(Math.min(windowBytes, this.remaining));
      this.#windowBegin = this.#offset;
      this.source.readInto(this.#window, this.#offset);
    }
    const at = this.#offset - this.#windowBegin;
    this.#offset += bytes;
    return new DataView(this.#window.buffer, at, bytes);
  }
}
