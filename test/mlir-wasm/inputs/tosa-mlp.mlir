func.func @mlp(%x: tensor<1x4x8xi8>) -> tensor<1x4x4xi8> {
  %w = "tosa.const"() <{values = dense<3> : tensor<1x8x4xi8>}> : () -> tensor<1x8x4xi8>
  %zp = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %zp32 = "tosa.const"() <{values = dense<0> : tensor<1xi32>}> : () -> tensor<1xi32>
  %acc = tosa.matmul %x, %w, %zp, %zp : (tensor<1x4x8xi8>, tensor<1x8x4xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x4x4xi32>
  %mul = "tosa.const"() <{values = dense<1073741824> : tensor<1xi32>}> : () -> tensor<1xi32>
  %shift = "tosa.const"() <{values = dense<38> : tensor<1xi8>}> : () -> tensor<1xi8>
  %q = tosa.rescale %acc, %mul, %shift, %zp32, %zp {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<1x4x4xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x4x4xi8>
  %r = tosa.clamp %q {min_val = 0 : i8, max_val = 127 : i8} : (tensor<1x4x4xi8>) -> tensor<1x4x4xi8>
  return %r : tensor<1x4x4xi8>
}
