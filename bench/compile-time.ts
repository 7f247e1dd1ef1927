/**
 * Seconds from a model to Verilog and memory image, start-up included, as a process of its own.
 *
 *     node bench/compile-time.ts > bench/results/compile-time.txt
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const models = ["models/fable", "../shared/models/stories260K/stories260K.bin"]
  .map((path) => join(root, path))
  .filter((path) => existsSync(path));

for (const model of models) {
  const folder = mkdtempSync(join(tmpdir(), "hidalgo-bench-"));
  const seconds = [0, 1, 2].map((run) => {
    const started = performance.now();
    const args = ["compile", model, "--device", "kv260", "-o", join(folder, String(run))];
    const ended = spawnSync(process.execPath, [join(root, "bin/hidalgo.js"), ...args]);
    if (ended.status !== 0) throw new Error(ended.stderr.toString());
    return (performance.now() - started) / 1000;
  });
  rmSync(folder, { recursive: true });
  const [least, ...others] = seconds.toSorted((a, b) => a - b).map((value) => value.toFixed(1));
  process.stdout.write(`${model.split("/").at(-1) ?? model}: ${least ?? ""} s (${others.join(", ")})\n`);
}
