/** The bits read as two's complement. */
export function signedValue(bits: bigint, width: number): bigint {
  return BigInt.asIntN(width, bits);
}

/** Bits that a signed number needs. */
export function signedWidthOf(value: bigint): number {
  return (value < 0n ? -value - 1n : value).toString(2).length + (value === 0n || value === -1n ? 0 : 1);
}
