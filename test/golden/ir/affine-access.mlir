func.func @f(%m: memref<4x4xi8>, %z: memref<i8>, %n: index) {
  affine.for %i = 0 to 4 {
    %v = affine.load %m[%i, %i mod 4 + 1] : memref<4x4xi8>
    affine.store %v, %m[%i * 2 - symbol(%n), 0] : memref<4x4xi8>
    affine.store %v, %z[] : memref<i8>
    %k = affine.apply affine_map<(d0)[s0] -> (d0 floordiv 2 + s0 ceildiv 3)>(%i)[%n]
  }
  return
}
