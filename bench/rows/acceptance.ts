import type { ArrayShape, Device as DeviceFile } from "../../backend-hls/index.ts";
import { type CompiledDesign, compileDesign } from "../../cli/index.ts";
import type { Checkpoint } from "../../frontend/index.ts";
import { type Device, generate } from "../../runtime-host/index.ts";
import { Choices } from "../fuzz/choices.ts";
import { takeValue, withHardware } from "./play-configuration.ts";
import { answerTogether } from "./play-mixed.ts";
import { playTree } from "./play-tree.ts";

/** A trained model. */
export interface Subject {
  readonly name: string;
  readonly checkpoint: Checkpoint;
}

/** Sizes of a design for one of them. */
interface Sizes {
  readonly rows: number;
  readonly maxContext: number;
  readonly sequences?: number;
}

/** The array on the reference device: as many parallel rows as its MACs allow. */
function arrayOf(rows: number): ArrayShape {
  return { pn: 2, pk: 4, pt: 2 ** Math.min(2, Math.floor(Math.log2(rows))), rows };
}

function designOf({ checkpoint }: Subject, device: DeviceFile, sizes: Sizes): CompiledDesign {
  const { rows, maxContext, sequences = 1 } = sizes;
  return takeValue(
    compileDesign({ checkpoint, device, array: arrayOf(rows), blockSize: 16, maxContext, sequences }),
  );
}

/** A prompt of any length: the model's start token, then whatever. */
function promptOf({ checkpoint: { config } }: Subject, length: number, seed: number): readonly number[] {
  const choices = new Choices(seed);
  return Array.from({ length }, (_, i) => (i === 0 ? (config.bosId ?? 0) : choices.below(config.vocab)));
}

async function greedy(device: Device, promptIds: readonly number[], maxTokens: number) {
  return takeValue(await generate(device, { promptIds, maxTokens, stopIds: [] }));
}

function verdict(found: unknown, wanted: unknown): string {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
  return a === b ? "same" : `DIFFERENT: ${a}, not ${b}`;
}

/** Greedy tokens from the start token on, four rows a step at most. */
export async function compareTokens(subject: Subject, file: DeviceFile, count: number): Promise<string> {
  const maxContext = Math.min(subject.checkpoint.config.maxContext, count + 1);
  const design = designOf(subject, file, { rows: 4, maxContext });
  const prompt = promptOf(subject, 1, 0);
  const { tokenIds, steps } = await withHardware(design, {}, (device) => greedy(device, prompt, count));
  const wanted = await greedy(design.openReference(), prompt, count);
  const cycles = steps.reduce((sum, { counters }) => sum + (counters?.cycles ?? 0), 0);
  const { window } = subject.checkpoint.config;
  const about = `${tokenIds.length} tokens${window === undefined ? "" : `, window ${window}`}, ${Math.round(cycles / steps.length)} cycles each`;
  return `${subject.name}: ${about}: ${verdict(tokenIds, wanted.tokenIds)}`;
}

/** The same prompt in chunks of 1, 4, 16 and 64 rows, and some tokens behind it. */
export async function* compareChunks(
  subject: Subject,
  file: DeviceFile,
  length: number,
): AsyncGenerator<string> {
  const prompt = promptOf(subject, length, 1);
  for (const rows of [1, 4, 16, 64]) {
    const design = designOf(subject, file, { rows, maxContext: length + 8 });
    const found = await withHardware(design, {}, (device) => greedy(device, prompt, 8));
    const wanted = await greedy(design.openReference(), prompt, 8);
    const prefill = found.steps.filter(({ phase }) => phase === "prefill");
    const cycles = prefill.reduce((sum, { counters }) => sum + (counters?.cycles ?? 0), 0);
    const about = `prompt of ${length} in ${prefill.length} steps of ${rows} rows, ${cycles} cycles`;
    yield `${subject.name}: ${about}: ${verdict(found.tokenIds, wanted.tokenIds)}`;
  }
}

/** Sequences of different lengths in the same steps, their blocks shuffled: each answers what it answers alone. */
export async function compareTogether(
  subject: Subject,
  file: DeviceFile,
  sequences: number,
  tokens: number,
): Promise<string> {
  const design = designOf(subject, file, { rows: 16, maxContext: 96, sequences });
  const prompts = Array.from({ length: sequences }, (_, index) =>
    promptOf(subject, 1 + ((index * 29) % 80), index),
  );
  const together = await withHardware(design, {}, (device) =>
    answerTogether(device, prompts, tokens, new Choices(sequences)),
  );
  const alone: (readonly number[])[] = [];
  for (const prompt of prompts) alone.push((await greedy(design.openReference(), prompt, tokens)).tokenIds);
  const about = `${sequences} sequences, ${together.steps} steps, ${together.mixed} of them mixed`;
  return `${subject.name}: ${about}: ${verdict(together.answers, alone)}`;
}

/** Trees of rows behind a context: each row gives what its path gives alone. */
export async function compareTrees(subject: Subject, file: DeviceFile, seeds: number): Promise<string> {
  const design = designOf(subject, file, { rows: 16, maxContext: 96, sequences: 2 });
  return withHardware(design, {}, async (device) => {
    if (!device.capabilities.hasTrees) return `${subject.name}: NOT DONE: this hardware has no masks`;
    const told: string[] = [];
    for (let seed = 1; seed <= seeds; seed++)
      told.push(await playTree(device, design.openReference(), { context: 20 * seed, nodes: 15, seed }));
    const different = told.find((text) => text !== "same");
    return `${subject.name}: ${seeds} trees of 15 rows: ${different === undefined ? "same" : `DIFFERENT: ${different}`}`;
  });
}

/** Random pauses of the memory port: other cycles, the same tokens. */
export async function* comparePauses(
  subject: Subject,
  file: DeviceFile,
  seeds: number,
): AsyncGenerator<string> {
  const design = designOf(subject, file, { rows: 4, maxContext: 64 });
  const prompt = promptOf(subject, 9, 2);
  const wanted = await greedy(design.openReference(), prompt, 8);
  const pauses = [undefined, ...Array.from({ length: seeds }, (_, i) => i + 1)];
  for (const backPressure of pauses) {
    for (const memory of ["ideal", undefined]) {
      const options = { ...(memory === undefined ? {} : { memory }), backPressure };
      const found = await withHardware(design, options, (device) => greedy(device, prompt, 8));
      const cycles = found.steps.reduce((sum, { counters }) => sum + (counters?.cycles ?? 0), 0);
      const about = `${memory ?? "DRAM"}, ${backPressure === undefined ? "no pauses" : `pauses ${backPressure}`}, ${cycles} cycles`;
      yield `${subject.name}: ${about}: ${verdict(found.tokenIds, wanted.tokenIds)}`;
    }
  }
}
