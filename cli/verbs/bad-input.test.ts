import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { errorSchema } from "../schemas/error.ts";
import {
  changedConfig,
  type Damage,
  damagedFable,
  fable,
  type TensorHeader,
  temporaryFolder,
  weightsFile,
  weightsWithHeader,
} from "../testing/model-folders.ts";
import { hidalgo, lastObject } from "../testing/run-in-process.ts";

const norm = "model.norm.weight";

function withTensor(fields: Partial<TensorHeader[string]>): Uint8Array {
  return weightsWithHeader((header) => ({ ...header, [norm]: { ...header[norm], ...fields } }));
}

function headerBeyondFile(): Uint8Array {
  const file = weightsFile();
  file.writeBigUInt64LE(BigInt(file.length), 0);
  return file;
}

const damages: readonly (readonly [string, string, () => Damage])[] = [
  ["a missing config", "frontend.file-unreadable", () => ({ "config.json": undefined })],
  ["a garbled config", "frontend.json-garbled", () => ({ "config.json": "{" })],
  [
    "a config without sizes",
    "frontend.config-invalid",
    () => ({ "config.json": changedConfig({ hidden_size: "wide" }) }),
  ],
  [
    "an unsupported architecture",
    "frontend.architecture-unsupported",
    () => ({ "config.json": changedConfig({ architectures: ["GPT2LMHeadModel"] }) }),
  ],
  ["a truncated file of weights", "", () => ({ "model.safetensors": weightsFile().subarray(0, 1e6) })],
  ["a header beyond the file", "", () => ({ "model.safetensors": headerBeyondFile() })],
  ["overlapping tensors", "", () => ({ "model.safetensors": withTensor({ data_offsets: [0, 512] }) })],
  ["a wrong element type", "", () => ({ "model.safetensors": withTensor({ dtype: "I32" }) })],
  ["a shape that does not fit", "", () => ({ "model.safetensors": withTensor({ shape: [64, 2] }) })],
  [
    "a missing tensor",
    "",
    () => ({
      "model.safetensors": weightsWithHeader((header) =>
        Object.fromEntries(
          Object.entries(header).map(([name, tensor]) => [name === norm ? "x" : name, tensor]),
        ),
      ),
    }),
  ],
  ["no weights at all", "", () => ({ "model.safetensors": undefined })],
  ["a garbled tokenizer", "frontend.tokenizer-invalid", () => ({ "tokenizer.json": "{}" })],
];

test.each(damages)("%s is a diagnostic, and nothing is written", async (_what, code, damage) => {
  const model = damagedFable(damage());
  const place = temporaryFolder();
  for (const args of [
    ["run", model, "--engine", "reference"],
    ["compile", model, "-o", join(place, "build")],
  ]) {
    const ended = await hidalgo(...args, "--json");
    const error = errorSchema.parse(lastObject(ended));
    expect(ended.code).toBe(1);
    expect(error.code).toBe(code === "" ? error.code : code);
    expect(error.code).toMatch(/^frontend\./u);
    expect(error.where).toContain(model);
    expect(error.message.length).toBeGreaterThan(10);
    expect(error.expected).not.toBeNull();
    expect(ended.stderr).toContain(error.message);
  }
  expect(readdirSync(place)).toEqual([]);
});

const misuses: readonly (readonly [string, readonly string[]])[] = [
  ["frontend.file-unreadable", ["/nowhere"]],
  ["frontend.file-unreadable", [fable, "--tokenizer", "/nowhere/tokenizer.json"]],
  ["DEVICE0001", [fable, "--device", "versal"]],
  ["DEVICE0002", [fable, "--device", "/nowhere/board.json"]],
  ["CLI0001", [fable, "--precision", "w2a2"]],
  ["CLI0001", [fable, "--kv", "12"]],
  ["CLI0001", [fable, "--rows", "0"]],
  ["CLI0001", [fable, "--block-size", "12"]],
  ["CLI0033", [fable, "--max-context", "2048"]],
  ["CLI0034", [fable, "--rows", "65"]],
];

test.each(misuses)("%s: compile and run of %j", async (code, args) => {
  const target = join(temporaryFolder(), "build");
  for (const verb of [
    ["compile", "-o", target],
    ["run", "--engine", "reference"],
  ]) {
    const ended = await hidalgo(...verb, ...args, "--json");
    expect(ended.code).toBe(1);
    expect(errorSchema.parse(lastObject(ended)).code).toBe(code);
  }
  expect(readdirSync(join(target, ".."))).toEqual([]);
});

const badRuns: readonly (readonly [string, readonly string[]])[] = [
  ["CLI0001", ["--prompt", "a", "--prompt-ids", "1"]],
  ["CLI0001", ["--prompt-ids", "1,x"]],
  ["CLI0001", ["--max-tokens", "0"]],
  ["CLI0001", ["--engine", "board"]],
  ["CLI0032", ["--engine", "f32", "--precision", "w8a8"]],
  ["CLI0032", ["--engine", "f32", "--kv", "8"]],
  ["CLI0032", ["--trace", "out.fst"]],
  ["CLI0032", ["--memory", "ideal"]],
  ["CLI0032", ["--back-pressure", "1"]],
  ["CLI0032", ["--simulator", "verilator"]],
  ["HOST0001", ["--max-context", "3", "--prompt", "Once upon a time"]],
  ["HOST0003", ["--prompt-ids", "768"]],
];

test.each(badRuns)("%s: run %j", async (code, args) => {
  const ended = await hidalgo("run", fable, "--engine", "reference", ...args, "--json");
  expect(ended.code).toBe(1);
  expect(errorSchema.parse(lastObject(ended)).code).toBe(code);
});

test("without a tokenizer only ids work, and the message says so", async () => {
  const model = damagedFable({ "tokenizer.json": undefined });
  const refused = await hidalgo("run", model, "--engine", "reference", "--prompt", "Once", "--json");
  expect(refused.code).toBe(1);
  expect(lastObject(refused)).toMatchObject({ code: "frontend.tokenizer-absent" });
  expect(refused.stderr).toContain("only --prompt-ids works");

  const ids = ["--prompt-ids", "0,392", "--max-tokens", "3"];
  const told = await hidalgo("run", model, "--engine", "f32", ...ids);
  expect(told).toMatchObject({ code: 0, stdout: "0,392,391,260,373\n" });
});

test("a model without start token needs a prompt", async () => {
  const config = changedConfig({ bos_token_id: null });
  const generation = JSON.stringify({ eos_token_id: 1 });
  const model = damagedFable({ "config.json": config, "generation_config.json": generation });
  const ended = await hidalgo("run", model, "--engine", "f32", "--json");
  expect(lastObject(ended)).toMatchObject({ code: "CLI0030" });
});

test("an output folder that is something else is not touched", async () => {
  const place = temporaryFolder();
  writeFileSync(join(place, "thesis.txt"), "mine");
  const ended = await hidalgo("compile", fable, "-o", place, "--json");
  expect(ended.code).toBe(1);
  expect(lastObject(ended)).toMatchObject({ code: "CLI0020", where: place });
  expect(readdirSync(place)).toEqual(["thesis.txt"]);
});

test("what is not a build cannot be simulated", async () => {
  const place = temporaryFolder();
  const outcome = async () => errorSchema.parse(lastObject(await hidalgo("simulate", place, "--json")));
  expect(await outcome()).toMatchObject({ code: "CLI0022", where: place });
  writeFileSync(join(place, "manifest.json"), "{");
  expect((await outcome()).message).toContain("is not JSON");
  writeFileSync(join(place, "manifest.json"), "{}");
  expect((await outcome()).message).toContain("is not hidalgo.manifest/1 (schema");
});
