/**
 * Every precision on trained models, hardware against the integer reference: several sequences, several rows a step (decodes,
 * chunks and trees mixed), a memory that pauses at random, argmax, candidates and all logits compared to the bit in every step.
 * A line for each; ends with 1 where anything differs.
 *
 *     node bench/precisions-rtl.ts [word …] > bench/results/precisions-rtl.txt
 *
 * Words: embedded (default) or verilator; models, precisions and kv8 or kv16 choose cases (default: all). stories260K is taken
 * from ../shared/models where it is there.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadDevice } from "../backend-hls/index.ts";
import { loadModel } from "../frontend/index.ts";
import { takeValue } from "./rows/play-configuration.ts";
import { casesOf, comparePrecision, describeCase, type TrainedModel } from "./rows/precision-cases.ts";

const root = join(import.meta.dirname, "..");
const device = takeValue(loadDevice("ref64"));
const words = new Set(process.argv.slice(2));
const simulator = words.delete("verilator") ? "verilator" : "embedded";
words.delete("embedded");

const models = [
  modelAt("fable", "models/fable"),
  modelAt("stories260K", "../shared/models/stories260K/stories260K.bin"),
];
const cases = models.flatMap((model) =>
  model === undefined ? [] : casesOf(model).map((one) => ({ model, one })),
);
let [compared, different] = [0, 0];
for (const { model, one } of cases) {
  const kinds = [[model.name], [one.name, one.label], [`kv${String(one.kv)}`]];
  if (!kinds.every((names) => !isChosen(names) || names.some((name) => words.has(name)))) continue;
  const { played, area } = await comparePrecision(model, one, { device, simulator });
  const { steps, rows, emissions, cycles, difference } = played;
  compared++;
  if (difference !== undefined) different++;
  const what = `${String(steps)} steps, ${String(rows)} rows, ${String(emissions)} outputs, ${String(cycles)} cycles`;
  const verdict = difference === undefined ? "same" : `DIFFERENT: ${difference}`;
  process.stdout.write(`${simulator}, ${describeCase(one)}, ${area}: ${what}: ${verdict}\n`);
}
process.stdout.write(`${String(compared)} comparisons, ${String(different)} different\n`);
process.exitCode = different === 0 && compared > 0 ? 0 : 1;

/** Whether any word chooses among cases by this kind of name. */
function isChosen([first = ""]: readonly string[]): boolean {
  if (first.startsWith("kv")) return words.has("kv8") || words.has("kv16");
  if (cases.some(({ model }) => model.name === first))
    return cases.some(({ model }) => words.has(model.name));
  return cases.some(({ one }) => words.has(one.name) || words.has(one.label));
}

function modelAt(name: string, path: string): TrainedModel | undefined {
  const whole = join(root, path);
  if (existsSync(whole)) return { name, loaded: takeValue(loadModel(whole)) };
  process.stdout.write(`SKIPPED: ${name} is not there\n`);
  return undefined;
}
