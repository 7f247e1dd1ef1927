/**
 * A model of SmolLM2-135M's shape (random bf16 weights) on kv260. All 30 layers compiled, as processes of their own: seconds
 * and peak memory as /usr/bin/time -v counts them. Then one layer and the head in RTL (Verilator), two tokens.
 *
 *     node bench/smollm2-shape.ts > bench/results/smollm2-shape.txt
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { smollm2Config, writeFolder, writeTokenizer } from "./models/write-folder.ts";

const resultSchema = z.object({
  matches_reference: z.boolean(),
  token_ids: z.array(z.number()),
  cycles_per_token: z.number(),
  memory_model: z.string(),
  macs_needed: z.number(),
  cycles: z.object({ total: z.number() }),
  mbu: z.number(),
  mfu: z.number(),
  clock: z.object({ mhz: z.number() }),
  design: z.object({ macs: z.object({ linear: z.number(), attention: z.number() }) }),
});

const cli = join(import.meta.dirname, "../bin/hidalgo.js");
const folder = mkdtempSync(join(tmpdir(), "smollm2-shape-"));
try {
  const [whole, one] = [writeModel("whole", 30), writeModel("one", 1)];
  for (let run = 0; run < 3; run++) print(measureCompile(whole, join(folder, "build")));
  print(measureLayer(one));
} finally {
  rmSync(folder, { recursive: true });
}

function writeModel(name: string, layers: number): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFolder(path, smollm2Config(layers), 135);
  writeTokenizer(path, smollm2Config(layers));
  return path;
}

function measureCompile(model: string, target: string): string {
  const command = [process.execPath, cli, "compile", model, "--device", "kv260", "-o", target];
  const ended = spawnSync("/usr/bin/time", ["-v", ...command], { encoding: "utf8" });
  if (ended.status !== 0) throw new Error(ended.stderr);
  const read = (label: string): string => ended.stderr.split(`${label}: `)[1]?.split("\n")[0]?.trim() ?? "";
  const clock = read("Elapsed (wall clock) time (h:mm:ss or m:ss)").split(":").map(Number);
  const seconds = clock.reduce((total, part) => 60 * total + part, 0);
  const peak = Number(read("Maximum resident set size (kbytes)")) / 2 ** 20;
  rmSync(target, { recursive: true });
  const busy = Number(read("User time (seconds)")) + Number(read("System time (seconds)"));
  return `30 layers compiled: ${seconds.toFixed(1)} s by the clock, ${busy.toFixed(1)} s of processor, peak ${peak.toFixed(2)} GiB`;
}

function measureLayer(model: string): string {
  const options = ["--device", "kv260", "--max-context", "64", "--max-tokens", "2", "--prompt-ids", "1"];
  const args = [cli, "run", model, ...options, "--ignore-eos", "--simulator", "verilator", "--json"];
  const ran = spawnSync(process.execPath, args, { encoding: "utf8", maxBuffer: 2 ** 28 });
  const result = resultSchema.parse(JSON.parse(ran.stdout.trimEnd().split("\n").at(-1) ?? ""));
  const { linear, attention } = result.design.macs;
  const ofLinear = result.macs_needed / (result.cycles.total * linear);
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return [
    `one layer and the head in Verilator, ${result.memory_model}, ${String(result.clock.mhz)} MHz (target, unverified):`,
    `  tokens ${result.token_ids.join(" ")}, identical to the integer reference: ${result.matches_reference ? "all" : "NO"}`,
    `  ${String(Math.round(result.cycles_per_token))} cycles per token, MBU ${percent(result.mbu)}`,
    `  MFU ${percent(result.mfu)} of ${String(linear)} + ${String(attention)} multipliers (linear layers, attention); all products on the ${String(linear)} alone would be ${percent(ofLinear)}`,
  ].join("\n");
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
