/**
 * The printable character that stands for each byte in a byte-level vocabulary: printable Latin-1 stands for
 * itself, the other bytes for the characters from U+0100 on (the alphabet of GPT-2).
 */
export const byteSymbols: readonly string[] = makeByteSymbols();

function makeByteSymbols(): readonly string[] {
  let substitutes = 0;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode(isPrintable(byte) ? byte : 256 + substitutes++),
  );
}

function isPrintable(byte: number): boolean {
  return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
}
