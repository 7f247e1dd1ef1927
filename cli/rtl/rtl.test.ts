import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { manifestSchema } from "../schemas/manifest.ts";
import { runSchema } from "../schemas/run.ts";
import { fable, temporaryFolder } from "../testing/model-folders.ts";
import { randomModel } from "../testing/random-model.ts";
import { hidalgo, lastObject } from "../testing/run-in-process.ts";

const sizes = { hidden: 32, ffn: 40, layers: 2, heads: 4, kvHeads: 2, vocab: 48, context: 32 };
const tokens = ["--prompt-ids", "1,5,9", "--max-tokens", "18", "--ignore-eos", "--simulator", "embedded"];

async function outcome(...args: readonly string[]) {
  const ended = await hidalgo(...args, "--json");
  expect(ended.code, ended.stdout.slice(-500)).toBe(0);
  return runSchema.parse(lastObject(ended));
}

function filesOf(folder: string): ReadonlyMap<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).toSorted();
  return new Map(paths.map((path) => [path.slice(folder.length), readFileSync(path, "base64")]));
}

test("a random model: the hardware's tokens are the reference's, over several KV blocks", async () => {
  const model = randomModel(sizes, 1);
  const result = await outcome("run", model, ...tokens, "--block-size", "4");
  expect(result).toMatchObject({
    engine: "rtl",
    simulator: "embedded",
    device: "kv260",
    memory_model: "ddr4-2400",
    matches_reference: true,
    first_mismatch: null,
    steps: 20,
    finish_reason: "length",
  });
  const { cycles, busy_cycles: busy, stalls } = result;
  if (cycles === null || busy === null || stalls === null) throw new Error("nothing was counted");
  const lost = Object.values(stalls).reduce((sum, cause) => sum + cause, 0);
  expect(busy + lost).toBe(cycles.total - cycles.host_gap);
}, 240_000);

test("schedules and memories change cycles, not tokens", async () => {
  const model = randomModel({ ...sizes, layers: 1 }, 2);
  const run = (...args: readonly string[]) =>
    outcome("run", model, "--prompt-ids", "1,5", "--max-tokens", "3", "--ignore-eos", ...args);
  const fast = await run("--memory", "ideal");
  expect(await run("--memory", "xc7z020")).toMatchObject({
    memory_model: "ddr3-1066",
    token_ids: fast.token_ids,
    matches_reference: true,
  });
  const results = [
    fast,
    await run(),
    await run("--schedule", "pipelined"),
    await run("--schedule", "sequential"),
  ];
  for (const { token_ids: ids, matches_reference: matches } of results) {
    expect(ids).toEqual(fast.token_ids);
    expect(matches).toBe(true);
  }
  const cycles = results.map((result) => result.cycles?.total ?? 0);
  expect(cycles).toEqual(cycles.toSorted((a, b) => a - b));
}, 480_000);

test("a build is the same bytes every time, and moves", async () => {
  const model = randomModel(sizes, 3);
  const folder = temporaryFolder();
  for (const name of ["a", "b"])
    expect((await hidalgo("compile", model, "-o", join(folder, name), "--emit-ir")).code).toBe(0);
  const files = filesOf(join(folder, "a"));
  expect(files).toEqual(filesOf(join(folder, "b")));
  expect(files.has("/rtl/hidalgo.v")).toBe(true);
  cpSync(join(folder, "a"), join(folder, "moved"), { recursive: true });
  const manifest = manifestSchema.parse(
    JSON.parse(readFileSync(join(folder, "moved/manifest.json"), "utf8")),
  );
  expect(manifest.top).toBe("hidalgo");
  expect(manifest.memory.map(({ name }) => name)).toEqual(["weights", "rows", "tables", "logits", "kv"]);
  const simulated = await outcome("simulate", join(folder, "moved"), ...tokens);
  const run = await outcome("run", model, ...tokens);
  expect(simulated.token_ids).toEqual(run.token_ids);
  expect(simulated.cycles).toEqual(run.cycles);
}, 480_000);

test("fable writes its story", async () => {
  const result = await outcome("run", fable, "--max-tokens", "4", "--simulator", "embedded");
  expect(result).toMatchObject({ matches_reference: true, text: "Once upon a time" });
}, 480_000);

test("what a simulation cannot do is said before anything is compiled", async () => {
  const code = async (...args: readonly string[]) =>
    lastObject(await hidalgo("run", fable, "--json", ...args));
  expect(await code("--memory", "sdram")).toMatchObject({ code: "CLI0039", where: "--memory" });
  expect(await code("--simulator", "embedded", "--trace", "x.fst")).toMatchObject({ code: "CLI0032" });
  expect(await code("--device", "ice40up5k")).toMatchObject({ code: "HLS0040" });
}, 240_000);

test("logits out of the hardware are the reference's, bit by bit; candidates and pauses change no token", async () => {
  const model = randomModel({ ...sizes, layers: 1 }, 4);
  const [own, wanted] = ["rtl.npz", "reference.npz"].map((name) => join(temporaryFolder(), name));
  if (own === undefined || wanted === undefined) throw new Error("two files");
  const asked = ["--prompt-ids", "1,5,9,2,7", "--max-tokens", "3", "--ignore-eos"];
  const hardware = ["--device", "ref64", "--rows", "4", "--outputs", "topk:3", "--back-pressure", "1"];
  const result = await outcome("run", model, ...asked, ...hardware, "--dump-logits", own);
  expect(result).toMatchObject({ matches_reference: true, steps: 4 });
  await outcome("run", model, ...asked, "--engine", "reference", "--dump-logits", wanted);
  expect(readFileSync(own)).toEqual(readFileSync(wanted));
}, 240_000);

test("outputs that a build does not have are said before anything runs", async () => {
  const model = randomModel({ ...sizes, layers: 1 }, 4);
  const folder = join(temporaryFolder(), "build");
  expect((await hidalgo("compile", model, "--device", "ref64", "-o", folder)).code).toBe(0);
  const code = async (...args: readonly string[]) => lastObject(await hidalgo(...args, "--json"));
  expect(await code("simulate", folder, ...tokens, "--dump-logits", join(folder, "x.npz"))).toMatchObject({
    code: "CLI0038",
    where: "--dump-logits",
  });
  expect(await code("compile", model, "--outputs", "topk:99", "-o", folder)).toMatchObject({
    code: "CLI0037",
    where: "--outputs",
  });
}, 240_000);

test("a build holds how its numbers were made: its own test and the reference need no options", async () => {
  const model = randomModel({ ...sizes, layers: 1 }, 5);
  const build = join(temporaryFolder(), "build");
  const precision = ["--precision", "llm.int8", "--threshold", "1.5", "--kv", "16"];
  const compiled = await hidalgo("compile", model, ...precision, "-o", build, "--json");
  expect(compiled.code, compiled.stdout.slice(-500)).toBe(0);
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(build, "manifest.json"), "utf8")));
  expect(manifest.design.method).toEqual({ threshold: 1.5 });
  const embedded = ["--simulator", "embedded"];
  const { token_ids: ids } = manifest.self_test;
  expect(await outcome("simulate", build, "--check", ...embedded)).toMatchObject({
    matches_reference: true,
    token_ids: ids,
  });
  const compared = ["--prompt-ids", "1,5", "--max-tokens", "3", "--ignore-eos", "--reference", model];
  expect(await outcome("simulate", build, ...compared, ...embedded)).toMatchObject({
    matches_reference: true,
  });
  const both = await hidalgo("simulate", build, "--check", "--prompt-ids", "1", "--json");
  expect(lastObject(both)).toMatchObject({ code: "CLI0032" });
}, 240_000);
