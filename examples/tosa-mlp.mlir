// Two layers of int8 with exact integer requantization, as TOSA defines it: 16 inputs, 8 hidden values (ReLU), 4 outputs.
func.func @tosa_mlp(%x: tensor<1x4x16xi8>, %w1: tensor<1x16x8xi8>) -> tensor<1x4x4xi8> {
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %zero32 = "tosa.const"() <{values = dense<0> : tensor<1xi32>}> : () -> tensor<1xi32>
  %w2 = "tosa.const"() <{values = dense<[[[12, -7, 3, 44], [-90, 61, 27, 8], [5, 10, -71, 32], [13, -54, 15, -16], [127, 18, -19, 20], [21, -22, 63, -94], [-25, 26, 57, 28], [-29, 30, -31, 72]]]> : tensor<1x8x4xi8>}> : () -> tensor<1x8x4xi8>
  %b1 = "tosa.const"() <{values = dense<[[[400, -300, 250, 0, -1200, 900, 77, -5]]]> : tensor<1x1x8xi32>}> : () -> tensor<1x1x8xi32>
  %m1 = "tosa.const"() <{values = dense<[1503238554, 1073741824, 1234567890, 2147483647, 1400000000, 1717986918, 1288490189, 1610612736]> : tensor<8xi32>}> : () -> tensor<8xi32>
  %s1 = "tosa.const"() <{values = dense<[39, 38, 38, 40, 38, 39, 38, 39]> : tensor<8xi8>}> : () -> tensor<8xi8>
  %m2 = "tosa.const"() <{values = dense<1340000000> : tensor<1xi32>}> : () -> tensor<1xi32>
  %s2 = "tosa.const"() <{values = dense<38> : tensor<1xi8>}> : () -> tensor<1xi8>
  %a = tosa.matmul %x, %w1, %zero, %zero : (tensor<1x4x16xi8>, tensor<1x16x8xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x4x8xi32>
  %b = tosa.add %a, %b1 : (tensor<1x4x8xi32>, tensor<1x1x8xi32>) -> tensor<1x4x8xi32>
  %c = tosa.rescale %b, %m1, %s1, %zero32, %zero {scale32 = true, rounding_mode = DOUBLE_ROUND, per_channel = true, input_unsigned = false, output_unsigned = false} : (tensor<1x4x8xi32>, tensor<8xi32>, tensor<8xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x4x8xi8>
  %h = tosa.clamp %c {min_val = 0 : i8, max_val = 127 : i8} : (tensor<1x4x8xi8>) -> tensor<1x4x8xi8>
  %d = tosa.matmul %h, %w2, %zero, %zero : (tensor<1x4x8xi8>, tensor<1x8x4xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x4x4xi32>
  %y = tosa.rescale %d, %m2, %s2, %zero32, %zero {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<1x4x4xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x4x4xi8>
  return %y : tensor<1x4x4xi8>
}
