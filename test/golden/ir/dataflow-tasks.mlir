func.func @f(%t: tensor<2x?xf32>) -> tensor<2x?xf32> {
  %r = dataflow.dispatch -> (tensor<2x?xf32>) {
    %s = dataflow.task "norm" -> (tensor<2x?xf32>) {
      dataflow.yield %t : tensor<2x?xf32>
    }
    dataflow.task { dataflow.yield }
    dataflow.yield %s : tensor<2x?xf32>
  }
  return %r : tensor<2x?xf32>
}
