/**
 * Rows on hardware against the integer reference, at length: tokens, chunks of a prompt, sequences in the same steps, trees,
 * pauses of the memory, random and pairwise-covering configurations. A line for each; ends with 1 where anything differs.
 *
 *     node bench/rows.ts [part …] > bench/results/rows.txt
 *
 * Parts: tokens chunks together trees pauses configurations pairwise; all of them take about an hour. A number behind a
 * part is how many (configurations=200). stories260K is taken from ../shared/models where it is there.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Device as DeviceFile, loadDevice } from "../backend-hls/index.ts";
import { type Checkpoint, loadModel } from "../frontend/index.ts";
import { findTool } from "../sim/index.ts";
import { Choices } from "./fuzz/choices.ts";
import {
  compareChunks,
  comparePauses,
  compareTogether,
  compareTokens,
  compareTrees,
  type Subject,
} from "./rows/acceptance.ts";
import { describeConfiguration, pairwiseConfigurations, randomConfiguration } from "./rows/configurations.ts";
import { playConfiguration, takeValue } from "./rows/play-configuration.ts";

const root = join(import.meta.dirname, "..");
const file: DeviceFile = takeValue(loadDevice("ref64"));
const subjects: readonly Subject[] = [
  subjectAt("fable", "models/fable"),
  subjectAt("stories260K", "../shared/models/stories260K/stories260K.bin"),
].flatMap((subject) => subject ?? []);

/** What each part runs; its lines, and whether everything in them is the same. */
const parts: Readonly<Record<string, (count: number | undefined) => AsyncIterable<string>>> = {
  tokens: async function* (count = 200) {
    for (const subject of subjects) yield await compareTokens(subject, file, count);
  },
  chunks: async function* (length = 130) {
    for (const subject of subjects) yield* compareChunks(subject, file, length);
  },
  together: async function* (tokens = 12) {
    for (const subject of subjects)
      for (const sequences of [3, 16]) yield await compareTogether(subject, file, sequences, tokens);
  },
  trees: async function* (seeds = 3) {
    for (const subject of subjects) yield await compareTrees(subject, file, seeds);
  },
  pauses: async function* (seeds = 5) {
    for (const subject of subjects) yield* comparePauses(subject, file, seeds);
  },
  configurations: async function* (count = 200) {
    for (let seed = 1; seed <= count; seed++)
      yield await playOne(randomConfiguration(new Choices(seed)), seed, "embedded");
  },
  pairwise: async function* (count) {
    if (findTool("verilator") === undefined) {
      yield "SKIPPED: there is no verilator";
      return;
    }
    const covering = pairwiseConfigurations(1);
    for (const [index, one] of covering.slice(0, count).entries())
      yield await playOne(one, index + 1, "verilator");
  },
};

const asked = process.argv.slice(2).map((word) => word.split("="));
for (const name of asked.length === 0 ? Object.keys(parts) : asked.map(([part = ""]) => part)) {
  const count = asked.find(([part]) => part === name)?.[1];
  const run = parts[name];
  if (run === undefined) throw new Error(`no part ${name}`);
  process.stdout.write(`${name}\n`);
  for await (const line of run(count === undefined ? undefined : Number(count))) {
    process.stdout.write(`  ${line}\n`);
    if (line.includes("DIFFERENT")) process.exitCode = 1;
  }
}

function subjectAt(name: string, path: string): Subject | undefined {
  const whole = join(root, path);
  if (existsSync(whole)) return { name, checkpoint: checkpointAt(whole) };
  process.stdout.write(`SKIPPED: ${name} is not there\n`);
  return undefined;
}

function checkpointAt(path: string): Checkpoint {
  return takeValue(loadModel(path)).checkpoint;
}

async function playOne(
  one: ReturnType<typeof randomConfiguration>,
  seed: number,
  simulator: "embedded" | "verilator",
): Promise<string> {
  const played = await playConfiguration(one, { file, seed, simulator });
  const verdict = played.difference === undefined ? "same" : `DIFFERENT: ${played.difference}`;
  return `${String(seed).padStart(3)} ${simulator}, ${describeConfiguration(one)}: ${played.steps} steps, ${played.rows} rows, ${played.emissions} outputs, ${verdict}`;
}
