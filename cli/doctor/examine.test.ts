import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { examine } from "./examine.ts";
import { renderReport } from "./render.ts";
import type { ToolReport } from "./report.ts";

/** A folder with nothing in it but these programs, each a shell script. */
function folderWith(scripts: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "hidalgo-path-"));
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

function examineTool(name: string, scripts: Readonly<Record<string, string>>): ToolReport | undefined {
  return examine({ path: folderWith(scripts), user: "other" }).tools.find((tool) => tool.name === name);
}

test("a tool that answers is found, with its version", () => {
  const verilator = examineTool("verilator", { verilator: "echo 'Verilator 5.006 2023-01-22 rev'" });
  expect(verilator).toMatchObject({ status: "found", version: "5.006", get: null });
});

test("a tool that does not say its version is broken", () => {
  expect(examineTool("yosys", { yosys: "exit 1" })).toMatchObject({
    status: "broken",
    problem: "`yosys -V` names no version",
  });
});

test("a missing tool comes with the command that gets it", () => {
  expect(examineTool("g++", { "apt-get": "", dnf: "" })?.get).toBe("sudo apt-get install -y g++");
  expect(examineTool("g++", { dnf: "" })?.get).toBe("sudo dnf install -y gcc-c++");
  expect(examineTool("g++", {})).toMatchObject({ status: "missing", get: null });
});

test("one command gets everything that is missing; root needs no sudo", () => {
  const report = examine({ path: folderWith({ "apt-get": "", make: "echo 'GNU Make 4.3'" }), user: "root" });
  expect(report.install).toBe("apt-get install -y verilator g++ yosys iverilog");
});

test("with nothing installed the embedded simulator remains, and the text says so", () => {
  const report = examine({ path: folderWith({}), user: "other" });
  expect(report.engines).toEqual({ embedded: true, verilator: false });
  expect(renderReport(report)).toContain("Hardware runs on the embedded simulator; for Verilator");
});
