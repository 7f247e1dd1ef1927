#inside = affine_set<(d0)[s0] : (d0 - 1 >= 0, s0 - 2 - d0 >= 0)>
func.func @chain(%in: memref<64xf32>, %out: memref<64xf32>) {
  %mid = memref.alloc() : memref<64xf32>
  %c64 = arith.constant 64 : index
  affine.for %i = 0 to 64 {
    %x = affine.load %in[%i] : memref<64xf32>
    %y = arith.mulf %x, %x : f32
    affine.store %y, %mid[%i] : memref<64xf32>
  }
  affine.for %i = 0 to 64 {
    affine.if #inside(%i)[%c64] {
      %l = affine.load %mid[%i - 1] : memref<64xf32>
      %r = affine.load %mid[%i + 1] : memref<64xf32>
      %s = arith.addf %l, %r : f32
      affine.store %s, %out[%i] : memref<64xf32>
    } else {
      %c = affine.load %mid[%i] : memref<64xf32>
      affine.store %c, %out[%i] : memref<64xf32>
    }
  }
  memref.dealloc %mid : memref<64xf32>
  return
}
func.func @producer_consumer(%in: memref<10xf32>, %out: memref<10xf32>) {
  %t = memref.alloc() : memref<10xf32>
  affine.for %i = 0 to 10 {
    %x = affine.load %in[%i] : memref<10xf32>
    affine.store %x, %t[%i] : memref<10xf32>
  }
  affine.for %i = 0 to 10 {
    %x = affine.load %t[%i] : memref<10xf32>
    %y = arith.addf %x, %x : f32
    affine.store %y, %out[%i] : memref<10xf32>
  }
  return
}
