func.func @constants() {
  %0 = arith.constant -170141183460469231731687303715884105728 : i128
  %1 = arith.constant 1.5 : f16
  %2 = arith.constant 0x7FC0 : bf16
  %3 = arith.constant 0x7F800000 : f32
  %4 = arith.constant -0.0 : f64
  %5 = arith.constant 1.17549435E-38 : f32
  %6 = arith.constant 3.14159265358979323846 : f64
  %7 = arith.constant dense<[[1, -2], [3, 4]]> : tensor<2x2xi8>
  %8 = arith.constant dense<0.1> : vector<4xf32>
  %9 = arith.constant dense<"0x000000800000803F"> : tensor<2xf32>
  %10 = arith.constant sparse<[[0, 1], [2, 3]], [7, 9]> : tensor<3x4xi32>
  %11 = arith.constant true
  %12 = arith.constant dense<[true, false, true]> : tensor<3xi1>
  %13 = arith.constant dense<[]> : tensor<0xf32>
  %14 = arith.constant 1.0 : f8E4M3FN
  %15 = arith.constant 0.25 : f8E5M2
  %16 = arith.constant 123456789012 : index
  %17 = arith.constant dense<(1.0, 2.0)> : tensor<2xcomplex<f32>>
  %18 = complex.constant [1.0, -1.0] : complex<f64>
  %19 = arith.constant dense_resource<blob> : tensor<2xi32>
  %20 = arith.constant 2.0 : tf32
  return
}
{-#
  dialect_resources: {
    builtin: {
      blob: "0x040000000100000002000000"
    }
  }
#-}
