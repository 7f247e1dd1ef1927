#tile = affine_map<(d0, d1) -> (d0 * 4 + d1)>
func.func @matmul(%a: memref<16x32xf32>, %b: memref<32x8xf32>, %c: memref<16x8xf32>) {
  affine.for %i = 0 to 16 {
    affine.for %j = 0 to 8 {
      affine.for %k = 0 to 32 {
        %x = affine.load %a[%i, %k] : memref<16x32xf32>
        %y = affine.load %b[%k, %j] : memref<32x8xf32>
        %z = affine.load %c[%i, %j] : memref<16x8xf32>
        %p = arith.mulf %x, %y : f32
        %s = arith.addf %z, %p : f32
        affine.store %s, %c[%i, %j] : memref<16x8xf32>
      }
    }
  }
  return
}
func.func @mapped(%m: memref<64xi8>) -> i8 {
  %zero = arith.constant 0 : i8
  %sum = affine.for %i = 0 to 16 step 2 iter_args(%acc = %zero) -> i8 {
    %at = affine.apply #tile(%i, %i)
    %v = affine.load %m[%at mod 64] : memref<64xi8>
    %next = arith.addi %acc, %v : i8
    affine.yield %next : i8
  }
  return %sum : i8
}
