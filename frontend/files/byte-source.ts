import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import { builtSpan, fail, type Result } from "../../ir/index.ts";
import { fileUnreadable } from "./diagnostics.ts";

/** Bytes that are read piece by piece, so that a large file is never in memory twice. */
export interface ByteSource {
  /** For diagnostics: the path as the user gave it. */
  readonly name: string;
  readonly size: number;
  /** Fills `target` with the bytes from `offset`; the caller stays within `size`. */
  readInto(target: Uint8Array, offset: number): void;
}

/** The bytes of an array, as a source. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    readInto: (target, offset) => {
      target.set(bytes.subarray(offset, offset + target.length));
    },
  };
}

/** Opens the files, runs `body` and closes them; what the operating system refuses is a diagnostic. */
export function withFiles<T>(
  paths: readonly string[],
  body: (sources: readonly ByteSource[]) => Result<T>,
): Result<T> {
  const handles: number[] = [];
  let current = paths[0] ?? "";
  try {
    const sources = paths.map((path) => {
      current = path;
      const handle = openSync(path, "r");
      handles.push(handle);
      return fileSource(path, handle);
    });
    return body(sources);
  } catch (error) {
    if (error instanceof FileRefused) return fail(fileUnreadable(builtSpan(error.file), error));
    if (!isSystemError(error)) throw error;
    return fail(fileUnreadable(builtSpan(current), { reason: systemReason(error) }));
  } finally {
    for (const handle of handles) closeSync(handle);
  }
}

/** A system error, with the file at which it happened. */
class FileRefused extends Error {
  readonly file: string;
  readonly reason: string;
  constructor(file: string, reason: string) {
    super(reason);
    this.file = file;
    this.reason = reason;
  }
}

const readChunkBytes = 1 << 28;

function fileSource(path: string, handle: number): ByteSource {
  const stat = fstatSync(handle);
  if (!stat.isFile()) throw new FileRefused(path, "it is not a regular file");
  return {
    name: path,
    size: stat.size,
    readInto: (target, offset) => {
      let done = 0;
      while (done < target.length) {
        const got = readPiece(path, handle, target.subarray(done, done + readChunkBytes), offset + done);
        done += got;
      }
    },
  };
}

function readPiece(path: string, handle: number, piece: Uint8Array, offset: number): number {
  let got: number;
  try {
    got = readSync(handle, piece, 0, piece.length, offset);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new FileRefused(path, systemReason(error));
  }
  if (got === 0) throw new FileRefused(path, "it became shorter while it was being read");
  return got;
}

/** Whether an exception came from the operating system. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && "syscall" in error;
}

/** The system's reason in words, without the path (which the diagnostic shows already). */
export function systemReason(error: NodeJS.ErrnoException): string {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: "there is no such file",
    EACCES: "permission denied",
    EISDIR: "it is a directory",
    ENOTDIR: "a part of the path is not a directory",
  };
  const code = error.code ?? "unknown";
  return reasons[code] ?? `the system reports ${code}`;
}

/** SHA-256 over the bytes of the sources, one after the other, in hexadecimal. */
export function hashSources(sources: readonly ByteSource[]): string {
  const hash = createHash("sha256");
  const chunk = new Uint8Array(1 << 20);
  for (const source of sources) {
    for (let offset = 0; offset < source.size; offset += chunk.length) {
      const piece = chunk.subarray(0, Math.min(chunk.length, source.size - offset));
      source.readInto(piece, offset);
      hash.update(piece);
    }
  }
  return hash.digest("hex");
}

/** File or folder name without extension: the id of a model. */
export function modelIdOf(path: string, kind: "file" | "folder"): string {
  const name = basename(path);
  return kind === "file" ? name.replace(/(?<=.)\.[^.]*$/u, "") : name;
}
