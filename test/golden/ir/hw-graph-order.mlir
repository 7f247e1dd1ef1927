hw.module @counter(in %clk : !seq.clock, out q : i4) {
  %next = comb.add %q, %one : i4
  %q = seq.compreg %next, %clk : i4
  %one = hw.constant 1 : i4
  %anonymous = seq.compreg %q, %clk {name = ""} : i4
  %2 = seq.compreg %q, %clk {name = "other"} : i4
  hw.output %q : i4
}
