memref.global "private" constant @table : memref<4xi32> = dense<[1, 2, 3, 4]>
func.func @views(%m: memref<16x32xf32>, %i: index) -> f32 {
  %s = memref.subview %m[4, %i] [8, 4] [1, 2] : memref<16x32xf32> to memref<8x4xf32, strided<[32, 2], offset: ?>>
  %x = memref.load %s[%i, %i] : memref<8x4xf32, strided<[32, 2], offset: ?>>
  %e = memref.expand_shape %m [[0, 1], [2]] output_shape [4, 4, 32] : memref<16x32xf32> into memref<4x4x32xf32>
  %c = memref.collapse_shape %e [[0, 1, 2]] : memref<4x4x32xf32> into memref<512xf32>
  %y = memref.load %c[%i] : memref<512xf32>
  %a = memref.alloca() : memref<4xf32>
  memref.store %y, %a[%i] : memref<4xf32>
  %z = memref.load %a[%i] : memref<4xf32>
  %r = memref.reinterpret_cast %c to offset: [0], sizes: [8, 64], strides: [64, 1] : memref<512xf32> to memref<8x64xf32>
  %d = memref.alloc(%i) {alignment = 64 : i64} : memref<?xf32>
  memref.copy %c, %d : memref<512xf32> to memref<?xf32>
  %g = memref.get_global @table : memref<4xi32>
  memref.dealloc %d : memref<?xf32>
  %sum = arith.addf %x, %z : f32
  return %sum : f32
}
func.func @sums(%m: memref<8x8xf32>) {
  affine.for %i = 0 to 8 {
    %s = memref.subview %m[0, 2] [8, 4] [1, 1] : memref<8x8xf32> to memref<8x4xf32, strided<[8, 1], offset: 2>>
    affine.for %j = 0 to 4 {
      %v = affine.load %s[%i, %j] : memref<8x4xf32, strided<[8, 1], offset: 2>>
      affine.store %v, %s[%j, %j] : memref<8x4xf32, strided<[8, 1], offset: 2>>
    }
  }
  return
}
