func.func @loops(%m: memref<?x?xf32>, %n: index, %flag: i1) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %sum = scf.for %i = %c0 to %n step %c1 iter_args(%acc = %zero) -> (f32) {
    %row = scf.for %j = %c0 to %n step %c1 iter_args(%inner = %acc) -> (f32) {
      %v = memref.load %m[%i, %j] : memref<?x?xf32>
      %s = arith.addf %inner, %v : f32
      scf.yield %s : f32
    }
    scf.yield %row : f32
  }
  %r = scf.if %flag -> f32 {
    scf.yield %sum : f32
  } else {
    scf.yield %zero : f32
  }
  scf.parallel (%i, %j) = (%c0, %c0) to (%n, %n) step (%c1, %c1) {
    memref.store %r, %m[%i, %j] : memref<?x?xf32>
    scf.reduce
  }
  %w = scf.while (%x = %r) : (f32) -> f32 {
    %go = arith.cmpf olt, %x, %zero : f32
    scf.condition(%go) %x : f32
  } do {
  ^bb0(%x: f32):
    %y = arith.mulf %x, %x : f32
    scf.yield %y : f32
  }
  %case = scf.index_switch %n -> f32
  case 2 {
    scf.yield %w : f32
  }
  default {
    scf.yield %r : f32
  }
  scf.forall (%i) in (8) {
    %q = arith.addi %i, %c1 : index
  }
  return %case : f32
}
