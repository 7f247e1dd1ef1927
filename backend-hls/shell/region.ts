import { type HwBuilder, type Value, widthOf } from "../../ir/index.ts";

/** Whether [start, end) leaves [base, limit); `end` may have more bits, so that it cannot wrap. */
export function leavesRegion(
  b: HwBuilder,
  range: { readonly start: Value; readonly end: Value },
  region: { readonly base: Value; readonly limit: Value },
): Value {
  return b.or(
    b.icmp("ult", range.start, region.base),
    b.icmp("ugt", range.end, b.resize(region.limit, widthOf(range.end))),
  );
}
