import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { builtSpan, ok } from "../../ir/index.ts";
import { runModel } from "../jobs/run-model.ts";
import { compileDefaults } from "../options/compile-options.ts";
import { generationDefaults, simulationDefaults } from "../options/generation-options.ts";
import { compileSchema } from "../schemas/compile.ts";
import { fable, temporaryFolder } from "../testing/model-folders.ts";
import { randomModel } from "../testing/random-model.ts";
import { hidalgo, lastObject } from "../testing/run-in-process.ts";
import { softHardware } from "../testing/soft-hardware.ts";
import { tinyBuild } from "../testing/tiny-build.ts";
import { endCompile } from "../verbs/compile.ts";
import { levelsDiffer } from "./diagnostics.ts";
import type { LoweringCheck } from "./verify-each.ts";

const sizes = { hidden: 16, ffn: 12, layers: 1, heads: 2, kvHeads: 1, vocab: 20, context: 16 };

test("compile --verify-each executes every level and says what was compared", {
  timeout: 60_000,
}, async () => {
  const target = join(temporaryFolder(), "build");
  const more = ["--rows", "1", "--block-size", "1", "--verify-each", "--json"];
  const ended = await hidalgo("compile", randomModel(sizes, 1), "-o", target, ...more);
  expect(ended.code, ended.stdout).toBe(0);
  const { lowerings } = compileSchema.parse(lastObject(ended));
  expect(lowerings).toMatchObject([
    { levels: "1-2", compared: 3 * sizes.vocab, difference: null },
    { levels: "2-4", compared: 6, difference: null },
    { levels: "4-5", difference: null },
  ]);
  expect(lowerings?.[2]?.compared).toBeGreaterThan(1000);
  expect(ended.stderr.match(/^ {2}levels .*, the same bits$/gmu)).toHaveLength(3);
  expect(existsSync(join(target, "manifest.json"))).toBe(true);
});

const details = { lowering: "hardware", where: "element 3 of stream scores", found: "0x1", wanted: "0x2" };
const different: LoweringCheck = {
  lowering: "4-5",
  outcome: { kind: "different", diagnostics: [levelsDiffer(builtSpan("hw.module"), details)] },
};
const message = "levels 4-5: hardware: element 3 of stream scores is 0x1, not 0x2";

test("a lowering that changes a bit is our bug, and in the result", () => {
  const end = endCompile("build", { ...tinyBuild, checks: [different] });
  const difference = "hardware: element 3 of stream scores is 0x1, not 0x2";
  expect(end).toMatchObject({
    kind: "wrong",
    message,
    value: { lowerings: [{ levels: "4-5", compared: null, difference }] },
  });
  expect(endCompile("build", tinyBuild)).toMatchObject({ kind: "ok", value: { lowerings: null } });
});

test("nothing is simulated with hardware that differs", async () => {
  const hardware = {
    ...softHardware(),
    compileModel: () => Promise.resolve(ok({ ...tinyBuild, checks: [different] })),
  };
  const options = {
    ...compileDefaults,
    ...generationDefaults,
    ...simulationDefaults,
    engine: "rtl",
  } as const;
  await expect(runModel(fable, options, {}, hardware)).rejects.toThrow(message);
});
