/** A sized constant: decimal where it is short, else hexadecimal; a single bit in binary. */
export function literal(value: bigint, width: number): string {
  if (width === 1) return `1'b${String(value)}`;
  return value < 1000n ? `${String(width)}'d${String(value)}` : `${String(width)}'h${value.toString(16)}`;
}

/** `[7:0] ` before a name; nothing for a single bit. */
export function range(width: number): string {
  return width === 1 ? "" : `[${String(width - 1)}:0] `;
}

/** Bits of an address of `depth` words. */
export function addressWidth(depth: number): number {
  return Math.max(1, Math.ceil(Math.log2(depth)));
}
