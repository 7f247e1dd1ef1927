import type { Value } from "../../../ir/index.ts";
import type { LateInstance } from "../late-instance.ts";

/** The signals `names` of `from`, renamed from one prefix to another. */
export function wires(
  from: LateInstance,
  prefixes: { readonly from: string; readonly to: string },
  names: readonly string[],
): Record<string, Value> {
  return Object.fromEntries(
    names.map((name) => [`${prefixes.to}${name}`, from.out(`${prefixes.from}${name}`)]),
  );
}
