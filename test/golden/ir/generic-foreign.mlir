#map = affine_map<(d0) -> (d0)>
!word = i32
"foreign.op"() ({
  %a:2 = "x.y"() <{p = 1}> {q = #foo.z<a b>, m = #map, s = @a::@b, un, "od d" = "a\"\\é\0A"} : () -> (!word, tensor<*xf32>)
  "x.z"(%a#1, %a#0, %later) : (tensor<*xf32>, i32, !foo.bar<4x8>) -> ()
  %later = "x.w"() : () -> !foo.bar<4x8>
}, {
^bb0(%b: i8, %c: f32):
  "x.t"(%b) {big = dense<[[1.0, 2.0], [0x7F800000, -3.5]]> : tensor<2x2xf32>, splat = dense<1> : tensor<4xi8>} : (i8) -> ()
}, {
}) : () -> ()
