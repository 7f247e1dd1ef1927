import { join } from "node:path";
import { expect, test } from "vitest";
import { loadDevice } from "../../backend-hls/index.ts";
import { takeValue } from "../../bench/rows/play-configuration.ts";
import { casesOf, comparePrecision, type TrainedModel } from "../../bench/rows/precision-cases.ts";
import { loadModel } from "../../frontend/index.ts";
import { at } from "../../ir/index.ts";
import { sharedDir } from "../support/index.ts";

const device = takeValue(loadDevice("ref64"));
const shared = sharedDir();

async function compare(name: string, path: string, label: string): Promise<void> {
  const model: TrainedModel = { name, loaded: takeValue(loadModel(path)) };
  const one = at(
    casesOf(model).filter((some) => some.label === label && some.kv === 8),
    0,
  );
  const { played } = await comparePrecision(model, one, { device, simulator: "embedded", length: 2 });
  expect(played.difference).toBeUndefined();
  expect(played.rows).toBeGreaterThan(2);
}

/** bench/precisions-rtl.ts compares all precisions, and longer. */
test("fable, w4a8: rows of several sequences in hardware give what the reference gives, with pauses of the memory", () =>
  compare("fable", join(import.meta.dirname, "../../models/fable"), "w4a8"));

/** 64 and 172 columns in groups of 32: the last group of a row is padded. */
test.skipIf(shared.kind === "absent").each(["w4a8", "llm.int8 --threshold 6"])(
  "stories260K, %s: the same",
  (label) => {
    if (shared.kind === "absent") return Promise.resolve();
    return compare("stories260K", join(shared.path, "models/stories260K/stories260K.bin"), label);
  },
);
