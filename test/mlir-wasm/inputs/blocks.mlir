func.func @collatz(%n: i32, %go: i1) -> i32 {
  %zero = arith.constant 0 : i32
  %one = arith.constant 1 : i32
  cf.br ^head(%n, %zero : i32, i32)
^head(%x: i32, %steps: i32):
  %done = arith.cmpi sle, %x, %one : i32
  cf.cond_br %done, ^exit(%steps : i32), ^body
^body:
  %odd = arith.andi %x, %one : i32
  %isodd = arith.cmpi eq, %odd, %one : i32
  %half = arith.shrui %x, %one : i32
  %three = arith.muli %x, %x : i32
  %next = arith.select %isodd, %three, %half : i32
  %more = arith.addi %steps, %one : i32
  cf.br ^head(%next, %more : i32, i32)
^exit(%r: i32):
  cf.assert %go, "must go"
  cf.switch %r : i32, [
    default: ^last(%r : i32),
    7: ^last(%zero : i32)
  ]
^last(%v: i32):
  return %v : i32
}
