#file = loc("model.py":3:4)
#fused = loc(fused<"pass">["a.mlir":1:2, "name"(#file)])
func.func @f(%x: i32 loc("x")) -> i32 {
  %a = arith.addi %x, %x : i32 loc(callsite("inner" at #file))
  %b = arith.muli %a, %x : i32 loc(#fused)
  %c = arith.subi %b, %a : i32 loc(unknown)
  return %c : i32
} loc("a.mlir":10:1 to 12:5)
