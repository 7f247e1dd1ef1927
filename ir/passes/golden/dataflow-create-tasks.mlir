// RUN: dataflow-create-tasks
// Products of one vector share a task with what follows them element by element; quantization begins a task.
func.func @gated(%x: tensor<1x8xf32>, %s1: tensor<16xf32>, %s2: tensor<16xf32>, %w3: tensor<8x16xi8>, %s3: tensor<8xf32>) -> tensor<1x8xf32> {
  %q, %s = nn.quantize %x : (tensor<1x8xf32>) -> (tensor<1x8xi8>, tensor<1xf32>)
  %w = nn.weight @gate_and_up : tensor<16x8xi8>
  %gate = nn.qlinear %q, %s, %w, %s1 : (tensor<1x8xi8>, tensor<1xf32>, tensor<16x8xi8>, tensor<16xf32>) -> tensor<1x16xf32>
  %up = nn.qlinear %q, %s, %w, %s2 : (tensor<1x8xi8>, tensor<1xf32>, tensor<16x8xi8>, tensor<16xf32>) -> tensor<1x16xf32>
  %h = nn.silu_mul %gate, %up : tensor<1x16xf32>
  %hq, %hs = nn.quantize %h : (tensor<1x16xf32>) -> (tensor<1x16xi8>, tensor<1xf32>)
  %down = nn.qlinear %hq, %hs, %w3, %s3 : (tensor<1x16xi8>, tensor<1xf32>, tensor<8x16xi8>, tensor<8xf32>) -> tensor<1x8xf32>
  %y = nn.add %x, %down : tensor<1x8xf32>
  return %y : tensor<1x8xf32>
}
