import { expect, test } from "vitest";
import { tinyCheckpoint, tinyConfig } from "../testing/tiny-model.ts";
import { collectStatistics } from "./collect-statistics.ts";
import { drawToken, tellOwnText } from "./own-text.ts";
import { channelsOf, rescaleStatistics } from "./statistics.ts";

const checkpoint = tinyCheckpoint(tinyConfig);

test("a model's own text is decided by the seed, within its context", () => {
  const size = { sequences: 5, length: 40, seed: 3 };
  const text = tellOwnText(checkpoint, size);
  expect(text).toEqual(tellOwnText(checkpoint, size));
  expect(text.windows).not.toEqual(tellOwnText(checkpoint, { ...size, seed: 4 }).windows);
  expect(text.windows.every((w) => w[0] === 0 && w.length <= 32 && !w.includes(1))).toBe(true);
});

test("tokens are drawn as often as they are likely", () => {
  const logits = Float32Array.of(0, Math.log(3), Number.NEGATIVE_INFINITY);
  const drawn = Array.from({ length: 100 }, (_, i) => drawToken(logits, i / 100));
  expect(drawn.filter((token) => token === 0)).toHaveLength(25);
  expect(drawn.filter((token) => token === 1)).toHaveLength(75);
});

test("statistics are the largest magnitudes of each channel, samples are spread over the text", () => {
  const windows = Array.from({ length: 10 }, (_, i) =>
    Array.from({ length: 20 }, (_, j) => (i + 3 * j) % 10),
  );
  const whole = collectStatistics(checkpoint, { source: "test", windows });
  const parts = windows.map((window) => collectStatistics(checkpoint, { source: "", windows: [window] }));
  for (const input of ["qkv", "wo", "gateUp", "down"] as const) {
    const { largest, samples } = whole.layers[1]?.[input] ?? whole.head;
    const channels = channelsOf(input, tinyConfig);
    expect(largest).toHaveLength(channels);
    expect(samples).toHaveLength(64 * channels);
    for (const [j, value] of largest.entries()) {
      expect(Math.max(...parts.map((part) => part.layers[1]?.[input].largest[j] ?? 0))).toBe(value);
      expect(value).toBeGreaterThanOrEqual(Math.abs(samples[63 * channels + j] ?? 0));
    }
  }
  expect(whole.positions).toBe(200);
});

test("statistics of scaled channels", () => {
  const statistics = { largest: Float32Array.of(4, 9), samples: Float32Array.of(1, 3, 4, 9) };
  expect(rescaleStatistics(statistics, Float32Array.of(2, 3))).toEqual({
    largest: Float32Array.of(2, 3),
    samples: Float32Array.of(0.5, 1, 2, 3),
  });
});
