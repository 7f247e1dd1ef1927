// The feed-forward half of a decoder layer on four rows: norm, SwiGLU, residual sum.
func.func @ffn(
    %x: tensor<4x64xf32>, %gain: tensor<64xf32>,
    %wgate: tensor<176x64xi8>, %sgate: tensor<176xf32>,
    %wup: tensor<176x64xi8>, %sup: tensor<176xf32>,
    %wdown: tensor<64x176xi8>, %sdown: tensor<64xf32>) -> tensor<4x64xf32> {
  %q, %s = nn.norm_quantize %x, %gain {eps = 1.0e-05 : f32} : (tensor<4x64xf32>, tensor<64xf32>) -> (tensor<4x64xi8>, tensor<4xf32>)
  %gate = nn.qlinear %q, %s, %wgate, %sgate : (tensor<4x64xi8>, tensor<4xf32>, tensor<176x64xi8>, tensor<176xf32>) -> tensor<4x176xf32>
  %up = nn.qlinear %q, %s, %wup, %sup : (tensor<4x64xi8>, tensor<4xf32>, tensor<176x64xi8>, tensor<176xf32>) -> tensor<4x176xf32>
  %h = nn.silu_mul %gate, %up : tensor<4x176xf32>
  %hq, %hs = nn.quantize %h : (tensor<4x176xf32>) -> (tensor<4x176xi8>, tensor<4xf32>)
  %down = nn.qlinear %hq, %hs, %wdown, %sdown : (tensor<4x176xi8>, tensor<4xf32>, tensor<64x176xi8>, tensor<64xf32>) -> tensor<4x64xf32>
  %y = nn.add %x, %down : tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}
