import { expect, test } from "vitest";
import { type ArrayShape, loadDevice, StepEstimator } from "../../backend-hls/index.ts";
import { RtlSteps } from "../../bench/estimate/rtl-steps.ts";
import { Choices } from "../../bench/fuzz/choices.ts";
import { deviceFor, takeValue, withHardware } from "../../bench/rows/play-configuration.ts";
import { playMixed } from "../../bench/rows/play-mixed.ts";
import { plainConfig, randomCheckpoint } from "../../bench/rows/random-checkpoint.ts";
import {
  type CompiledDesign,
  chooseMemory,
  compileDesign,
  consecutiveRows,
  packModel,
} from "../../cli/index.ts";
import { parsePrecision, type QuantizedModel, quantizeTo } from "../../frontend/index.ts";
import { findTool } from "../../sim/index.ts";

const file = takeValue(loadDevice("ref64"));

/** Sizes that are multiples of nothing, a window, biases and normalized heads. */
const checkpoint = randomCheckpoint(
  { ...plainConfig, layers: 2, window: 5, hidden: 17, ffn: 27, qkvBias: true, qkNorm: true },
  3,
);

function quantizedAs(name: string, kv: 8 | 16): QuantizedModel {
  return quantizeTo(checkpoint, takeValue(parsePrecision(name, { kv })));
}

function designOf(quantized: QuantizedModel, array: ArrayShape): CompiledDesign {
  const device = deviceFor(file, array);
  const sizes = { blockSize: 4, maxContext: 32, sequences: 5 };
  return takeValue(compileDesign({ checkpoint, device, array, ...sizes, quantized }));
}

const outputs = { candidates: 3, logits: true };
const cases: readonly (readonly [string, 8 | 16, ArrayShape])[] = [
  ["w16a16", 16, { pn: 1, pk: 4, pt: 2, rows: 4, outputs }],
  ["w16a16", 8, { pn: 4, pk: 4, rows: 3, ph: 2, outputs }],
  ["w8a8", 16, { pn: 2, pk: 8, pt: 2, rows: 4, ph: 2, outputs }],
];

test.each(cases)(
  "%s with %i bits of a key or value: hardware gives what the reference gives in any mixture of rows, under back-pressure too",
  async (name, kv, array) => {
    const design = designOf(quantizedAs(name, kv), array);
    for (const backPressure of [undefined, 1]) {
      const played = await withHardware(design, { simulator: "embedded", backPressure }, (device) =>
        playMixed(device, design.openReference(), { sequences: 3, length: 14, choices: new Choices(4) }),
      );
      expect(played.difference).toBeUndefined();
      expect(played.emissions).toBeGreaterThan(5);
    }
  },
);

test.each(cases)("%s with %i bits: the estimate is the hardware's, to the cycle", async (name, kv, array) => {
  const quantized = quantizedAs(name, kv);
  const { compiled } = designOf(quantized, array);
  const { layout, plan } = compiled;
  const sizes = { memoryBytes: layout.bytes, beatBytes: plan.beatBytes, clockMhz: file.clock_mhz };
  const memory = takeValue(chooseMemory(undefined, file, sizes)).parameters;
  const image = new Uint8Array(layout.bytes);
  image.set(packModel(quantized, compiled));
  const rtl = await RtlSteps.open(compiled, memory, image);
  const estimator = new StepEstimator(compiled, { memory });
  for (const position of [0, 7]) {
    const rows = consecutiveRows(compiled, { rows: array.rows, position });
    const measured = await rtl.step(rows);
    const estimated = estimator.step(rows, measured.start);
    expect(estimated.cycles).toBe(measured.counters["total"]);
    expect({ ...measured.counters, ...estimated.counters }).toEqual(measured.counters);
  }
  await rtl.close();
});

test.skipIf(findTool("verilator") === undefined)(
  "Verilator runs 16 bits as the reference does",
  { timeout: 300_000 },
  async () => {
    const design = designOf(quantizedAs("w16a16", 16), { pn: 2, pk: 4, rows: 2, outputs });
    const played = await withHardware(design, { simulator: "verilator" }, (device) =>
      playMixed(device, design.openReference(), { sequences: 2, length: 9, choices: new Choices(6) }),
    );
    expect(played.difference).toBeUndefined();
  },
);
