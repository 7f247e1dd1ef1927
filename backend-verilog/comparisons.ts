import { at, foldCompare, ICMP_PREDICATES } from "../ir/index.ts";

/** The outcome of a comparison with constants where it does not depend on the other side; linters reject such text. */
export function constantComparison(
  predicate: number,
  bits: number,
  left: bigint | undefined,
  right: bigint | undefined,
): boolean | undefined {
  const holds = (a: bigint, b: bigint): boolean => foldCompare(at(ICMP_PREDICATES, predicate), a, b, bits);
  if (left !== undefined && right !== undefined) return holds(left, right);
  if (predicate < 2 || (left === undefined && right === undefined)) return undefined;
  const signed = predicate <= 5;
  const least = signed ? 1n << BigInt(bits - 1) : 0n;
  const most = (signed ? least : 1n << BigInt(bits)) - 1n;
  const atExtremes = [least, most].map((other) => holds(left ?? other, right ?? other));
  return atExtremes[0] === atExtremes[1] ? atExtremes[0] : undefined; // comparisons are monotone
}
