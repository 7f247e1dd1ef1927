// RUN: nn-quantize
// A vector that two matrices multiply is quantized once, with the norm in front of it; a norm that is read elsewhere stays.
nn.kv_cache "kv" {blocks = 1, block_size = 16, kv_heads = 1, head_dim = 8, element = f32}
func.func @norm_and_matrices(%x: tensor<1x8xf32>, %gain: tensor<8xf32>) -> (tensor<1x8xf32>, tensor<1x8xf32>, tensor<1x4xf32>) {
  %n = nn.rms_norm %x, %gain {eps = 1.0e-05 : f32} : (tensor<1x8xf32>, tensor<8xf32>) -> tensor<1x8xf32>
  %wa = nn.weight @a : tensor<8x8xf32>
  %a = nn.linear %n, %wa : (tensor<1x8xf32>, tensor<8x8xf32>) -> tensor<1x8xf32>
  %wb = nn.weight @b : tensor<4x8xf32>
  %b = nn.linear %n, %wb : (tensor<1x8xf32>, tensor<4x8xf32>) -> tensor<1x4xf32>
  return %n, %a, %b : tensor<1x8xf32>, tensor<1x8xf32>, tensor<1x4xf32>
}
func.func @attend(%q: tensor<1x16xf32>, %k: tensor<1x8xf32>, %at: tensor<1xi32>, %table: tensor<1x1xi32>) -> tensor<1x16xf32> {
  %w = nn.kv_append @kv, %k, %k, %at : (tensor<1x8xf32>, tensor<1x8xf32>, tensor<1xi32>) -> !dataflow.token
  %o = nn.attention @kv, %q after %w at %at through %table : (tensor<1x16xf32>, !dataflow.token, tensor<1xi32>, tensor<1x1xi32>) -> tensor<1x16xf32>
  return %o : tensor<1x16xf32>
}
