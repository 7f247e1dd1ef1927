func.func @f(%c: i1, %a: i8) -> i8 {
  scf.if %c { }
  %r = scf.if %c -> (i8) {
    scf.yield %a : i8
  } else {
    %s = arith.addi %a, %a : i8
    scf.yield %s : i8
  }
  return %r : i8
}
