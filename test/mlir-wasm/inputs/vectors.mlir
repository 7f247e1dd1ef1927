func.func @v(%m: memref<8x16xf32>, %i: index, %a: vector<4x8xf32>, %b: vector<8x4xf32>, %c: vector<4x4xf32>) -> f32 {
  %zero = arith.constant 0.0 : f32
  %r = vector.transfer_read %m[%i, %i], %zero {in_bounds = [true]} : memref<8x16xf32>, vector<8xf32>
  vector.transfer_write %r, %m[%i, %i] {in_bounds = [true]} : vector<8xf32>, memref<8x16xf32>
  %d = vector.contract {indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>], iterator_types = ["parallel", "parallel", "reduction"], kind = #vector.kind<add>} %a, %b, %c : vector<4x8xf32>, vector<8x4xf32> into vector<4x4xf32>
  %e = vector.extract %d[1] : vector<4xf32> from vector<4x4xf32>
  %s = vector.reduction <add>, %e : vector<4xf32> into f32
  %h = vector.shuffle %e, %e [0, 2, 4, 6] : vector<4xf32>, vector<4xf32>
  %k = vector.broadcast %s : f32 to vector<4xf32>
  %n = vector.fma %h, %k, %e : vector<4xf32>
  %t = vector.multi_reduction <maximumf>, %d, %zero [0, 1] : vector<4x4xf32> to f32
  return %t : f32
}
