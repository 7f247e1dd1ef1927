import { expect, test } from "vitest";
import { createOperatorLibrary, pipelinedPrimitive } from "../backend-hls/index.ts";
import { FLOAT_PRIMITIVES, type FloatPrimitiveName, scalarWidth } from "../ir/index.ts";
import { hasYosys, measureRegisterTiming } from "./register-timing.ts";

test.skipIf(!hasYosys()).each(["add", "max", "sitofp_i16"] as const)(
  "%s keeps cell delays within half the period of 7-series at 200 MHz (needs yosys)",
  (name) => {
    const library = createOperatorLibrary("xc7", 200);
    const { operands, result } = FLOAT_PRIMITIVES[name];
    const found = measureRegisterTiming(
      pipelinedPrimitive(library, name).module,
      operands.map(scalarWidth),
      scalarWidth(result),
    );
    expect(found?.arrivalPs).toBeLessThanOrEqual(library.periodPs / 2);
  },
);

test.each([
  ["xcup", 250, { add: 7, mul: 5, sitofp_i32: 4, fptosi_i32: 4, scale2: 3, exp: 14, recip: 12, rsqrt: 12 }],
  ["xc7", 100, { add: 5 }],
] as const)("latencies on %s at %i MHz", (family, clock, limits) => {
  const library = createOperatorLibrary(family, clock);
  for (const [name, most] of Object.entries(limits)) {
    const primitive = name as FloatPrimitiveName; // the keys above
    const { latencyCycles } = pipelinedPrimitive(library, primitive).characteristics;
    expect([name, latencyCycles <= most, latencyCycles]).toEqual([name, true, latencyCycles]);
  }
});

test.each(["ecp5", "ice40"] as const)("every primitive can be cut on %s", (family) => {
  const library = createOperatorLibrary(family, 24);
  for (const name of ["add", "mul", "exp"] as const)
    expect(pipelinedPrimitive(library, name).characteristics.latencyCycles).toBeGreaterThanOrEqual(0);
});
