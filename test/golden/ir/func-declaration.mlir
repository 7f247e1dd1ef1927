func.func private @g(i8, memref<4xi8>) -> (i8, i8)
func.func @h(%a: i8 {nn.role = "weight"}) -> i8 attributes {top} { return %a : i8 }
