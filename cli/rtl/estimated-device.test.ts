import { expect, test } from "vitest";
import { runSchema } from "../schemas/run.ts";
import { randomModel } from "../testing/random-model.ts";
import { hidalgo, lastObject } from "../testing/run-in-process.ts";

const sizes = { hidden: 32, ffn: 40, layers: 2, heads: 4, kvHeads: 2, vocab: 48, context: 32 };

test("the estimate of the first steps stands beside the measurement, and is the same", async () => {
  const model = randomModel(sizes, 5);
  const run = [
    "--prompt-ids",
    "1,5,9",
    "--max-tokens",
    "6",
    "--ignore-eos",
    "--simulator",
    "embedded",
    "--json",
  ];
  const ended = await hidalgo("run", model, ...run);
  expect(ended.code, ended.stderr).toBe(0);
  const { estimate, cycles } = runSchema.parse(lastObject(ended));
  expect(estimate).toMatchObject({ steps: 4, error: 0 });
  expect(estimate?.cycles).toBeLessThan(cycles?.total ?? 0);
  const disturbed = await hidalgo("run", model, ...run, "--back-pressure", "3");
  expect(runSchema.parse(lastObject(disturbed)).estimate).toBeNull();
}, 240_000);
