func.func @f(%a: i8, %b: i16) {
  %0 = "arith.addi"(%a, %b) : (i8, i16) -> i8
  "comb.extract"(%a) : (i8) -> ()
  return
}
