import {
  AffineStoreOp,
  ArithIndexCastOp,
  ArithIndexCastUIOp,
  at,
  type Operation,
  type Value,
} from "../../ir/index.ts";

/** The integer that was cast to an index, or the value itself. */
export function withoutCast(value: Value): Value {
  const { producer } = value;
  return producer?.name === ArithIndexCastOp.name || producer?.name === ArithIndexCastUIOp.name
    ? at(producer.operands, 0)
    : value;
}

/** Places of the arrays that the kernel stores to. */
export function storedArrays(kernel: Operation, arrays: readonly Value[]): ReadonlySet<number> {
  const stored = new Set<number>();
  for (const op of kernel.walk()) {
    const store = AffineStoreOp.match(op);
    if (store !== undefined) stored.add(arrays.indexOf(store.operands.memref));
  }
  return stored;
}
