import { CompilerBug } from "../../ir/index.ts";
import { type Layout, type PlacedMemory, wordBytes } from "./layout.ts";

interface Place {
  readonly placed: PlacedMemory;
  /** Bytes of a word as the host sees it. */
  readonly hostBytes: number;
  readonly storedBytes: number;
}

/** Linear memory and what lies where in it. */
export interface LinearMemory {
  readonly layout: Layout;
  readonly buffer: ArrayBuffer;
}

function findMemory(layout: Layout, path: string, address: number, length: number): Place {
  const placed = layout.memories.find((candidate) => candidate.memory.path === path);
  if (placed === undefined)
    throw new CompilerBug(
      `there is no memory ${path}; there are ${layout.memories.map(({ memory }) => memory.path).join(", ")}`,
    );
  const hostBytes = Math.ceil(placed.memory.width / 8);
  if (address < 0 || address + length > hostBytes * placed.memory.depth)
    throw new CompilerBug(`bytes ${String(address)}+${String(length)} are outside memory ${path}`);
  return { placed, hostBytes, storedBytes: wordBytes(placed.memory.width) };
}

/** Calls `move` for every run of bytes that lies together in both views. */
function eachRun(
  { placed, hostBytes, storedBytes }: Place,
  address: number,
  length: number,
  move: (stored: number, host: number, count: number) => void,
): void {
  if (hostBytes === storedBytes) {
    move(placed.base + address, 0, length);
    return;
  }
  for (let done = 0; done < length; ) {
    const offset = (address + done) % hostBytes;
    const count = Math.min(hostBytes - offset, length - done);
    move(placed.base + ((address + done - offset) / hostBytes) * storedBytes + offset, done, count);
    done += count;
  }
}

/** Writes host bytes into a memory; bits above the width of a word are dropped. */
export function writeWords(
  { layout, buffer }: LinearMemory,
  path: string,
  address: number,
  bytes: Uint8Array,
): void {
  const place = findMemory(layout, path, address, bytes.length);
  const target = new Uint8Array(buffer);
  eachRun(place, address, bytes.length, (stored, host, count) => {
    target.set(bytes.subarray(host, host + count), stored);
  });
  const spare = place.hostBytes * 8 - place.placed.memory.width;
  if (spare === 0) return;
  const last = Math.ceil((address + bytes.length) / place.hostBytes);
  for (let word = Math.floor(address / place.hostBytes); word < last; word += 1) {
    const top = place.placed.base + word * place.storedBytes + place.hostBytes - 1;
    target[top] = (target[top] ?? 0) & (0xff >> spare);
  }
}

/** Host bytes of a memory. */
export function readWords(
  { layout, buffer }: LinearMemory,
  path: string,
  address: number,
  length: number,
): Uint8Array {
  const place = findMemory(layout, path, address, length);
  const source = new Uint8Array(buffer);
  const out = new Uint8Array(length);
  eachRun(place, address, length, (stored, host, count) => {
    out.set(source.subarray(stored, stored + count), host);
  });
  return out;
}
