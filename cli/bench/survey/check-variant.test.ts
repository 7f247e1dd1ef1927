import { expect, test } from "vitest";
import { CompilerBug } from "../../../ir/index.ts";
import { checkDistinct, checkVariant } from "./check-variant.ts";
import { standard, variants } from "./variants.ts";

test("every row's number formats are what their name says, and its hardware has to have them", () => {
  for (const variant of variants) {
    const system = { designId: 1n };
    checkVariant(variant, { plan: { precision: variant.precision }, system });
    const other = { ...variant.precision, kvBits: variant.precision.kvBits === 8 ? 16 : 8 } as const;
    expect(() => {
      checkVariant(variant, { plan: { precision: other }, system });
    }).toThrow(CompilerBug);
    expect(() => {
      checkVariant({ ...variant, format: "smoothquant-o2" }, { plan: variant, system });
    }).toThrow(CompilerBug);
  }
});

test("rows of different number formats or schedules have different hardware", () => {
  const designOf = (variant: (typeof variants)[number], designId: bigint) => ({
    variant,
    hardware: { plan: variant, system: { designId } },
  });
  const distinct = variants.map((variant) => {
    const same = variants.findIndex(
      ({ precision, schedule }) =>
        schedule === variant.schedule && JSON.stringify(precision) === JSON.stringify(variant.precision),
    );
    return designOf(variant, BigInt(same));
  });
  checkDistinct(distinct);
  for (const { variant } of distinct.filter(({ hardware }) => hardware.system.designId > 0n))
    expect(() => {
      checkDistinct([designOf(standard, 0n), designOf(variant, 0n)]);
    }).toThrow(CompilerBug);
});
