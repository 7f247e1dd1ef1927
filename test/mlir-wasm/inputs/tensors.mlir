func.func @views(%t: tensor<8x16xf32>, %i: index) -> tensor<?x4xf32> {
  %pad = arith.constant 0.0 : f32
  %s = tensor.extract_slice %t[%i, 0] [%i, 4] [1, 2] : tensor<8x16xf32> to tensor<?x4xf32>
  %u = tensor.insert_slice %s into %t[0, 0] [%i, 4] [1, 1] : tensor<?x4xf32> into tensor<8x16xf32>
  %e = tensor.expand_shape %u [[0, 1], [2]] output_shape [2, 4, 16] : tensor<8x16xf32> into tensor<2x4x16xf32>
  %c = tensor.collapse_shape %e [[0, 1, 2]] : tensor<2x4x16xf32> into tensor<128xf32>
  %p = tensor.pad %c low[1] high[%i] {
  ^bb0(%at: index):
    tensor.yield %pad : f32
  } : tensor<128xf32> to tensor<?xf32>
  %x = tensor.extract %p[%i] : tensor<?xf32>
  %f = tensor.from_elements %x, %pad : tensor<2xf32>
  %g = tensor.generate %i {
  ^bb0(%a: index, %b: index):
    tensor.yield %x : f32
  } : tensor<?x4xf32>
  %d = tensor.dim %g, %i : tensor<?x4xf32>
  %k = tensor.concat dim(0) %g, %s : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  return %k : tensor<?x4xf32>
}
