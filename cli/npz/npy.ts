import type { TensorData } from "../../ir/index.ts";

/** An array of a .npy file. */
export interface NumpyArray {
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** Magic bytes and version of the format (NEP 1). */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0] as const;

/** The header's length, with everything before it, is a multiple of this. */
const ALIGNMENT = 64;

const MAKERS = {
  "<f4": (bytes: ArrayBuffer) => new Float32Array(bytes),
  "|i1": (bytes: ArrayBuffer) => new Int8Array(bytes),
  "<i4": (bytes: ArrayBuffer) => new Int32Array(bytes),
} as const;

/** Reads a .npy file; a string says what is wrong with it. */
export function parseNpy(file: Uint8Array): NumpyArray | string {
  const place = findHeader(file);
  if (place === undefined) return "no .npy header";
  const { start, end } = place;
  if (end > file.length) return "a header beyond the end";
  const header = new TextDecoder("latin1").decode(file.subarray(start, end));
  const descr = /'descr':\s*'([^']*)'/u.exec(header)?.[1] ?? "";
  const dims = /'shape':\s*\(([^)]*)\)/u.exec(header)?.[1];
  if (!isKnown(descr)) return `elements of type ${descr}`;
  if (dims === undefined || !/'fortran_order':\s*False/u.test(header)) return "no array in C order";
  const shape = dims.split(",").flatMap((dim) => (dim.trim() === "" ? [] : [Number(dim)]));
  const count = shape.reduce((product, size) => product * size, 1);
  const bytes = file.slice(end);
  if (bytes.length !== count * (descr === "|i1" ? 1 : 4))
    return `${bytes.length} bytes for ${count} elements`;
  return { shape, data: MAKERS[descr](bytes.buffer) };
}

/** Where the header's text begins and ends; undefined where the file is not of the format. */
function findHeader(file: Uint8Array): { readonly start: number; readonly end: number } | undefined {
  if (file.length < 12 || MAGIC.slice(0, 6).some((byte, index) => file[index] !== byte)) return undefined;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const isFirst = file[6] === 1;
  const start = isFirst ? 10 : 12;
  return { start, end: start + (isFirst ? view.getUint16(8, true) : view.getUint32(8, true)) };
}

function isKnown(descr: string): descr is keyof typeof MAKERS {
  return descr in MAKERS;
}

/** Writes a .npy file. */
export function writeNpy({ shape, data }: NumpyArray): Uint8Array {
  const descr = data instanceof Float32Array ? "<f4" : data instanceof Int8Array ? "|i1" : "<i4";
  const dims = shape.map((size) => `${size},`).join(" ");
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.length === 1 ? dims : dims.slice(0, -1)}), }`;
  const length = Math.ceil((10 + text.length + 1) / ALIGNMENT) * ALIGNMENT - 10;
  const file = new Uint8Array(10 + length + data.byteLength);
  file.set(MAGIC);
  new DataView(file.buffer).setUint16(8, length, true);
  file.set(new TextEncoder().encode(`${text.padEnd(length - 1)}\n`), 10);
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + length);
  return file;
}
