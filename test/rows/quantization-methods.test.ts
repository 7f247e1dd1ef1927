import { expect, test } from "vitest";
import { type ArrayShape, loadDevice } from "../../backend-hls/index.ts";
import { Choices } from "../../bench/fuzz/choices.ts";
import { takeValue, withHardware } from "../../bench/rows/play-configuration.ts";
import { playMixed } from "../../bench/rows/play-mixed.ts";
import { quantizeRandom } from "../../bench/rows/quantize-random.ts";
import { plainConfig, randomCheckpoint } from "../../bench/rows/random-checkpoint.ts";
import { compileDesign } from "../../cli/index.ts";
import type { PrecisionOptions } from "../../frontend/index.ts";

const file = takeValue(loadDevice("ref64"));
const config = { ...plainConfig, layers: 2, window: 11 };
const checkpoint = randomCheckpoint(config, 1);
const outputs = { candidates: 3, logits: true };

const cases: readonly (readonly [string, PrecisionOptions, ArrayShape])[] = [
  ["smoothquant-o1", {}, { pn: 2, pk: 4, rows: 3, outputs }],
  ["smoothquant-o3", {}, { pn: 2, pk: 4, pt: 2, rows: 4, outputs }],
  ["w4a8", { rounding: "nearest" }, { pn: 1, pk: 16, pt: 2, rows: 4, outputs }],
  ["w4a8-g64", { rounding: "gptq" }, { pn: 2, pk: 8, rows: 3, outputs }],
  ["llm.int8", { threshold: 100 }, { pn: 2, pk: 4, rows: 3, outputs }],
  ["llm.int8", { threshold: 1.5 }, { pn: 2, pk: 4, pt: 2, rows: 4, outputs }],
];

test.each(cases)(
  "%s %o: rows of several sequences in hardware give what the reference gives, with pauses of the memory too",
  async (name, options, array) => {
    const quantized = quantizeRandom(checkpoint, name, options);
    const design = takeValue(
      compileDesign({
        checkpoint,
        quantized,
        device: file,
        array,
        blockSize: 4,
        maxContext: 16,
        sequences: 4,
      }),
    );
    const cycles = new Set<number>();
    for (const backPressure of [undefined, 3]) {
      const played = await withHardware(design, { simulator: "embedded", backPressure }, (device) =>
        playMixed(device, design.openReference(), { sequences: 3, length: 8, choices: new Choices(2) }),
      );
      expect(played.difference).toBeUndefined();
      expect(played.emissions).toBeGreaterThan(1);
      cycles.add(played.cycles);
    }
    expect(cycles.size).toBe(2);
  },
);
