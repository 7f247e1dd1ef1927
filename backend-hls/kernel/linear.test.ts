import { expect, test } from "vitest";
import { linearConstant, linearDivide, linearScale } from "./linear.ts";

test("a sum of multiples divided by a number stays whole", () => {
  for (let divisor = 1; divisor <= 1000; divisor++) {
    const { constant } = linearDivide(linearScale(linearConstant(3), divisor), divisor);
    expect(constant).toBe(3);
  }
});
