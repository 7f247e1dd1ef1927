// Four rows of int8 activations times an int8 matrix, with a scale per row and per output channel.
func.func @qmatmul(%q: tensor<4x64xi8>, %s: tensor<4xf32>, %w: tensor<96x64xi8>, %sw: tensor<96xf32>) -> tensor<4x96xf32> {
  %y = nn.qlinear %q, %s, %w, %sw : (tensor<4x64xi8>, tensor<4xf32>, tensor<96x64xi8>, tensor<96xf32>) -> tensor<4x96xf32>
  return %y : tensor<4x96xf32>
}
