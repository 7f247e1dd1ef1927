func.func @f() {
  %a = arith.constant -5 : i32
  %b = arith.constant 1.0e-7 : f32
  %c = arith.constant 0x7FC00000 : f32
  %d = arith.constant 0xFF80 : bf16
  %e = arith.constant -0.0 : f32
  %f = arith.constant false
  %g = arith.constant 3 : index
  %h = arith.constant dense<[1, -2]> : tensor<2xi8>
  %x = arith.cmpi ult, %a, %a : i32
  %y = arith.cmpf une, %b, %c : f32
  %z = arith.select %x, %b, %c : f32
  %w = fx.to_int %b : f32 to i8
  return
}
