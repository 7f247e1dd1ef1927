func.func @f(%x: tensor<2x3x4xf32>, %y: tensor<2x3x4xf32>) -> tensor<4x3x2xf32> {
  %a = tosa.add %x, %y : (tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %s = tosa.sigmoid %a : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %e = tosa.exp %s : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %sum = tosa.reduce_sum %e {axis = 2 : i32} : (tensor<2x3x4xf32>) -> tensor<2x3x1xf32>
  %r = tosa.reciprocal %sum : (tensor<2x3x1xf32>) -> tensor<2x3x1xf32>
  %zs = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %m = tosa.mul %e, %r, %zs : (tensor<2x3x4xf32>, tensor<2x3x1xf32>, tensor<1xi8>) -> tensor<2x3x4xf32>
  %t = tosa.transpose %m {perms = array<i32: 2, 1, 0>} : (tensor<2x3x4xf32>) -> tensor<4x3x2xf32>
  %shape = tosa.const_shape {values = dense<[4, 6]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %flat = tosa.reshape %t, %shape : (tensor<4x3x2xf32>, !tosa.shape<2>) -> tensor<4x6xf32>
  %back = tosa.const_shape {values = dense<[4, 3, 2]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %u = tosa.reshape %flat, %back : (tensor<4x6xf32>, !tosa.shape<3>) -> tensor<4x3x2xf32>
  %c = tosa.concat %u, %u {axis = 0 : i32} : (tensor<4x3x2xf32>, tensor<4x3x2xf32>) -> tensor<8x3x2xf32>
  %z = tosa.const_shape {values = dense<[2, 0, 0]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %n = tosa.const_shape {values = dense<[4, 3, 2]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %slice = tosa.slice %c, %z, %n : (tensor<8x3x2xf32>, !tosa.shape<3>, !tosa.shape<3>) -> tensor<4x3x2xf32>
  return %slice : tensor<4x3x2xf32>
}
