/**
 * Random configurations of the four families, written as Hugging Face folders, compiled and run in the embedded simulator:
 * every token is the integer reference's. A line for each; what does not fit its device is told apart; ends with 1 where any differs.
 *
 *     node bench/configurations.ts [count] [first seed] > bench/results/configurations.txt
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { type FolderConfig, writeFolder } from "./models/write-folder.ts";

const resultSchema = z.object({
  matches_reference: z.boolean(),
  token_ids: z.array(z.number()),
  steps: z.number(),
});

const root = join(import.meta.dirname, "..");
const [count = 200, first = 1] = process.argv.slice(2).map(Number);

const LLAMA3 = {
  rope_type: "llama3",
  factor: 8,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 32,
};

/** A model, and how it is run. */
interface Choice {
  readonly config: FolderConfig;
  readonly options: Readonly<Record<string, string>>;
}

/** Codes of diagnostics that say that a device has too few resources. */
const TOO_LARGE = /"code":"(?:HLS0040|DSE0001)","message":"(?<message>[^"]*)"/u;

let [different, tooLarge] = [0, 0];
for (let seed = first; seed < first + count; seed++) {
  const choice = choose(seed);
  const outcome = run(choice, seed);
  if (outcome.kind === "different") different++;
  if (outcome.kind === "too large") tooLarge++;
  process.stdout.write(`${String(seed).padStart(4)} ${describe(choice)}: ${outcome.text}\n`);
}
process.stdout.write(
  `${String(count)} configurations, ${String(tooLarge)} too large for their device, ${String(different)} different\n`,
);
process.exitCode = different === 0 ? 0 : 1;

interface Outcome {
  readonly kind: "same" | "different" | "too large";
  readonly text: string;
}

function run({ config, options }: Choice, seed: number): Outcome {
  const folder = mkdtempSync(join(tmpdir(), "hidalgo-configuration-"));
  try {
    writeFolder(folder, config, seed);
    const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    const args = ["run", folder, ...words, "--ignore-eos", "--simulator", "embedded", "--json"];
    const ended = spawnSync(process.execPath, [join(root, "bin/hidalgo.js"), ...args], {
      encoding: "utf8",
      maxBuffer: 2 ** 28,
    });
    const last = ended.stdout.trimEnd().split("\n").at(-1) ?? "";
    const result = resultSchema.safeParse(last.startsWith("{") ? JSON.parse(last) : undefined);
    const message = TOO_LARGE.exec(last)?.groups?.["message"];
    if (message !== undefined) return { kind: "too large", text: message };
    if (!result.success) return { kind: "different", text: last + ended.stderr };
    const { matches_reference: isSame, token_ids: ids } = result.data;
    const kind = isSame ? "same" : "different";
    return { kind, text: `${kind}, ${ids.join(" ")}` };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Sizes of which few are multiples of anything; heads of 8 to 128 channels. */
function choose(seed: number): Choice {
  const random = randomNumbers(seed);
  const one = <T>(...values: readonly [T, ...T[]]): T => values[random(values.length)] ?? values[0];
  const between = (low: number, high: number): number => low + random(high - low + 1);
  const type = one("llama", "mistral", "qwen2", "qwen3");
  const keyHeads = one(1, 1, 2, 3);
  const layers = between(1, 3);
  const vocab = between(20, 90);
  const config: FolderConfig = {
    model_type: type,
    hidden_size: between(9, 60),
    intermediate_size: between(9, 70),
    num_hidden_layers: layers,
    num_attention_heads: keyHeads * one(1, 2, 3),
    num_key_value_heads: keyHeads,
    head_dim: one(8, 8, 10, 12, 16, 16, 20, 24, 32, 64, 96, 128),
    vocab_size: vocab,
    tie_word_embeddings: one(true, false, false),
    max_position_embeddings: 64,
    rms_norm_eps: one(1e-5, 1e-6),
    rope_theta: one(10_000, 500_000),
    rope_scaling: one<object | null>(null, null, { type: "linear", factor: 2 }, LLAMA3),
    ...(type === "llama" ? {} : windowsOf({ one, layers })),
  };
  const device = one("kv260", "ref64", "bench512");
  const options = {
    device,
    "block-size": one("1", "2", "4", "16"),
    "max-tokens": String(between(2, 5)),
    rows: device === "bench512" ? "1" : one("1", "2", "4"), // its array is for one row
    "prompt-ids": Array.from({ length: between(1, 6) }, () => random(vocab)).join(","),
  };
  return { config, options };
}

/** A window in all layers or in none, by the fields of the family. */
function windowsOf({
  one,
  layers,
}: {
  readonly one: <T>(...values: readonly [T, ...T[]]) => T;
  readonly layers: number;
}): Readonly<Record<string, unknown>> {
  const kind = one("none", "all", "some");
  if (kind === "none") return { sliding_window: null };
  const kinds = Array.from({ length: layers }, () => one("sliding_attention", "full_attention"));
  return {
    use_sliding_window: true,
    sliding_window: one(1, 2, 3, 6),
    layer_types: kind === "some" ? kinds : kinds.map(() => "sliding_attention"),
  };
}

function describe({ config: c, options }: Choice): string {
  const heads = `${String(c.num_attention_heads)}/${String(c.num_key_value_heads)} heads of ${String(c.head_dim)}`;
  const kinds = z.array(z.string()).safeParse(c["layer_types"]);
  const windows = kinds.success
    ? kinds.data
        .map((kind) => (kind === "full_attention" ? "-" : JSON.stringify(c["sliding_window"])))
        .join("")
    : "-".repeat(c.num_hidden_layers);
  const given = Object.entries(options).map(([name, value]) => `${name} ${value}`);
  return [
    `${c.model_type}, hidden ${String(c.hidden_size)}, ${heads}, ffn ${String(c.intermediate_size)}`,
    `vocab ${String(c.vocab_size)}${c.tie_word_embeddings ? " tied" : ""}, windows ${windows}`,
    ...given,
  ].join(", ");
}

/** Whole numbers in [0, count) from a seed (Marsaglia's xorshift of 32 bits, begun far from its seed). */
function randomNumbers(seed: number): (limit: number) => number {
  let state = (Math.imul(seed, 2_654_435_761) ^ 0x9e3779b9) | 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  for (let warm = 0; warm < 8; warm++) next();
  return (limit) => Math.floor((next() / 2 ** 32) * limit);
}
