func.func @m(%x: f32, %y: f32, %v: vector<4xf32>, %i: i32, %j: index) -> f32 {
  %0 = math.exp %x : f32
  %1 = math.tanh %0 : f32
  %2 = math.powf %1, %y : f32
  %3 = math.rsqrt %2 : f32
  %4 = arith.mulf %3, %x : f32
  %5 = arith.addf %4, %y : f32
  %6 = math.ceil %5 : f32
  %7 = math.roundeven %6 : f32
  %8 = math.sqrt %v : vector<4xf32>
  %9 = math.ctlz %i : i32
  %10 = arith.ceildivsi %i, %9 : i32
  %11 = arith.floordivsi %10, %i : i32
  %12 = arith.sitofp %11 : i32 to f32
  %13 = arith.maximumf %7, %12 : f32
  %14:2 = arith.mulsi_extended %i, %9 : i32
  %15 = index.add %j, %j
  %16 = index.casts %15 : index to i64
  %17 = arith.truncf %x : f32 to bf16
  %18 = arith.extf %17 : bf16 to f32
  %19 = arith.bitcast %18 : f32 to i32
  %20 = arith.addf %13, %18 fastmath<nnan,contract> : f32
  %21 = ub.poison : f32
  return %20 : f32
}
