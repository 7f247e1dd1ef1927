import type { IcmpPredicate } from "../../ir/index.ts";

/** JavaScript's comparisons, on numbers that were made signed or unsigned before. */
export const COMPARISON_SYMBOLS: Readonly<Record<IcmpPredicate, string>> = {
  eq: "===",
  ne: "!==",
  slt: "<",
  sle: "<=",
  sgt: ">",
  sge: ">=",
  ult: "<",
  ule: "<=",
  ugt: ">",
  uge: ">=",
};
