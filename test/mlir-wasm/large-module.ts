const FUNCTION = (
  index: number,
): string => `func.func @kernel_${index}(%a: memref<16x${index + 1}xf32>, %b: memref<16xf32>) {
  %scale = arith.constant ${index}.5 : f32
  affine.for %i = 0 to 16 {
    affine.for %j = 0 to ${index + 1} {
      %x = affine.load %a[%i, %j] : memref<16x${index + 1}xf32>
      %y = affine.load %b[%i] : memref<16xf32>
      %p = arith.mulf %x, %scale {tag = "k${index}"} : f32
      %s = arith.addf %y, %p : f32
      affine.store %s, %b[%i] : memref<16xf32>
    }
  }
  return
}
`;

/** A module of at least this many bytes of ASCII text: many functions with a loop nest each. */
export function largeModule(bytes: number): string {
  const functions: string[] = [];
  let length = 0;
  for (let index = 0; length < bytes; index += 1) {
    const text = FUNCTION(index);
    functions.push(text);
    length += text.length;
  }
  return functions.join("");
}
