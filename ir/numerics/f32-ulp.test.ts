import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { decisiveRanges, MEASURED, measureUlp } from "./bench/ulp.ts";
import { recordGraph } from "./bit-ops-record.ts";
import { FLOAT_PRIMITIVES } from "./primitives.ts";

/** Prime, so that every residue of the table segments is met; bench/float.ts takes every input. */
const STEP = 97;
const ranges = decisiveRanges(STEP);

test.each(["recip", "rsqrt", "exp"] as const)(
  "%s stays within its stated error and keeps the order",
  (name) => {
    const report = measureUlp(MEASURED[name], ranges[name]);
    expect(report.inputs).toBeGreaterThan(80_000);
    expect(report.maxUlp).toBeLessThanOrEqual(FLOAT_PRIMITIVES[name].error.maxUlp);
    expect(report.monotonicityBreaks).toBe(0);
  },
);

test("the tables are the same on every machine", () => {
  const hash = createHash("sha256");
  for (const name of ["recip", "rsqrt", "exp"] as const) {
    for (const node of recordGraph([32], FLOAT_PRIMITIVES[name].build).nodes) {
      if (node.kind === "table") hash.update(node.values.join(","));
    }
  }
  expect(hash.digest("hex").slice(0, 16)).toMatchInlineSnapshot(`"dcb58d1e28065728"`);
});
