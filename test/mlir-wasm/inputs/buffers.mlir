ml_program.global private mutable @state(dense<0.0> : tensor<4xf32>) : tensor<4xf32>
func.func @update(%x: tensor<4xf32>, %at: index, %v: f32, %c: i1) -> tensor<4xf32> {
  %a = tensor.insert %v into %x[%at] : tensor<4xf32>
  %b = scf.if %c -> tensor<4xf32> {
    %d = tensor.insert %v into %a[%at] : tensor<4xf32>
    scf.yield %d : tensor<4xf32>
  } else {
    scf.yield %a : tensor<4xf32>
  }
  %old = tensor.extract %x[%at] : tensor<4xf32>
  %e = tensor.insert %old into %b[%at] : tensor<4xf32>
  return %e : tensor<4xf32>
}
func.func @state_step() -> tensor<4xf32> {
  %s = ml_program.global_load @state : tensor<4xf32>
  ml_program.global_store @state = %s : tensor<4xf32>
  return %s : tensor<4xf32>
}
