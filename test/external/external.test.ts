import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

/** Whether Python with cocotb, and Icarus, are there: they are oracles of this test, not parts of the product. */
function hasTools(): boolean {
  const cocotb = spawnSync("python3", ["-c", "import cocotb"]).status === 0;
  return cocotb && spawnSync("iverilog", ["-V"]).status === 0;
}

test.skipIf(!hasTools())(
  "an AXI master and memory written from the manifest alone get the reference's tokens (cocotb, Icarus)",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "hidalgo-external-"));
    onTestFinished(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    const script = join(import.meta.dirname, "run.py");
    const ended = spawnSync("python3", [script, folder, "4"], { encoding: "utf8" });
    expect({ status: ended.status, said: ended.status === 0 ? "" : ended.stdout + ended.stderr }).toEqual({
      status: 0,
      said: "",
    });
    expect(ended.stdout).toMatch(/1 test, 0 failures; tokens \[\d+, \d+\]/u);
  },
  600_000,
);
