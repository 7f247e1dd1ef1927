func.func @f(%v: vector<4xi8>, %a: i8) {
  %0 = vector.extract %v[3] : vector<4xi8>
  %1 = vector.from_elements %a, %0 : vector<2xi8>
  %2 = vector.bitcast %1 : vector<2xi8> to vector<1xi16>
  %3 = memref.alloc() {name = "acc", storage = "reg", partition = [2]} : memref<4xvector<2xi8>>
  return
}
