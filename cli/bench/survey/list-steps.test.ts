import { expect, test } from "vitest";
import type { Result } from "../../../ir/index.ts";
import type { DeviceCapabilities } from "../../../runtime-host/index.ts";
import { hidalgo, lastObject } from "../../testing/run-in-process.ts";
import { listSteps } from "./list-steps.ts";
import { workloads } from "./survey.ts";
import { standard, variants } from "./variants.ts";

const capabilities: DeviceCapabilities = {
  rows: 64,
  sequences: 16,
  blockSize: 16,
  blocks: 1 + 16 * 32,
  maxContext: 512,
  vocab: 768,
  emits: ["none", "argmax"],
  candidates: 0,
  hasTrees: false,
};

function take<T>(result: Result<T>): T {
  if (result.kind === "error") throw new Error(JSON.stringify(result.diagnostics));
  return result.value;
}

const long = { name: "long", users: 1, prompt: 384, output: 64 } as const;

test("alone: the prompt in chunks, then a token a step, the longest sequence reserved", async () => {
  const { steps, mostBlocks } = take(await listSteps(capabilities, long, "alone"));
  expect(steps).toHaveLength(6 + 63);
  expect(steps.map(({ rows }) => rows.length).slice(0, 8)).toEqual([64, 64, 64, 64, 64, 64, 1, 1]);
  expect(mostBlocks).toBe(32);
  const emitted = steps.flatMap(({ rows }) => rows.filter(({ emit }) => emit === "argmax"));
  expect(emitted).toHaveLength(64);
});

test("together: requests share steps, and hold the blocks that they use", async () => {
  const short = { name: "short", users: 16, prompt: 16, output: 48 } as const;
  const { steps, mostBlocks } = take(await listSteps(capabilities, short, "together"));
  expect(steps.map(({ rows }) => rows.length).reduce((a, b) => a + b)).toBe(16 * (16 + 47));
  expect(steps.length).toBeLessThan(60);
  expect(mostBlocks).toBeLessThanOrEqual(16 * 4);
});

test("the table: every row by its own key, each with what is published; a row that is not there is an error", async () => {
  expect(new Set(variants.map(({ key }) => key)).size).toBe(variants.length);
  expect(variants.filter(({ published }) => published === undefined)).toEqual([standard]);
  expect(workloads.map(({ name, users }) => `${name} x${String(users)}`)).toEqual([
    "short x1",
    "short x16",
    "long x1",
    "long x16",
  ]);
  const ended = await hidalgo("bench", "survey", "--only", "medusa", "--json");
  expect(ended.code).toBe(1);
  expect(lastObject(ended)).toMatchObject({ code: "CLI0122" });
});
