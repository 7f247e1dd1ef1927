import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { FoundTokenizer } from "../../frontend/index.ts";
import { builtSpan, type Result } from "../../ir/index.ts";
import { completeBuild } from "../jobs/compile-model.ts";
import { buildWithoutTokenizer } from "../jobs/diagnostics.ts";
import { compileSchema, describeBuild } from "../schemas/compile.ts";
import { fable, temporaryFolder } from "../testing/model-folders.ts";
import { tinyBuild, tinyManifest } from "../testing/tiny-build.ts";
import { readBuildFolder } from "./read-build-folder.ts";
import { writeBuildFolder } from "./write-build-folder.ts";

const never = new AbortController().signal;
const noTokenizer: FoundTokenizer = { kind: "absent", reason: buildWithoutTokenizer(builtSpan(""), {}) };
const build = completeBuild(tinyBuild, noTokenizer);

function codesOf(result: Result<unknown>): readonly string[] {
  return result.kind === "ok" ? [] : result.diagnostics.map(({ code }) => code);
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();
}

test("what is written is what is read", async () => {
  const target = join(temporaryFolder(), "deep", "build");
  expect(codesOf(await writeBuildFolder(target, build.files, never))).toEqual([]);
  expect(filesIn(target)).toEqual(["manifest.json", "rtl", "rtl/hidalgo_top.v", "weights.bin"]);
  expect(filesIn(join(target, ".."))).toHaveLength(5);
  const read = readBuildFolder(target);
  expect(read).toMatchObject({ kind: "ok", value: { manifest: tinyManifest } });
});

test("the tokenizer is copied in under its format's name, and the same input gives the same bytes", () => {
  const file = join(fable, "tokenizer.json");
  const unused = (): never => {
    throw new Error("not asked for");
  };
  const tokenizer = { vocab: 0, encode: unused, encodeContinuation: unused, decode: unused, stream: unused };
  const complete = () => completeBuild(tinyBuild, { kind: "present", tokenizer, file });
  expect(complete().manifest.tokenizer).toBe("tokenizer.json");
  for (const name of ["tokenizer.json", "tokenizer_config.json"]) // the chat template, if any, is in the latter
    expect(complete().files.get(name)).toEqual(readFileSync(join(fable, name)));
  expect([...complete().files.keys()]).toEqual([
    "manifest.json",
    "rtl/hidalgo_top.v",
    "tokenizer.json",
    "tokenizer_config.json",
    "weights.bin",
  ]);
  expect(complete()).toEqual(complete());
});

test("an older build is replaced as a whole", async () => {
  const target = join(temporaryFolder(), "build");
  const older = new Map(build.files).set("rtl/old.v", "");
  await writeBuildFolder(target, older, never);
  expect(codesOf(await writeBuildFolder(target, build.files, never))).toEqual([]);
  expect(filesIn(target)).not.toContain("rtl/old.v");
  expect(readdirSync(join(target, ".."))).toEqual(["build"]);
});

test("what is no build is left alone; an empty folder may be used", async () => {
  const place = temporaryFolder();
  writeFileSync(join(place, "file"), "mine");
  expect(codesOf(await writeBuildFolder(place, build.files, never))).toEqual(["CLI0020"]);
  expect(codesOf(await writeBuildFolder(join(place, "file"), build.files, never))).toEqual(["CLI0020"]);
  expect(filesIn(place)).toEqual(["file"]);
  rmSync(join(place, "file"));
  expect(codesOf(await writeBuildFolder(place, build.files, never))).toEqual([]);
});

test("a folder with somebody else's manifest.json is left alone", async () => {
  const place = temporaryFolder();
  writeFileSync(join(place, "manifest.json"), '{"manifest_version": 3}');
  expect(codesOf(await writeBuildFolder(place, build.files, never))).toEqual(["CLI0020"]);
});

test("a build folder has the permissions of any new folder", async () => {
  const place = temporaryFolder();
  await writeBuildFolder(join(place, "build"), build.files, never);
  mkdirSync(join(place, "other"));
  expect(statSync(join(place, "build")).mode).toBe(statSync(join(place, "other")).mode);
});

test("a place where nothing can be written is a diagnostic", async () => {
  const place = temporaryFolder();
  writeFileSync(join(place, "file"), "");
  const result = await writeBuildFolder(join(place, "file", "build"), build.files, never);
  expect(codesOf(result)).toEqual(["CLI0021"]);
  expect(filesIn(place)).toEqual(["file"]);
});

test("an abort half-way leaves nothing, not even the folders above; an older build stays", async () => {
  const place = temporaryFolder();
  const interrupt = new AbortController();
  const files = new Map<string, string>(Array.from({ length: 50 }, (_, i) => [`f${i}`, "x"]));
  const entries = files[Symbol.iterator].bind(files);
  let written = 0;
  files[Symbol.iterator] = function* () {
    for (const entry of entries()) {
      if (++written === 20) interrupt.abort();
      yield entry;
    }
    return undefined;
  };
  const target = join(place, "new", "build");
  await expect(writeBuildFolder(target, files, interrupt.signal)).rejects.toThrow("aborted");
  expect(filesIn(place)).toEqual([]);

  await writeBuildFolder(target, build.files, never);
  await expect(writeBuildFolder(target, files, interrupt.signal)).rejects.toThrow("aborted");
  expect(readdirSync(join(place, "new"))).toEqual(["build"]);
  expect(codesOf(readBuildFolder(target))).toEqual([]);
});

test("a damaged build is a diagnostic for every file", async () => {
  const target = join(temporaryFolder(), "build");
  await writeBuildFolder(target, build.files, never);
  writeFileSync(join(target, "weights.bin"), "other");
  rmSync(join(target, "rtl"), { recursive: true });
  expect(codesOf(readBuildFolder(target))).toEqual(["CLI0023", "CLI0023"]);
  const manifest = JSON.stringify({ ...tinyManifest, memory: [], rtl: [{ path: "../x", sha256: "0" }] });
  writeFileSync(join(target, "manifest.json"), manifest);
  expect(codesOf(readBuildFolder(target))).toEqual(["CLI0022"]);
  expect(codesOf(readBuildFolder(join(target, "nowhere")))).toEqual(["CLI0022"]);
});

test("a folder under the manifest's name is no manifest", () => {
  const place = temporaryFolder();
  mkdirSync(join(place, "manifest.json"));
  expect(codesOf(readBuildFolder(place))).toEqual(["CLI0022"]);
});

test("the result object lists every file", () => {
  const described = compileSchema.parse(describeBuild("build", build));
  expect(described.files.map(({ path, bytes }) => [path, bytes])).toContainEqual(["weights.bin", 4]);
});
