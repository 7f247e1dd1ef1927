func.func private @square(%x: i32) -> i32 {
  %y = arith.muli %x, %x : i32
  return %y : i32
}
func.func private @unused() {
  return
}
func.func @top(%x: i32, %m: memref<8xi32>) -> i32 {
  %two = arith.constant 2 : i32
  %a = call @square(%x) : (i32) -> i32
  %b = call @square(%two) : (i32) -> i32
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %c8 step %c1 {
    %k = arith.addi %a, %b : i32
    memref.store %k, %m[%i] : memref<8xi32>
  }
  %same = arith.muli %x, %x : i32
  %d = arith.addi %same, %a : i32
  return %d : i32
}
