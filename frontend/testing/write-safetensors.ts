/** A tensor for {@link writeSafetensors}: its little-endian bytes as they shall stand in the file. */
export interface WrittenTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** A safetensors file of these tensors, in this order. */
export function writeSafetensors(tensors: readonly WrittenTensor[]): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  let offset = 0;
  for (const { name, dtype, shape, bytes } of tensors) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
  }
  return assembleSafetensors(JSON.stringify(header), ...tensors.map((tensor) => tensor.bytes));
}

/** Length field, header text and data, whatever they say. */
export function assembleSafetensors(header: string, ...data: readonly Uint8Array[]): Uint8Array {
  const text = Buffer.from(header, "utf8");
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return new Uint8Array(Buffer.concat([length, text, ...data]));
}

/** A float tensor in one of the three element types; values that f16 and bf16 hold exactly stay exact. */
export function floatTensor(
  name: string,
  shape: readonly number[],
  values: Float32Array,
  dtype: "F32" | "F16" | "BF16" = "F32",
): WrittenTensor {
  if (dtype === "F32") return { name, dtype, shape, bytes: new Uint8Array(values.slice().buffer) };
  const halves = Uint16Array.from(values, dtype === "BF16" ? bfloat16Bits : float16Bits);
  return { name, dtype, shape, bytes: new Uint8Array(halves.buffer) };
}

function bfloat16Bits(value: number): number {
  return (new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0) >>> 16;
}

/** Truncating conversion; enough for small values that are exact in binary16. */
function float16Bits(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0;
  const exponent = (bits >>> 23) & 0xff;
  if (exponent === 0) return 0;
  return ((bits >>> 16) & 0x8000) | ((exponent - 112) << 10) | ((bits >>> 13) & 0x3ff);
}
