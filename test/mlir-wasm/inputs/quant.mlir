!act = !quant.uniform<i8:f32, 0.0625:-3>
!sym = !quant.uniform<i8<-127:127>:f32, 0.5>
!axis = !quant.uniform<u8:f32:1, {2.0:128, 0.25:10, 1.0e-3}>
!block = !quant.uniform<i8:f32:{0:1, 1:2}, {{2.0, 3.0}, {4.0, 5.0}}>
!any = !quant.any<i8<-8:7>:f32>
!calibrated = !quant.calibrated<f32<-0.998:1.2321>>
func.func @casts(%x: tensor<4x3xf32>, %y: f32) -> tensor<4x3xf32> {
  %q = quant.qcast %x : tensor<4x3xf32> to tensor<4x3x!act>
  %s = quant.scast %q : tensor<4x3x!act> to tensor<4x3xi8>
  %t = quant.scast %s : tensor<4x3xi8> to tensor<4x3x!sym>
  %d = quant.dcast %t : tensor<4x3x!sym> to tensor<4x3xf32>
  %a = quant.qcast %d : tensor<4x3xf32> to tensor<4x3x!axis>
  %b = quant.dcast %a : tensor<4x3x!axis> to tensor<4x3xf32>
  return %b : tensor<4x3xf32>
}
func.func private @types(tensor<2x4x!block>, tensor<2x!any>, tensor<2x!calibrated>)
func.func @boundary(%x: tensor<2x!act>) -> tensor<2x!act> {
  return %x : tensor<2x!act>
}
