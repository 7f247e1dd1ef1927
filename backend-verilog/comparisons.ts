function order(predicate: number, a: bigint, b: bigint): boolean {
  switch (predicate) {
    case 0:
      return a === b;
    case 1:
      return a !== b;
    case 2:
    case 6:
      return a < b;
    case 3:
    case 7:
      return a <= b;
    case 4:
    case 8:
      return a > b;
    default:
      return a >= b;
  }
}

/** The outcome of a comparison with constants where it does not depend on the other side; linters reject such text. */
export function constantComparison(
  predicate: number,
  bits: number,
  left: bigint | undefined,
  right: bigint | undefined,
): boolean | undefined {
  const signed = predicate >= 2 && predicate <= 5;
  const number = (value: bigint): bigint => (signed ? BigInt.asIntN(bits, value) : value);
  if (left !== undefined && right !== undefined) return order(predicate, number(left), number(right));
  if (predicate < 2 || (left === undefined && right === undefined)) return undefined;
  const least = signed ? -(1n << BigInt(bits - 1)) : 0n;
  const most = least + (1n << BigInt(bits)) - 1n;
  const atExtremes = [least, most].map((other) =>
    order(predicate, left === undefined ? other : number(left), right === undefined ? other : number(right)),
  );
  return atExtremes[0] === atExtremes[1] ? atExtremes[0] : undefined; // comparisons are monotone
}
