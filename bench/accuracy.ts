/**
 * What each precision costs in accuracy, as `hidalgo eval` measures it:
 *
 *     node bench/accuracy.ts [tokens] > bench/results/accuracy.txt
 *
 * fable on stories of its own (another seed than that of its calibration); stories260K, where ../shared has it, on
 * TinyStories. Both are calibrated on their own text. Takes some minutes.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadModel, tellOwnText } from "../frontend/index.ts";

const root = join(import.meta.dirname, "..");
const shared = join(root, "../shared");
const tokens = process.argv[2] ?? "2048";
const folder = mkdtempSync(join(tmpdir(), "hidalgo-accuracy-"));

/** Options for these precisions. */
const precisions = (...names: readonly string[]): readonly string[] =>
  names.flatMap((name) => ["--precision", name]);
const bothCaches = ["--kv", "16", "--kv", "8"];
const smoothed = ["smoothquant", "smoothquant-o1", "smoothquant-o2", "smoothquant-o3"];

/** What is asked for beside the model and the text. */
const fableRuns: readonly (readonly string[])[] = [
  [...precisions("w16a16", "w8a8", ...smoothed, "llm.int8", "w4a8", "w4a8-g64", "w4a8-g128"), ...bothCaches],
  [...precisions("smoothquant", "smoothquant-o1", "smoothquant-o3"), "--kv", "16", "--alpha", "auto"],
  [...precisions("w4a8", "w4a8-g64"), "--kv", "16", "--rounding", "awq"],
  [...precisions("w4a8", "w4a8-g64"), "--kv", "16", "--rounding", "nearest"],
];
const storiesRuns: readonly (readonly string[])[] = [
  [...precisions("w8a8", "smoothquant", "smoothquant-o1"), ...bothCaches],
  [...precisions("smoothquant-o2", "smoothquant-o3", "llm.int8"), "--kv", "16"],
  [...precisions("w4a8", "w4a8-g64"), "--kv", "16"],
  [...precisions("w4a8", "w4a8-g64"), "--kv", "16", "--rounding", "nearest"],
];

try {
  evaluate(join(root, "models/fable"), tellStories(join(root, "models/fable")), fableRuns);
  const stories260K = join(shared, "models/stories260K/stories260K.bin");
  if (existsSync(stories260K)) evaluate(stories260K, join(shared, "text/tinystories-1000.json"), storiesRuns);
} finally {
  rmSync(folder, { recursive: true });
}

/** A file of stories that the model tells, of which calibration sees none. */
function tellStories(path: string): string {
  const model = loadModel(path);
  if (model.kind === "error" || model.value.tokenizer.kind === "absent") throw new Error(path);
  const { checkpoint, tokenizer } = model.value;
  const { windows } = tellOwnText(checkpoint, { sequences: 40, length: 256, seed: 1 });
  const file = join(folder, "stories.json");
  const stories = windows.map((ids) => tokenizer.tokenizer.decode(ids.slice(1)));
  writeFileSync(file, JSON.stringify(stories));
  return file;
}

function evaluate(path: string, text: string, runs: readonly (readonly string[])[]): void {
  process.stdout.write(`${path.split("/").at(-1) ?? path}\n`);
  for (const [i, run] of runs.entries()) {
    const report = join(folder, `report${i}`);
    const options = ["--text", text, "--tokens", tokens, "--report", report];
    const ended = spawnSync(
      process.execPath,
      [join(root, "bin/hidalgo.js"), "eval", path, ...options, ...run],
      {
        stdio: ["ignore", "ignore", "inherit"],
      },
    );
    if (ended.status !== 0) throw new Error(`hidalgo eval ended with ${ended.status ?? "a signal"}`);
    const method = run.includes("--alpha") || run.includes("--rounding") ? ` ${run.slice(-2).join(" ")}` : "";
    process.stdout.write(`\nhidalgo eval …${method}\n${readFileSync(join(report, "table.txt"), "utf8")}`);
  }
  process.stdout.write("\n");
}
