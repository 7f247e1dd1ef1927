import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { runSchema } from "../schemas/run.ts";
import { damagedFable, fable } from "../testing/model-folders.ts";
import { hidalgo, hidalgoWith, lastObject } from "../testing/run-in-process.ts";

const golden = z
  .object({ greedy_ids: z.array(z.number()) })
  .parse(JSON.parse(readFileSync(join(fable, "golden.json"), "utf8"))).greedy_ids;

test("the float engine writes what the model was recorded to write", async () => {
  const ended = await hidalgo("run", fable, "--engine", "f32", "--max-tokens", "48", "--json");
  const result = runSchema.parse(lastObject(ended));
  expect(ended.code).toBe(0);
  expect(result).toMatchObject({
    engine: "f32",
    model: { id: "fable", arch: "mistral" },
    precision: "f32",
    prompt_ids: [0],
    token_ids: golden.slice(0, 48),
    finish_reason: "length",
    matches_reference: null,
    steps: 48,
    cycles: null,
  });
  expect(result.text).toMatch(/^Once upon a time, there was a little girl/u);
});

test("with --json stdout is NDJSON: each token, then the result; the text goes to stderr", async () => {
  const ended = await hidalgo("run", fable, "--engine", "reference", "--max-tokens", "20", "--json");
  const lines = ended.stdout
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  const result = runSchema.parse(lines.at(-1));
  const tokens = z
    .array(z.strictObject({ event: z.literal("token"), id: z.number(), text: z.string() }))
    .parse(lines.slice(0, -1));
  expect(tokens.map(({ id }) => id)).toEqual(result.token_ids);
  expect(tokens.map(({ text }) => text).join("")).toBe(result.text);
  expect(ended.stderr).toContain(result.text);
  expect(result).toMatchObject({ engine: "reference", precision: "w8a8", kv_bits: 8 });
});

test("without --json stdout is the prompt and its continuation, and nothing else", async () => {
  const prompt = ["--prompt", "Lily saw a cat", "--max-tokens", "12"];
  const ended = await hidalgo("run", fable, "--engine", "reference", ...prompt);
  expect(ended.code).toBe(0);
  expect(ended.stdout).toMatch(/^Lily saw a cat.+\n$/su);
  expect(ended.stderr).toContain("12 tokens (length) of fable on reference, w8a8, kv 8");
});

test("rows per step change no token", async () => {
  const prompt = [
    "--engine",
    "reference",
    "--prompt",
    "Tom and his dog went to the",
    "--max-tokens",
    "8",
    "--json",
  ];
  const outcome = async (...rows: readonly string[]) =>
    runSchema.parse(lastObject(await hidalgo("run", fable, ...prompt, ...rows)));
  const [one, many] = [await outcome("--rows", "1"), await outcome("--rows", "32")];
  expect(one.token_ids).toEqual(many.token_ids);
  expect(one.steps).toBe(one.prompt_ids.length + 7);
  expect(many.steps).toBe(8);
  expect(one.macs_needed).toBe(many.macs_needed);
});

test("an end token ends the text, unless it is ignored", async () => {
  const generation = JSON.stringify({ bos_token_id: 0, eos_token_id: golden[4] });
  const config = readFileSync(join(fable, "config.json"), "utf8").replace(
    '"eos_token_id": 1',
    `"eos_token_id": ${golden[4]}`,
  );
  const model = damagedFable({ "generation_config.json": generation, "config.json": config });
  const outcome = async (...args: readonly string[]) =>
    lastObject(await hidalgo("run", model, "--engine", "f32", "--max-tokens", "9", "--json", ...args));
  expect(await outcome()).toMatchObject({ token_ids: golden.slice(0, 5), finish_reason: "stop" });
  expect(await outcome("--ignore-eos")).toMatchObject({
    token_ids: golden.slice(0, 9),
    finish_reason: "length",
  });
});

test("Ctrl-C ends a run with exit 130", async () => {
  const interrupt = new AbortController();
  const args = ["run", fable, "--engine", "f32", "--max-tokens", "900", "--ignore-eos"];
  const press = (): void => {
    interrupt.abort();
  };
  const ended = await hidalgoWith(interrupt, press, args);
  expect(ended.code).toBe(130);
  expect(ended.stdout.length).toBeLessThan(100);
});
