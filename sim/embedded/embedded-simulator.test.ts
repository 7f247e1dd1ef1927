import fc from "fast-check";
import { expect, test } from "vitest";
import { Oracle } from "../testing/oracle.ts";
import { Choices, randomDesign } from "../testing/random-design.ts";
import { buildEmbedded } from "./embedded-simulator.ts";

test("random designs give the outputs of the reference in every cycle, also where instances come to rest", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 1_000_000 }), fc.integer({ min: 1, max: 60 }), async (seed, size) => {
      const design = randomDesign(seed, size);
      const built = buildEmbedded(design.top, design.modules, { regions: { fewest: 1, most: seed % 12 } });
      if (built.kind === "error") throw new Error(JSON.stringify(built.diagnostics));
      const oracle = new Oracle(design.top, design.modules);
      const c = new Choices(seed + 7);
      for (let cycle = 0; cycle < 48; cycle += 1) {
        const stimuli: (readonly [string, bigint])[] = [
          ["rst", cycle < 2 || (cycle % 16 < 8 && c.below(12) === 0) ? 1n : 0n],
          ...(cycle > 12 && cycle < 36
            ? []
            : design.inputs.map((input) => [input.name, c.bits(input.width)] as const)),
        ];
        for (const [name, value] of stimuli) {
          built.value.poke(name, value);
          oracle.poke(name, value);
        }
        for (const { name } of design.outputs) {
          const actual = await built.value.peek(name);
          if (actual !== oracle.peek(name))
            expect(`cycle ${String(cycle)} ${name} ${actual.toString(16)}`).toBe(
              `cycle ${String(cycle)} ${name} ${oracle.peek(name).toString(16)}`,
            );
        }
        await built.value.run(1);
        oracle.step();
      }
    }),
    { numRuns: 300, seed: 1 },
  );
});
