import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { devicesDirectory } from "../../backend-hls/index.ts";
import { compileModel } from "../jobs/compile-model.ts";
import { compileDefaults } from "../options/compile-options.ts";
import { fable, temporaryFolder } from "../testing/model-folders.ts";
import { randomModel } from "../testing/random-model.ts";
import { hidalgo, lastObject } from "../testing/run-in-process.ts";
import { planSchema } from "./plan-schema.ts";
import { tinySizes } from "./testing/tiny-kit.ts";

async function planOf(...args: readonly string[]) {
  const ended = await hidalgo("plan", ...args, "--json");
  expect(ended.code, ended.stderr).toBe(0);
  return planSchema.parse(lastObject(ended));
}

/** The kv260 with another memory. */
function boardWith(bytes: number): string {
  const file = z
    .looseObject({ dram: z.looseObject({}) })
    .parse(JSON.parse(readFileSync(join(devicesDirectory(), "kv260.json"), "utf8")));
  const path = join(temporaryFolder(), "board.json");
  writeFileSync(path, JSON.stringify({ ...file, dram: { ...file.dram, bytes } }));
  return path;
}

test("as many sequences fit as the plan says, and one more does not", async () => {
  const bytes = 50_000;
  const model = randomModel(tinySizes, 1);
  const { sequences, kv, memory, contexts } = await planOf(
    model,
    "--device",
    boardWith(bytes),
    "--block-size",
    "4",
  );
  expect(sequences).toBeGreaterThan(1);
  expect(kv.tokens).toBe(kv.blocks * 4);
  expect(contexts.map(({ context }) => context)).toEqual([32, 16, 8, 4]);
  const build = await compileModel(model, { ...compileDefaults, emitIr: false, blockSize: 4, rows: 1 });
  if (build.kind === "error") throw new Error(JSON.stringify(build.diagnostics));
  const { memory: regions, design } = build.value.manifest;
  const region = regions.find(({ name }) => name === "kv");
  expect(region?.base).toBe(memory.fixed_bytes);
  expect((region?.bytes ?? 0) / design.kv_blocks).toBe(kv.block_bytes);
  const bytesWith = (blocks: number): number => memory.fixed_bytes + (1 + blocks) * kv.block_bytes;
  expect(bytesWith(kv.blocks)).toBeLessThanOrEqual(bytes);
  expect(bytesWith(kv.blocks + 1)).toBeGreaterThan(bytes);
  expect(sequences).toBe(Math.floor(kv.blocks / 8));
}, 240_000);

test("less memory for keys and values, fewer tokens; a shorter context, more sequences", async () => {
  const whole = await planOf(fable, "--device", "kv260");
  const part = await planOf(fable, "--device", "kv260", "--kv-memory", "16", "--max-context", "64");
  expect(whole.memory.usable_bytes).toBe(2 ** 32);
  expect(part.kv.budget_bytes).toBe(16 * 2 ** 20);
  expect(part.kv.tokens).toBeLessThan(whole.kv.tokens);
  expect(part.kv.bytes_per_token).toBe(whole.kv.bytes_per_token);
  expect(part.sequences).toBe(Math.floor(part.kv.blocks / 4));
});

test("what cannot be planned is said", async () => {
  const codeOf = async (...args: readonly string[]) =>
    lastObject(await hidalgo("plan", fable, ...args, "--json"));
  expect(await codeOf("--device", "ice40up5k")).toMatchObject({ code: "CLI0090" });
  expect(await codeOf("--device", boardWith(100_000))).toMatchObject({ code: "CLI0091" });
  expect(await codeOf("--max-context", "100000")).toMatchObject({ code: "CLI0033" });
  expect(await codeOf("--kv-memory", "0")).toMatchObject({ code: "CLI0001" });
});
