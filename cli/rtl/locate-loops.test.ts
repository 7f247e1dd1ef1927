import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../testing/model-folders.ts";
import { randomModel } from "../testing/random-model.ts";
import { hidalgo } from "../testing/run-in-process.ts";

const sizes = { hidden: 16, ffn: 20, layers: 2, heads: 2, kvHeads: 1, vocab: 24, context: 16 };

async function compiled(...args: readonly string[]): Promise<string> {
  const folder = join(temporaryFolder(), "build");
  const ended = await hidalgo("compile", randomModel(sizes, 7), "--device", "ref64", "-o", folder, ...args);
  expect(ended.code, ended.stderr).toBe(0);
  return folder;
}

function verilogOf(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(join(folder, "rtl")).filter((name) => name.endsWith(".v"));
  return new Map(names.map((name) => [name, readFileSync(join(folder, "rtl", name), "utf8")]));
}

test("a line's comment names the operation that stands at its line of level 4; without comments the rest is the same", async () => {
  const folder = await compiled();
  const loops = readFileSync(join(folder, "ir/4-loops.mlir"), "utf8").split("\n");
  const verilog = verilogOf(folder);
  const seen = new Set<string>();
  for (const text of verilog.values())
    for (const { groups } of text.matchAll(/ \/\/ (?<op>\S+) 4-loops:(?<line>\d+)$/gmu)) {
      const op = groups?.["op"] ?? "";
      seen.add(op);
      expect(loops[Number(groups?.["line"]) - 1]).toContain(op);
    }
  for (const op of ["arith.mulf", "dataflow.write", "affine.load"]) expect([...seen]).toContain(op);
  const bare = verilogOf(await compiled("--no-comments"));
  for (const [name, text] of bare) {
    expect(text).not.toContain("4-loops");
    const stripped = (verilog.get(name) ?? "").replace(/ \/\/ \S+ 4-loops:\d+$/gmu, "");
    expect(stripped.replace(/^(?:\/\/.*\n)+/u, "")).toBe(text);
  }
}, 480_000);

test("rtl/index.md leads from modules to functions; it is no Verilog", async () => {
  const folder = await compiled();
  const index = readFileSync(join(folder, "rtl/index.md"), "utf8");
  const loops = readFileSync(join(folder, "ir/4-loops.mlir"), "utf8").split("\n");
  const rows = [
    ...index.matchAll(
      /^\| \[(?<module>\w+)\]\(\w+\.v\) \| \w+ \| @(?<name>\w+) \| \S+:(?<from>\d+)-(?<to>\d+) \| \d+ \|/gmu,
    ),
  ];
  expect(rows.length).toBeGreaterThan(20);
  for (const { groups } of rows) {
    expect(loops[Number(groups?.["from"]) - 1]).toContain(`func.func @${groups?.["name"] ?? ""}(`);
    expect(loops[Number(groups?.["to"]) - 1]?.trim()).toBe("}");
    expect(verilogOf(folder).has(`${groups?.["module"] ?? ""}.v`)).toBe(true);
  }
  expect(readFileSync(join(folder, "manifest.json"), "utf8")).not.toContain("index.md");
}, 480_000);
