import { isDeepStrictEqual } from "node:util";
import { parsePrecision } from "../../../frontend/index.ts";
import { CompilerBug } from "../../../ir/index.ts";
import type { PlannedHardware } from "../plan-hardware.ts";
import type { Variant } from "./variants.ts";

/** A row's hardware, as far as the check of a table looks. */
interface CheckedHardware {
  readonly variant: Pick<Variant, "key" | "format" | "precision" | "schedule">;
  readonly hardware: {
    readonly plan: Pick<PlannedHardware["plan"], "precision">;
    readonly system: Pick<PlannedHardware["system"], "designId">;
  };
}

/** Throws where hardware does not compute in the number formats of its row, or these are not what their name says. */
export function checkVariant(
  { key, format, precision }: CheckedHardware["variant"],
  { plan }: CheckedHardware["hardware"],
): void {
  if (!isDeepStrictEqual(plan.precision, precision))
    throw new CompilerBug(`${key}: the hardware computes in ${JSON.stringify(plan.precision)}`);
  const named = parsePrecision(format);
  const isNamed =
    named.kind === "ok" &&
    named.value.weights.kind === precision.weights.kind &&
    named.value.activations.kind === precision.activations.kind &&
    scalesOf(named.value.activations) === scalesOf(precision.activations) &&
    (named.value.outliers === undefined) === (precision.outliers === undefined);
  if (!isNamed) throw new CompilerBug(`${key}: its number formats are not those of ${format}`);
}

function scalesOf(activations: { readonly kind: string; readonly scales?: string }): string | undefined {
  return activations.scales;
}

/** Throws where two rows of different number formats or schedules have the same hardware: one of them ignores what it is about. */
export function checkDistinct(rows: readonly CheckedHardware[]): void {
  for (const [index, one] of rows.entries())
    for (const other of rows.slice(0, index)) {
      const [a, b] = [one.variant, other.variant];
      const isAlike = isDeepStrictEqual(a.precision, b.precision) && a.schedule === b.schedule;
      if (!isAlike && one.hardware.system.designId === other.hardware.system.designId)
        throw new CompilerBug(`${a.key} and ${b.key} have the same hardware`);
    }
}
