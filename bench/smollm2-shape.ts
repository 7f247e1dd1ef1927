/**
 * A model of SmolLM2-135M's shape (30 layers, random bf16 weights) compiled for kv260: seconds and peak memory of the
 * whole process, as /usr/bin/time -v counts them.
 *
 *     node bench/smollm2-shape.ts > bench/results/smollm2-shape.txt
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { smollm2Config, writeFolder, writeTokenizer } from "./models/write-folder.ts";

const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "smollm2-shape-"));
try {
  writeFolder(folder, smollm2Config(30), 135);
  writeTokenizer(folder, smollm2Config(30));
  for (let run = 0; run < 2; run++) process.stdout.write(`${measureCompile(join(folder, String(run)))}\n`);
} finally {
  rmSync(folder, { recursive: true });
}

function measureCompile(target: string): string {
  const command = [
    process.execPath,
    join(root, "bin/hidalgo.js"),
    "compile",
    folder,
    "--device",
    "kv260",
    "-o",
    target,
  ];
  const ended = spawnSync("/usr/bin/time", ["-v", ...command], { encoding: "utf8" });
  if (ended.status !== 0) throw new Error(ended.stderr);
  const read = (label: string): string => ended.stderr.split(`${label}: `)[1]?.split("\n")[0]?.trim() ?? "";
  const [seconds = 0, minutes = 0] = read("Elapsed (wall clock) time (h:mm:ss or m:ss)")
    .split(":")
    .map(Number)
    .reverse();
  const peak = Number(read("Maximum resident set size (kbytes)")) / 2 ** 20;
  rmSync(target, { recursive: true });
  const user = read("User time (seconds)");
  return `compile for kv260: ${(60 * minutes + seconds).toFixed(1)} s (user ${user} s), peak ${peak.toFixed(2)} GiB`;
}
