import { cpSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Result } from "../../ir/index.ts";
import { writeBuildFolder } from "../build-folder/write-build-folder.ts";
import { compileDefaults } from "../options/compile-options.ts";
import { generationDefaults, simulationDefaults } from "../options/generation-options.ts";
import { makeOutput } from "../output.ts";
import { runSchema } from "../schemas/run.ts";
import { damagedFable, fable, temporaryFolder, weightsFile } from "../testing/model-folders.ts";
import { softHardware } from "../testing/soft-hardware.ts";
import { endRun } from "../verbs/tell-story.ts";
import { compileModel } from "./compile-model.ts";
import { runModel } from "./run-model.ts";
import { simulateBuild } from "./simulate-build.ts";

const generation = { ...generationDefaults, ...simulationDefaults, maxTokens: 6 };
const options = { ...compileDefaults, ...generation, engine: "rtl", emitIr: false } as const;

function unwrap<T>(result: Result<T>): T {
  if (result.kind === "error") throw new Error(JSON.stringify(result.diagnostics));
  return result.value;
}

test("a run on hardware is measured and compared with the reference, and the device is closed", async () => {
  const hardware = softHardware();
  const result = unwrap(await runModel(fable, options, {}, hardware));
  expect(runSchema.parse(result)).toMatchObject({
    engine: "rtl",
    simulator: "embedded",
    device: "kv260",
    memory_model: "ideal",
    matches_reference: true,
    first_mismatch: null,
    steps: 6,
    cycles: { total: 1_200_000, prefill: 200_000, decode: 1_000_000, host_gap: 0 },
    cycles_per_token: 200_000,
  });
  expect(hardware.closed()).toBe(1);
});

test("tokens that differ are a result, and our bug", async () => {
  const hardware = softHardware({ fromStep: 2 });
  const result = await runModel(fable, options, {}, hardware);
  expect(unwrap(result)).toMatchObject({ matches_reference: false, first_mismatch: { index: 2, token: 5 } });
  const output = makeOutput({ stdout: process.stdout, stderr: process.stderr }, "json");
  const silent = { ...output, text: () => undefined, line: () => undefined };
  const end = endRun(result, { output: silent, signal: new AbortController().signal });
  expect(end).toMatchObject({ kind: "wrong", message: "token 2 differs from the integer reference's" });
});

test("compile, carry away, simulate: the same tokens as run, without the model", async () => {
  const hardware = softHardware();
  const build = unwrap(await compileModel(fable, options, {}, hardware));
  const target = join(temporaryFolder(), "build");
  unwrap(await writeBuildFolder(target, build.files, new AbortController().signal));
  const elsewhere = join(temporaryFolder(), "moved");
  cpSync(target, elsewhere, { recursive: true });

  const prompt = { ...generation, prompt: "Once upon a time", seed: 0 };
  const simulated = unwrap(await simulateBuild(elsewhere, prompt, {}, hardware));
  const ran = unwrap(await runModel(fable, { ...options, prompt: "Once upon a time" }, {}, hardware));
  expect(simulated.token_ids).toEqual(ran.token_ids);
  expect(simulated.text).toBe(ran.text);
  expect(simulated).toMatchObject({ matches_reference: null, model: { id: "fable" } });

  const checked = unwrap(await simulateBuild(elsewhere, { ...prompt, reference: fable }, {}, hardware));
  expect(checked).toMatchObject({ matches_reference: true, token_ids: ran.token_ids });
  const weights = weightsFile();
  weights[weights.length - 1] = 0;
  const other = damagedFable({ "model.safetensors": weights });
  const refused = await simulateBuild(elsewhere, { ...prompt, reference: other }, {}, hardware);
  expect(refused).toMatchObject({ kind: "error", diagnostics: [{ code: "CLI0036" }] });
});

test("a model without tokenizer gives a build without one: ids work, text is refused", async () => {
  const hardware = softHardware();
  const model = damagedFable({ "tokenizer.json": undefined });
  const build = unwrap(await compileModel(model, options, {}, hardware));
  expect(build.manifest.tokenizer).toBeNull();
  const target = join(temporaryFolder(), "build");
  unwrap(await writeBuildFolder(target, build.files, new AbortController().signal));
  const simulated = await simulateBuild(target, { ...generation, promptIds: [0], seed: 0 }, {}, hardware);
  expect(unwrap(simulated).text).toBeNull();
  const refused = await simulateBuild(target, { ...generation, prompt: "Once", seed: 0 }, {}, hardware);
  expect(refused).toMatchObject({ kind: "error", diagnostics: [{ code: "CLI0035" }] });
});
