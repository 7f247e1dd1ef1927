// Grouped-query attention of four rows over a paged int8 cache: four query heads, two key/value heads of 16 channels.
// Row t stores its key and value in slot slots[t], then sees the positions of its block table up to its own.
nn.kv_cache "kv" {blocks = 4, block_size = 16, kv_heads = 2, head_dim = 16, element = i8}

func.func @attention(
    %q: tensor<4x64xf32>, %k: tensor<4x32xf32>, %v: tensor<4x32xf32>,
    %positions: tensor<4xi32>, %slots: tensor<4xi32>, %table: tensor<4x4xi32>) -> tensor<4x64xf32> {
  %k8, %sk = nn.quantize_heads %k : (tensor<4x32xf32>) -> (tensor<4x32xi8>, tensor<4x2xf32>)
  %v8, %sv = nn.quantize_heads %v : (tensor<4x32xf32>) -> (tensor<4x32xi8>, tensor<4x2xf32>)
  %written = nn.kv_write @kv, %k8, %sk, %v8, %sv, %slots
    : (tensor<4x32xi8>, tensor<4x2xf32>, tensor<4x32xi8>, tensor<4x2xf32>, tensor<4xi32>) -> !dataflow.token
  %q8, %t = nn.quantize_heads %q : (tensor<4x64xf32>) -> (tensor<4x64xi8>, tensor<4x4xf32>)
  %o = nn.paged_attention @kv, %q8, %t after %written at %positions through %table {window = 48}
    : (tensor<4x64xi8>, tensor<4x4xf32>, !dataflow.token, tensor<4xi32>, tensor<4x4xi32>) -> tensor<4x64xf32>
  return %o : tensor<4x64xf32>
}
