import { expect, test } from "vitest";
import { type Calibration, type Precision, parsePrecision } from "../../frontend/index.ts";
import { fitOutliers } from "./fit-outliers.ts";

/** Of one layer, whose `down` reads 100 channels of magnitudes 0.1, 0.2, … 10; everything else is small. */
function calibration(): Calibration {
  const small = { largest: new Float32Array(4).fill(0.5), samples: new Float32Array(0) };
  const down = {
    largest: Float32Array.from({ length: 100 }, (_, i) => (i + 1) / 10),
    samples: small.samples,
  };
  const layer = { qkv: small, wo: small, gateUp: small, down };
  return { sha256: "", source: "test", positions: 1, windows: [], layers: [layer], head: small };
}

function llmInt8(threshold?: number): Precision {
  const precision = parsePrecision("llm.int8", { threshold });
  if (precision.kind === "error") throw new Error("a known name");
  return precision.value;
}

test("nobody's threshold rises until eight columns are left, and says so", () => {
  const told: string[] = [];
  const fitted = fitOutliers(llmInt8(), calibration(), { onProgress: (line) => told.push(line) });
  expect(fitted).toMatchObject({ kind: "ok", value: { outliers: { threshold: 9.21, isUsual: false } } });
  expect(told).toEqual([
    "llm.int8: 41 columns of the input of down in layer 0 reach 6, so the threshold is 9.21, which leaves 8 of a vector at most; --threshold 3.61 leaves the 64 that hardware can have",
  ]);
});

test("a threshold that was asked for is kept up to 64 columns of a vector, and refused beyond", () => {
  for (const threshold of [6, 3.61, 20])
    expect(fitOutliers(llmInt8(threshold), calibration())).toMatchObject({
      value: { outliers: { threshold } },
    });
  const refused = fitOutliers(llmInt8(3.5), calibration());
  expect(refused).toMatchObject({
    kind: "error",
    diagnostics: [
      {
        code: "CLI0160",
        message:
          "66 columns of the input of down in layer 0 reach 3.5, hardware multiplies at most 64 of a vector in 16 bits",
        expected: "--threshold of at least 3.61",
      },
    ],
  });
});
