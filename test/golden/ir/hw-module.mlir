hw.module @top(in %clk : !seq.clock, in %rst : i1, in %a : i8, in %addr "the addr" : i6, out q : i8, out "x y" : i8) {
  %c0 = hw.constant 0 : i8
  %sum = comb.add %acc, %a : i8
  %acc = seq.compreg.ce %sum, %clk, %en reset %rst, %c0 : i8
  %en = comb.icmp ult %acc, %a : i8
  %0 = comb.extract %acc from 3 : (i8) -> i2
  %1 = comb.concat %0, %0, %0, %0 : i2, i2, i2, i2
  %2 = comb.replicate %0 : (i2) -> i8
  %m = comb.mux %en, %1, %2 : i8
  %mem = seq.firmem 0, 1, undefined, undefined {init = dense<[1, 2]> : tensor<2xi8>, style = "block"} : <64 x 8>
  %r = seq.firmem.read_port %mem[%addr], clock %clk enable %en : <64 x 8>
  seq.firmem.write_port %mem[%addr] = %m, clock %clk enable %en mask %0 : <64 x 8>
  %t = hw.constant true
  %k = hw.constant -3 : i8
  %w = hw.wire %k {name = "wired"} : i8
  %u.q = hw.instance "u" @sub(a: %r: i8, clk: %clk: !seq.clock) -> (q: i8)
  hw.output %u.q, %w : i8, i8
}
