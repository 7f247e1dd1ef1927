import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compileTiny, tinySizes, writeFiles } from "./testing/tiny-kit.ts";

/** Icarus does some hundred cycles a second: four steps of one layer, over two KV blocks. */
const small = { ...tinySizes, layers: 1, context: 8 };

/** What the testbench prints in Icarus, with parameters of its top. */
function simulate(folder: string, parameters: Readonly<Record<string, number>> = {}): readonly string[] {
  const bench = join(folder, "kit", "tb");
  const names = readdirSync(join(folder, "rtl")).filter((name) => name.endsWith(".v"));
  const rtl = names.map((file) => join(folder, "rtl", file));
  const given = Object.entries(parameters).map(([name, value]) => `-Phidalgo_tb.${name}=${String(value)}`);
  const flags = ["-g2001", "-Wall", "-s", "hidalgo_tb", ...given, "-o", "tb.vvp", "hidalgo_tb.v"];
  execFileSync("iverilog", [...flags, ...rtl], { cwd: bench, stdio: "pipe" });
  const output = execFileSync("vvp", ["-n", "tb.vvp"], { cwd: bench, encoding: "utf8" });
  return output.trimEnd().split("\n");
}

test("the standalone testbench passes in Icarus, with a slow memory that pauses", async () => {
  const build = await compileTiny(4, small);
  const lines = simulate(writeFiles(build), { LATENCY: 40, PAUSE: 4 });
  const tokens = build.manifest.self_test.token_ids.map((token) => `token ${String(token)}`);
  expect(lines.filter((line) => line.startsWith("token"))).toEqual(tokens);
  expect(lines.at(-1)).toBe("PASS");
}, 600_000);

test("another token and other hardware fail", async () => {
  const build = await compileTiny(4, small);
  const folder = writeFiles(build);
  const bench = join(folder, "kit", "tb", "hidalgo_tb.v");
  const token = build.manifest.self_test.token_ids[0] ?? 0;
  const low = build.manifest.design.id.slice(8);
  const [first = ""] = readFileSync(bench, "utf8").split(`, ${String(token)});`); // up to the first token
  const rest = readFileSync(bench, "utf8").slice(first.length);
  const end = rest.slice(rest.indexOf("    if (errors == 0"));
  const wrong = `${first.replace(`32'h${low}`, "32'h00000bad")}, ${String(token + 1)});\n${end}`;
  writeFileSync(bench, wrong);
  expect(simulate(folder).at(-1)).toBe("FAIL: 2 errors, 0 on the memory port");
}, 600_000);
