/**
 * Greedy tokens out of simulated hardware against the integer reference, fable's beyond its window of 64 positions:
 *
 *     node bench/tokens.ts [embedded | verilator] > bench/results/tokens.txt
 *
 * stories260K is taken from ../shared/models where it is there. Takes some minutes.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const resultSchema = z.object({
  token_ids: z.array(z.number()),
  matches_reference: z.boolean(),
  cycles_per_token: z.number(),
  ttft_cycles: z.number(),
  memory_model: z.string(),
  mbu: z.number(),
});

const root = join(import.meta.dirname, "..");
const simulator = process.argv[2] ?? "embedded";
const cases = [
  { path: join(root, "models/fable"), tokens: 80 },
  { path: join(root, "../shared/models/stories260K/stories260K.bin"), tokens: 64 },
];

for (const { path, tokens } of cases.filter((some) => existsSync(some.path))) print(measure(path, tokens));

function measure(path: string, tokens: number): string {
  const options = ["--max-tokens", String(tokens), "--ignore-eos", "--simulator", simulator, "--json"];
  const ran = spawnSync(process.execPath, [join(root, "bin/hidalgo.js"), "run", path, ...options], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  const result = resultSchema.parse(JSON.parse(ran.stdout.trimEnd().split("\n").at(-1) ?? ""));
  const { token_ids: ids, matches_reference: matches, cycles_per_token: cycles } = result;
  return [
    `${path.split("/").at(-1) ?? path} on kv260, ${simulator}, ${result.memory_model}: ${ids.length} tokens`,
    `  identical to the integer reference: ${matches ? "all" : "NO"}`,
    `  cycles per token ${Math.round(cycles)}, first token after ${result.ttft_cycles}, MBU ${result.mbu.toFixed(3)}`,
    `  ${ids.join(" ")}`,
  ].join("\n");
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
