import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { HwModuleOp, parseModule, renderDiagnostic } from "../../ir/index.ts";
import { emitWithCirct, findCirct, findTool } from "../../sim/index.ts";
import { compileTiny, tinySizes, writeFiles } from "./testing/tiny-kit.ts";

const engine = findCirct();

test.skipIf(engine === undefined || findTool("iverilog") === undefined)(
  `CIRCT's Verilog of a whole accelerator gives the tokens that ours gives (${engine?.kind ?? "CIRCT absent"})`,
  async () => {
    if (engine === undefined) return;
    const build = await compileTiny(4, { ...tinySizes, layers: 1, context: 8 });
    const folder = writeFiles(build);
    const parsed = parseModule(readFileSync(join(folder, "ir/hardware.mlir"), "utf8"), "hardware.mlir");
    if (parsed.kind === "error") throw new Error(parsed.diagnostics.map(renderDiagnostic).join("\n"));
    const modules = [...parsed.value.walk()].filter((op) => HwModuleOp.match(op) !== undefined);
    const theirs = await emitWithCirct(engine, modules);
    if (theirs.kind === "error") throw new Error(theirs.diagnostics.map(renderDiagnostic).join("\n"));
    const bench = join(folder, "kit", "tb");
    for (const [name, text] of theirs.value.files) writeFileSync(join(bench, name), text);
    writeFileSync(join(bench, "theirs.sv"), theirs.value.verilog);
    const flags = ["-g2012", "-s", "hidalgo_tb", "-o", "tb.vvp", "hidalgo_tb.v", "theirs.sv"];
    execFileSync("iverilog", flags, { cwd: bench, stdio: "pipe" });
    const output = execFileSync("vvp", ["-n", "tb.vvp"], { cwd: bench, encoding: "utf8" });
    const tokens = build.manifest.self_test.token_ids.map((token) => `token ${String(token)}`);
    expect(output.split("\n").filter((line) => line.startsWith("token"))).toEqual(tokens);
    expect(output.trimEnd().split("\n").at(-1)).toBe("PASS");
  },
  600_000,
);
