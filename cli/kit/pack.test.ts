import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { errorSchema } from "../schemas/error.ts";
import { runSchema } from "../schemas/run.ts";
import { temporaryFolder } from "../testing/model-folders.ts";
import { randomModel } from "../testing/random-model.ts";
import { hidalgo, lastObject } from "../testing/run-in-process.ts";
import { packSchema } from "./pack-schema.ts";
import { tinySizes } from "./testing/tiny-kit.ts";

function filesOf(folder: string): ReadonlyMap<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).toSorted();
  return new Map(paths.map((path) => [path.slice(folder.length), readFileSync(path, "base64")]));
}

test("a packed build is what compiling the other checkpoint gives, byte for byte", async () => {
  const place = temporaryFolder();
  const [first, second] = [randomModel(tinySizes, 1), randomModel(tinySizes, 2)];
  const [one, two, packed] = [join(place, "one"), join(place, "two"), join(place, "packed")];
  await hidalgo("compile", first, "-o", one, "--block-size", "4");
  await hidalgo("compile", second, "-o", two, "--block-size", "4");
  const before = filesOf(one);
  const ended = await hidalgo("pack", second, "--for", one, "-o", packed, "--json");
  expect(ended.code, ended.stderr).toBe(0);
  expect(filesOf(packed)).toEqual(filesOf(two));
  expect(filesOf(one)).toEqual(before);
  const inPlace = await hidalgo("pack", second, "--for", one, "--json");
  const result = packSchema.parse(lastObject(inPlace));
  expect(result.output).toBe(one);
  expect(filesOf(one)).toEqual(filesOf(two));
  const prompt = ["--prompt-ids", result.self_test.prompt_ids.join(","), "--ignore-eos"];
  const many = ["--max-tokens", String(result.self_test.token_ids.length), "--simulator", "embedded"];
  const simulated = await hidalgo("simulate", one, ...prompt, ...many, "--reference", second, "--json");
  expect(runSchema.parse(lastObject(simulated))).toMatchObject({
    matches_reference: true,
    token_ids: result.self_test.token_ids,
  });
}, 480_000);

test("another shape is refused with its differences, and the build stays", async () => {
  const place = temporaryFolder();
  const build = join(place, "build");
  await hidalgo("compile", randomModel(tinySizes, 1), "-o", build, "--block-size", "4");
  const before = filesOf(build);
  const other = randomModel({ ...tinySizes, ffn: 32, layers: 1, context: 16 }, 1);
  const refused = await hidalgo("pack", other, "--for", build, "--json");
  expect(refused.code).toBe(1);
  const error = errorSchema.parse(lastObject(refused));
  expect(error).toMatchObject({ code: "CLI0092", where: other });
  expect(error.message).toContain("ffn: 32, not 24, layers: 1, not 2, maxContext: 16, not 32");
  expect(filesOf(build)).toEqual(before);
  expect(readdirSync(place)).toEqual(["build"]);
  const nowhere = await hidalgo("pack", other, "--for", join(place, "nowhere"), "--json");
  expect(lastObject(nowhere)).toMatchObject({ code: "CLI0022" });
}, 240_000);
