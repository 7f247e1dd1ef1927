dataflow.schedule @net(%ext: !dataflow.memory<8>, %cmd: !dataflow.stream<!dataflow.bundle<i16, f32>>) {
  %req = dataflow.stream "req" depth 4 : !dataflow.stream<!dataflow.bundle<i32, i16>>
  %in = dataflow.stream "in" depth 64 : !dataflow.stream<f32>
  %end = dataflow.stream "end" depth 2 : !dataflow.stream<!dataflow.token>
  %buf = dataflow.buffer "b" {storage = "block", partition = [2]} : memref<8xf32>
  dataflow.burst_read "r" %ext[%req] to %in max_burst 16
  dataflow.burst_write "w" %in to %ext[%req] done %end max_burst 16
  dataflow.kernel @short(%in = %in : !dataflow.stream<f32>) {
    %x = dataflow.read %in
    dataflow.yield
  }
  dataflow.kernel @scale(%cmd, %in, %buf, %end) {
  ^bb0(%c: !dataflow.stream<!dataflow.bundle<i16, f32>>, %in: !dataflow.stream<f32>, %b: memref<8xf32>, %end: !dataflow.stream<!dataflow.token>):
    %n, %factor = dataflow.command %c
    affine.for %i = 0 to %n {max_trip = 352} {
      %x = dataflow.read %in
      %y = arith.mulf %x, %factor : f32
      affine.store %y, %b[%i] : memref<8xf32>
      dataflow.write %in, %y
    }
    dataflow.write %end
    dataflow.done %end
    dataflow.yield
  }
}
