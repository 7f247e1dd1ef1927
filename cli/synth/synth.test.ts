import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { builtSpan } from "../../ir/index.ts";
import { findTool } from "../../sim/index.ts";
import { hashContent } from "../build-folder/read-build-folder.ts";
import { writeBuildFolder } from "../build-folder/write-build-folder.ts";
import { completeBuild } from "../jobs/compile-model.ts";
import { buildWithoutTokenizer } from "../jobs/diagnostics.ts";
import { synthSchema } from "../schemas/synth.ts";
import { temporaryFolder } from "../testing/model-folders.ts";
import { hidalgo, lastObject } from "../testing/run-in-process.ts";
import { tinyBuild, tinyManifest } from "../testing/tiny-build.ts";

const PORTS = "input wire clk, input wire en, input wire [7:0] a, output reg [7:0] y";

/** A build whose only module is this. */
async function buildOf(body: string): Promise<string> {
  const verilog = `module hidalgo_top(${PORTS});\n${body}\nendmodule\n`;
  const path = "rtl/hidalgo_top.v";
  const manifest = { ...tinyManifest, rtl: [{ path, sha256: hashContent(verilog) }] };
  const tokenizer = { kind: "absent", reason: buildWithoutTokenizer(builtSpan(""), {}) } as const;
  const build = completeBuild({ manifest, files: new Map(tinyBuild.files).set(path, verilog) }, tokenizer);
  const folder = join(temporaryFolder(), "build");
  await writeBuildFolder(folder, build.files, new AbortController().signal);
  return folder;
}

const yosys = findTool("yosys") !== undefined;

test.skipIf(!yosys).for([["xc7"], ["ecp5"], ["ice40"]] as const)(
  "cells of %s are counted and kept in the build",
  { timeout: 120_000 },
  async ([family]) => {
    const folder = await buildOf("always @(posedge clk) if (en) y <= y + a;");
    const ended = await hidalgo("synth", folder, "--family", family, "--json");
    expect(ended.code, ended.stderr).toBe(0);
    const result = synthSchema.parse(lastObject(ended));
    expect(result).toMatchObject({ family, latches: 0, problems: [], total: { ff: 8 } });
    const kept: unknown = JSON.parse(readFileSync(join(folder, "synth.json"), "utf8"));
    expect(synthSchema.parse(kept)).toEqual({ ...result, build: "." });
  },
);

test.skipIf(!yosys)("latches and undriven wires are failures", { timeout: 120_000 }, async () => {
  const latch = await hidalgo("synth", await buildOf("always @* if (en) y = a;"), "--json");
  expect(latch.code).toBe(2);
  expect(synthSchema.parse(lastObject(latch)).latches).toBeGreaterThan(0);
  const undriven = await hidalgo(
    "synth",
    await buildOf("wire [7:0] u; always @(posedge clk) y <= u;"),
    "--json",
  );
  expect(undriven.code).toBe(2);
  expect(synthSchema.parse(lastObject(undriven)).problems.join()).toContain("no driver");
});

test("what is no build is a diagnostic", async () => {
  const nowhere = join(temporaryFolder(), "nowhere");
  expect(lastObject(await hidalgo("synth", nowhere, "--json"))).toMatchObject({ code: "CLI0022" });
  expect(existsSync(nowhere)).toBe(false);
});

test.skipIf(!yosys)(
  "only what was asked for is synthesized; other names are told",
  { timeout: 120_000 },
  async () => {
    const folder = await buildOf("always @(posedge clk) if (en) y <= y + a;");
    const found = await hidalgo("synth", folder, "--modules", "hidalgo_top", "--json");
    expect(synthSchema.parse(lastObject(found))).toMatchObject({ scope: "modules", total: { ff: 8 } });
    expect(found.stderr).toContain("1/1 hidalgo_top: ");
    const unknown = await hidalgo("synth", folder, "--modules", "nothing", "--json");
    expect(lastObject(unknown)).toMatchObject({ code: "CLI0052", where: "--modules" });
    const both = await hidalgo("synth", folder, "--modules", "hidalgo_top", "--quick", "--json");
    expect(both.code).toBe(1);
    const timing = await hidalgo("synth", folder, "--family", "ecp5", "--timing", "--json");
    expect(lastObject(timing)).toMatchObject({ code: "CLI0053" });
  },
);
