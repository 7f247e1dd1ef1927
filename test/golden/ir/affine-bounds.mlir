func.func @f(%n: index) {
  affine.for %i = 0 to 8 {
    affine.for %j = affine_map<(d0) -> (d0)>(%i) to min affine_map<(d0)[s0] -> (d0 + s0, 8)>(%i)[%n] step 2 { } {unroll = 2}
  }
  affine.for %i = 0 to %n { } {max_trip = 8}
  return
}
