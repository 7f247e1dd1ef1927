#map = affine_map<(d0, d1)[s0] -> (d0 floordiv 4 + s0, (d1 ceildiv 2) mod 3, -d0)>
#set = affine_set<(d0)[s0] : (d0 >= 0, d0 - s0 == 0)>
!pair = tuple<i32, memref<4x?xf32, strided<[?, 1], offset: 2>, 3 : i32>>
module @outer attributes {x.map = #map, x.set = #set, x.unit} {
  func.func private @types(!pair, none, complex<f32>, vector<[4]x2xi1>, tensor<*xf16>, si4, ui7, memref<*xi8>)
      attributes {x.dict = {a = [1, 2.5 : f16, "s\0A", @outer::@inner], b = i8}, x.arr = array<i64: 1, -2>,
                  x.loc = loc("f":1:2), x.opaque = #dialect<"text">} 
  func.func private @fn((i32, (f32) -> ()) -> (index, i1))
  "test.op"() <{p = 1 : i8}> {"odd name" = 0x7F : i16, f = dense<1> : tensor<i32>} : () -> ()
  module @inner {
  }
}
