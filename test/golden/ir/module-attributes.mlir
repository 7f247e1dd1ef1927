module @named attributes {hidalgo.level = 5 : i32, hidalgo.note = "x"} {
}
